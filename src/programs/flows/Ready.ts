/** Waiting, when a program starts, for the broker: programs and servers may be started in any order. */
import { Effect } from "effect"
import { MessageBroker } from "../../services/MessageBroker.ts"
import * as Reconnect from "./Reconnect.ts"

/** Makes sure that the queues exist. A broker that cannot be reached yet is waited for, some 30 seconds. */
export const queuesDeclared = Effect.fn("Ready.queuesDeclared")(function* (queues: ReadonlyArray<string>) {
  const broker = yield* MessageBroker
  yield* broker.declare(queues).pipe(
    Effect.tapError((error) => (error._tag === "BrokerUnavailable" ? Effect.logWarning(error.message) : Effect.void)),
    Effect.retry({
      while: (error) => error._tag === "BrokerUnavailable",
      schedule: Reconnect.untilRestarted
    })
  )
})
