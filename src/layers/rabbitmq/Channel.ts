/** Channels of a connection. */
import type * as Amqp from "amqplib"
import { Effect, type Scope, Semaphore } from "effect"
import type { BrokerMisconfigured, BrokerUnavailable } from "../../services/MessageBroker.ts"
import type { Connection } from "./Connection.ts"
import * as Request from "./Request.ts"

/** A channel for the time of the scope. What is unsettled on it when it closes goes back to its queue. */
export const scoped = (
  connection: Connection,
  queue: string
): Effect.Effect<Amqp.Channel, BrokerUnavailable | BrokerMisconfigured, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.flatMap(connection.get(queue), (model) =>
      Request.send(queue, async () => listen(await model.createChannel()))
    ),
    Request.close
  )

/** A channel that is opened when it is first needed, and again after it was closed. `prepare` is called with each one. */
export const reopened = <C extends Amqp.Channel, A>(
  connection: Connection,
  create: (model: Amqp.ChannelModel) => Promise<C>,
  prepare: (channel: C) => A
) => {
  const oneAtATime = Semaphore.makeUnsafe(1)
  let current: A | undefined

  const reopen = async (model: Amqp.ChannelModel) => {
    const channel = listen(await create(model))
    const prepared = prepare(channel)
    current = prepared
    channel.on("close", () => {
      if (current === prepared) current = undefined
    })
    return prepared
  }

  return (queue: string): Effect.Effect<A, BrokerUnavailable | BrokerMisconfigured> => {
    const get = Effect.suspend(() =>
      current === undefined
        ? Effect.flatMap(connection.get(queue), (model) => Request.send(queue, () => reopen(model)))
        : Effect.succeed(current)
    )
    return Effect.suspend(() => (current === undefined ? oneAtATime.withPermit(get) : Effect.succeed(current)))
  }
}

/** An error without a listener would end the process. Who uses the channel learns of it by a failed request or by `close`. */
const listen = <C extends Amqp.Channel>(channel: C): C => channel.on("error", () => {})
