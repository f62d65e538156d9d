/** What a program needs to do its work, and how much work there is, for those who watch it. */
import { Clock, Effect, Layer, Option, Schedule } from "effect"
import { hintQueue } from "../../domain/Messages.ts"
import { Backlog } from "../../services/Backlog.ts"
import { MessageBroker } from "../../services/MessageBroker.ts"
import * as Metrics from "../../services/Metrics.ts"
import { Readiness } from "../../services/Readiness.ts"

/** How often the backlog is counted. */
const interval = "15 seconds"

/** The program is ready when the database and the broker answer; the backlog is counted until the layer's scope closes. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const backlog = yield* Backlog
    const broker = yield* MessageBroker
    const readiness = yield* Readiness
    yield* readiness.require("database", Effect.isSuccess(backlog.waiting))
    yield* readiness.require("broker", Effect.isSuccess(broker.depth(hintQueue.consensus)))
    if (readiness.isAsked) yield* Effect.forkScoped(Effect.repeat(count, Schedule.spaced(interval)))
  })
)

/** Notes how much waits. What cannot be counted now is counted next time. */
export const count = Effect.gen(function* () {
  const backlog = yield* Backlog
  const now = yield* Clock.currentTimeMillis
  for (const { images, of, since } of yield* backlog.waiting) {
    const age = Option.match(since, { onNone: () => 0, onSome: (date) => Math.max(0, now - date.getTime()) })
    yield* Metrics.backlog(of, images, age)
  }
}).pipe(
  Effect.catch((error) => Effect.logDebug(`The backlog is not known: ${error.message}`)),
  Effect.withTracerEnabled(false)
)
