/** Waiting, when a program starts, for the broker: programs and servers may be started in any order. */
import { Effect, Schedule } from "effect"
import { MessageBroker } from "../../services/MessageBroker.ts"

/** Makes sure that the queues exist. A broker that cannot be reached yet is waited for, some 30 seconds. */
export const queuesDeclared = Effect.fn("Ready.queuesDeclared")(function* (queues: ReadonlyArray<string>) {
  const broker = yield* MessageBroker
  yield* broker.declare(queues).pipe(
    Effect.tapError((error) => (error._tag === "BrokerUnavailable" ? Effect.logWarning(error.message) : Effect.void)),
    Effect.retry({
      while: (error) => error._tag === "BrokerUnavailable",
      schedule: Schedule.min([Schedule.exponential("200 millis"), Schedule.spaced("2 seconds")]).pipe(
        Schedule.upTo({ duration: "30 seconds" })
      )
    })
  )
})
