/**
 * Leaving a service alone while it keeps failing, and finding out when it is well again.
 *
 * Any step that asks a service can have a breaker for it. The circuit itself is a value (`domain/CircuitBreaker.ts`).
 */
import { Clock, Duration, Effect, Option, Ref } from "effect"
import * as CircuitBreaker from "../../domain/CircuitBreaker.ts"
import type { Service } from "../../domain/ServiceCatalog.ts"
import { ActivityLog } from "../../services/ActivityLog.ts"
import type { ImageSourceError } from "../../services/ImageSource.ts"
import { Inference, type InferenceError } from "../../services/Inference.ts"
import * as Metrics from "../../services/Metrics.ts"

export interface Breaker {
  /** Makes a request to the service, and notes whether the service was there to answer it. */
  readonly watch: <A, E extends InferenceError | ImageSourceError, R>(
    request: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E, R>
  /** Whether the service is to be left alone. */
  readonly isOpen: Effect.Effect<boolean>
  /** Waits, while the service is to be left alone, until it says that it is well. */
  readonly untilClosed: Effect.Effect<void, never, Inference>
}

export const make = (service: Service): Effect.Effect<Breaker> =>
  Effect.map(Ref.make(CircuitBreaker.closed), (state) => ({
    watch: (request) =>
      request.pipe(
        Effect.tap(() => Ref.set(state, CircuitBreaker.closed)),
        Effect.tapError((error) => noteFailure(service, state, error))
      ),
    isOpen: Effect.map(Ref.get(state), CircuitBreaker.isOpen),
    untilClosed: untilClosed(service, state)
  }))

const noteFailure = Effect.fnUntraced(function* (
  service: Service,
  state: Ref.Ref<CircuitBreaker.CircuitBreaker>,
  error: InferenceError | ImageSourceError
) {
  // That a picture cannot be read says nothing about the service.
  if (error._tag === "ImageSourceError") return
  const isDown = error.reason._tag === "Unavailable"
  const now = yield* Ref.updateAndGet(state, (before) => CircuitBreaker.after(before, !isDown))
  if (!isDown || !CircuitBreaker.isOpen(now)) return
  if (CircuitBreaker.hasJustOpened(now)) {
    yield* Effect.logWarning(`${error.message}; its queue is left alone until it is well`)
  }
  yield* announce(service, now, error.message)
})

/** An answer that was under way when the circuit opened may have closed it: those who watch are told in any case. */
const untilClosed = Effect.fnUntraced(function* (service: Service, state: Ref.Ref<CircuitBreaker.CircuitBreaker>) {
  const inference = yield* Inference
  while (CircuitBreaker.isOpen(yield* Ref.get(state))) {
    yield* Effect.sleep(CircuitBreaker.pause(yield* Ref.get(state)))
    if (yield* inference.isHealthy(service)) {
      yield* Ref.update(state, CircuitBreaker.halfOpen)
      yield* Effect.logInfo(`${service.id} is well again; its queue is worked on`)
    } else {
      const now = yield* Ref.updateAndGet(state, CircuitBreaker.stillOpen)
      yield* announce(service, now, `${service.id} does not say that it is well`)
    }
  }
  yield* Metrics.breaker(service.id, false)
  const log = yield* ActivityLog
  yield* log.breaker(service.id, Option.none())
})

/** Lets those who watch know that the service is left alone, and when it is asked about its health. */
const announce = Effect.fnUntraced(function* (service: Service, state: CircuitBreaker.CircuitBreaker, reason: string) {
  const log = yield* ActivityLog
  yield* Metrics.breaker(service.id, true)
  const now = yield* Clock.currentTimeMillis
  const nextProbe = new Date(now + Duration.toMillis(CircuitBreaker.pause(state)))
  yield* log.breaker(service.id, Option.some({ reason, nextProbe }))
})
