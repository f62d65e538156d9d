/** What a program needs to do its work, and how much work there is, for those who watch it. */
import { Clock, Effect, Layer, Option, Schedule } from "effect"
import { hintQueue } from "../../domain/Messages.ts"
import { MessageBroker } from "../../services/MessageBroker.ts"
import * as Metrics from "../../services/Metrics.ts"
import { Progress } from "../../services/Progress.ts"
import { Readiness } from "../../services/Readiness.ts"

/** How often the backlog is counted. */
const interval = "15 seconds"

/** The program is ready when the database answers; the backlog is counted until the layer's scope closes. */
export const database = Layer.effectDiscard(
  Effect.gen(function* () {
    const progress = yield* Progress
    const readiness = yield* Readiness
    yield* readiness.require("database", Effect.isSuccess(progress.waiting))
    if (readiness.isAsked) yield* Effect.forkScoped(Effect.repeat(count, Schedule.spaced(interval)))
  })
)

/** The program is ready when the broker answers. */
export const broker = Layer.effectDiscard(
  Effect.gen(function* () {
    const broker = yield* MessageBroker
    const readiness = yield* Readiness
    yield* readiness.require("broker", Effect.isSuccess(broker.depth(hintQueue.consensus)))
  })
)

/** Notes how much waits. What cannot be counted now is counted next time. */
export const count = Effect.gen(function* () {
  const progress = yield* Progress
  const now = yield* Clock.currentTimeMillis
  for (const { images, of, since } of yield* progress.waiting) {
    const age = Option.match(since, { onNone: () => 0, onSome: (date) => Math.max(0, now - date.getTime()) })
    yield* Metrics.backlog(of, images, age)
  }
}).pipe(
  Effect.catch((error) => Effect.logDebug(`The backlog is not known: ${error.message}`)),
  Effect.withTracerEnabled(false)
)
