/**
 * Leaving a service alone while it keeps failing, and finding out when it is well again.
 *
 * Any step that asks a service can have a breaker for it. The circuit itself is a value (`domain/CircuitBreaker.ts`). When it
 * has opened, the service is asked about its health after growing pauses; when it says that it is well, one request tries,
 * and the others follow when that was answered.
 */
import { Clock, Deferred, Duration, Effect, Latch, Option, Schema, type Scope } from "effect"
import * as CircuitBreaker from "../../domain/CircuitBreaker.ts"
import type { Service } from "../../domain/ServiceCatalog.ts"
import type { StepName } from "../../domain/StepName.ts"
import { ActivityLog } from "../../services/ActivityLog.ts"
import type { ImageSourceError } from "../../services/ImageSource.ts"
import { Inference, type InferenceError } from "../../services/Inference.ts"
import * as Metrics from "../../services/Metrics.ts"

/** The service was not asked, because it is left alone for now. */
export class LeftAlone extends Schema.TaggedError<LeftAlone>()("LeftAlone", { service: Schema.String }) {
  override get message() {
    return `${this.service} is left alone until it is well`
  }
}

export interface Breaker {
  /** Makes a request to the service, unless that is left alone, and notes whether it was there to answer. */
  readonly guard: <A, E extends InferenceError | ImageSourceError, R>(
    request: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | LeftAlone, R>
  /** Whether the service is left alone. */
  readonly isOpen: Effect.Effect<boolean>
  /** Waits until the service is no longer left alone. */
  readonly untilClosed: Effect.Effect<void>
}

/** The breaker of a service for a step, kept until the scope closes. */
export const make = Effect.fnUntraced(function* (
  service: Service,
  step: StepName = service.id
): Effect.fn.Return<Breaker, never, Inference | Scope.Scope> {
  const inference = yield* Inference
  const scope = yield* Effect.scope
  const log = yield* ActivityLog
  const released = yield* Latch.make(true)
  const [left, again] =
    step === service.id
      ? ["its queue is left alone", "; its queue is worked on"]
      : ["it is asked about no crops", "; it is asked about crops"]
  let circuit = CircuitBreaker.closed
  /** The request that tries whether the service is well, while there is one. */
  let trial: Deferred.Deferred<void> | undefined

  /** When the circuit opened first since the last answer, in milliseconds. */
  let since: number | undefined

  const forget = Effect.suspend(() => {
    since = undefined
    return Effect.andThen(Metrics.breaker(service.id, false), log.breaker(step, service.id, Option.none()))
  })
  const release = Effect.andThen(forget, released.open)
  // Whoever takes the step up again begins with a circuit that is closed.
  yield* Effect.addFinalizer(() => forget)

  /** Lets those who watch know that the service is left alone, and when it is asked about its health. */
  const announce = Effect.fnUntraced(function* (reason: string) {
    yield* Metrics.breaker(service.id, true)
    const now = yield* Clock.currentTimeMillis
    since ??= now
    const nextProbe = new Date(now + Duration.toMillis(CircuitBreaker.pause(circuit)))
    yield* log.breaker(step, service.id, Option.some({ reason, nextProbe, since: new Date(since) }))
  })

  const probe = Effect.gen(function* () {
    yield* Effect.sleep(CircuitBreaker.pause(circuit))
    while (CircuitBreaker.isOpen(circuit) && !(yield* inference.isHealthy(service))) {
      circuit = CircuitBreaker.stillOpen(circuit)
      yield* announce(`${service.id} does not say that it is well`)
      yield* Effect.sleep(CircuitBreaker.pause(circuit))
    }
    // An answer that was under way may have closed it meanwhile.
    if (!CircuitBreaker.isOpen(circuit)) return
    circuit = CircuitBreaker.halfOpen(circuit)
    yield* release
  })

  const noteAnswer = Effect.suspend(() => {
    const wasTripped = CircuitBreaker.hasTripped(circuit)
    circuit = CircuitBreaker.closed
    if (!wasTripped) return Effect.void
    return Effect.andThen(Effect.logInfo(`${service.id} is well again${again}`), release)
  })

  const noteFailure = Effect.fnUntraced(function* (error: InferenceError | ImageSourceError) {
    // That a picture cannot be read says nothing about the service.
    if (error._tag === "ImageSourceError") return
    if (error.reason._tag !== "Unavailable") return yield* noteAnswer
    const isFirst = !CircuitBreaker.hasTripped(circuit)
    circuit = CircuitBreaker.afterFailure(circuit)
    if (!CircuitBreaker.isOpen(circuit)) return
    yield* announce(error.message)
    if (!released.isOpen()) return
    yield* released.close
    if (isFirst) yield* Effect.logWarning(`${error.message}; ${left} until it is well`)
    yield* Effect.forkIn(probe, scope)
  })

  const guard: Breaker["guard"] = (request) => {
    const noted = request.pipe(
      Effect.tap(() => noteAnswer),
      Effect.tapError(noteFailure)
    )
    return Effect.suspend(() => {
      if (!released.isOpen()) return new LeftAlone({ service: service.id })
      if (!CircuitBreaker.hasTripped(circuit)) return noted
      if (trial !== undefined) return Effect.andThen(Deferred.await(trial), guard(request))
      const own = (trial = Deferred.makeUnsafe<void>())
      return Effect.ensuring(
        noted,
        Effect.suspend(() => {
          trial = undefined
          return Deferred.succeed(own, undefined)
        })
      )
    })
  }

  return { guard, isOpen: Effect.sync(() => !released.isOpen()), untilClosed: released.await }
})
