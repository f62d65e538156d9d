/** Counts of what is in RabbitMQ's queues. */
import { Effect, Semaphore } from "effect"
import type { BrokerMisconfigured, BrokerUnavailable } from "../../services/MessageBroker.ts"
import * as Channel from "./Channel.ts"
import type { Connection } from "./Connection.ts"
import * as Request from "./Request.ts"

export interface Count {
  /** Messages that no consumer holds. */
  readonly ready: number
  readonly consumers: number
}

/** The counts of the queue of that name in RabbitMQ, or `undefined` if there is none. */
export type Inspect = (
  queue: string,
  name: string
) => Effect.Effect<Count | undefined, BrokerUnavailable | BrokerMisconfigured>

/** Asks one question at a time, since a question about a queue that is not there closes the channel. */
export const make = (connection: Connection): Inspect => {
  const oneAtATime = Semaphore.makeUnsafe(1)
  const channelFor = Channel.reopened(
    connection,
    (model) => model.createChannel(),
    (channel) => channel
  )

  return (queue, name) =>
    channelFor(queue).pipe(
      Effect.flatMap((channel) => Request.send(queue, () => channel.checkQueue(name))),
      Effect.map(({ consumerCount, messageCount }): Count => ({ ready: messageCount, consumers: consumerCount })),
      Effect.catchIf(
        (error) => error._tag === "BrokerUnavailable" && Request.replyCode(error) === 404,
        () => Effect.undefined
      ),
      oneAtATime.withPermit
    )
}
