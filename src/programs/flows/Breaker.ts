/**
 * Leaving a service alone while it keeps failing, and finding out when it is well again.
 *
 * Any step that asks a service can have a breaker for it. When the circuit (`Circuit.ts`) has opened, the service is asked
 * about its health after growing pauses.
 */
import { Effect, Equal, Option, Schema, type Scope } from "effect"
import type { Service } from "../../domain/ServiceCatalog.ts"
import type { StepName } from "../../domain/StepName.ts"
import * as Tuning from "../../domain/Tuning.ts"
import { ActivityLog } from "../../services/ActivityLog.ts"
import type { ImageSourceError } from "../../services/ImageSource.ts"
import { Inference, type InferenceError } from "../../services/Inference.ts"
import * as Metrics from "../../services/Metrics.ts"
import { CurrentTuning } from "../../services/Tunings.ts"
import * as Circuit from "./Circuit.ts"
import * as Suspects from "./Suspects.ts"

/** The service was not asked, because it is left alone for now. */
export class LeftAlone extends Schema.TaggedError<LeftAlone>()("LeftAlone", { service: Schema.String }) {
  override get message() {
    return `${this.service} is left alone until it is well`
  }
}

/** The service was asked and is away, for which what it was asked about is not to blame. It is left alone from now on. */
export class Away extends Schema.TaggedError<Away>()("Away", { reason: Schema.String }) {
  override get message() {
    return this.reason
  }
}

export interface Breaker {
  /**
   * Makes a request to the service, unless that is left alone, and notes whether it was there to answer. `name` is that of what
   * it is asked about.
   */
  readonly guard: <A, E extends InferenceError | ImageSourceError, R>(
    name: string,
    request: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | Away | LeftAlone, R>
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
  const log = yield* ActivityLog
  const [left, again] =
    step === service.id
      ? ["its queue is left alone", "; its queue is worked on"]
      : ["it is asked about no crops", "; it is asked about crops"]
  const forget = Effect.andThen(Metrics.breaker(service.id, false), log.breaker(step, service.id, Option.none()))
  // Whoever takes the step up again begins with a circuit that is closed.
  yield* Effect.addFinalizer(() => forget)
  const suspects = Suspects.make()
  const circuit = yield* Circuit.make({
    limits: {
      now: Effect.flatMap(CurrentTuning, ({ of }) => Effect.map(of(service.id), Tuning.breakerLimits)),
      untilOther: (than) =>
        Effect.flatMap(CurrentTuning, ({ until }) =>
          until(service.id, (tuning) => !Equal.equals(Tuning.breakerLimits(tuning), than))
        )
    },
    seemsWell: Effect.tap(inference.isHealthy(service), (isHealthy) =>
      Effect.sync(() => isHealthy && service.health !== undefined && suspects.saidWell())
    ),
    notWell: `${service.id} does not say that it is well`,
    onOpen: (state) =>
      Effect.andThen(Metrics.breaker(service.id, true), log.breaker(step, service.id, Option.some(state))),
    onTrial: forget,
    onAway: (reason) => Effect.logWarning(`${reason}; ${left} until it is well`),
    onBack: Effect.logInfo(`${service.id} is well again${again}`)
  })

  const answered = (name: string) =>
    Effect.andThen(
      Effect.sync(() => suspects.answered(name)),
      circuit.succeeded
    )

  const noteFailure = Effect.fnUntraced(function* (name: string, error: InferenceError | ImageSourceError) {
    // That a picture cannot be read says nothing about the service.
    if (error._tag === "ImageSourceError") return
    const { message, reason } = error
    if (reason._tag !== "Unavailable") return yield* answered(name)
    if (reason.retryAfter !== undefined || suspects.isToBlame(name, reason.sign)) return yield* circuit.failed(message)
    yield* circuit.away(message)
    return yield* new Away({ reason: message })
  })

  return {
    guard: (name, request) =>
      circuit.guard(
        request.pipe(
          Effect.tap(() => answered(name)),
          Effect.tapError((error) => noteFailure(name, error))
        ),
        () => new LeftAlone({ service: service.id })
      ),
    isOpen: Effect.sync(() => circuit.open() !== undefined),
    untilClosed: circuit.untilClosed
  }
})
