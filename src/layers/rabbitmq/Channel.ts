/** Channels of a connection, and requests on them that are answered within a bounded time or fail. */
import type * as Amqp from "amqplib"
import { Effect, type Scope, Semaphore } from "effect"
import { type BrokerMisconfigured, BrokerUnavailable } from "../../services/MessageBroker.ts"
import type { Connection } from "./Connection.ts"

/** How long one request may take before the broker counts as not available. */
export const patience = "10 seconds"

/** Asks once. A broker that refuses, or does not answer in time, is not available for `queue`. */
export const request = <A>(queue: string, evaluate: () => Promise<A>): Effect.Effect<A, BrokerUnavailable> =>
  Effect.tryPromise({ try: evaluate, catch: (cause) => new BrokerUnavailable({ queue, cause }) }).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => new BrokerUnavailable({ queue, cause: new Error(`No answer within ${patience}`) })
    })
  )

/** The AMQP reply code that ended a request, such as `404`. */
export const replyCode = ({ cause }: BrokerUnavailable): unknown =>
  typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined

/** A channel for the time of the scope. What is unsettled on it when it closes goes back to its queue. */
export const scoped = (
  connection: Connection,
  queue: string
): Effect.Effect<Amqp.Channel, BrokerUnavailable | BrokerMisconfigured, Scope.Scope> =>
  Effect.acquireRelease(
    open(connection, queue, (model) => model.createChannel()),
    (channel) => close(channel, queue)
  )

/** A channel that is opened when it is first needed, and again after it was closed. `prepare` is called with each one. */
export const reopened = <C extends Amqp.Channel, A>(
  connection: Connection,
  create: (model: Amqp.ChannelModel) => Promise<C>,
  prepare: (channel: C) => A
) => {
  const oneAtATime = Semaphore.makeUnsafe(1)
  let current: A | undefined

  const reopen = Effect.fnUntraced(function* (queue: string) {
    if (current !== undefined) return current
    const channel = yield* open(connection, queue, create)
    const prepared = prepare(channel)
    channel.on("close", () => {
      if (current === prepared) current = undefined
    })
    return (current = prepared)
  })

  return (queue: string): Effect.Effect<A, BrokerUnavailable | BrokerMisconfigured> =>
    Effect.suspend(() => (current === undefined ? oneAtATime.withPermit(reopen(queue)) : Effect.succeed(current)))
}

/** Closes a channel, unless it is closed already. */
export const close = (channel: Amqp.Channel, queue: string): Effect.Effect<void> =>
  Effect.ignore(request(queue, () => channel.close()))

const open = <C extends Amqp.Channel>(
  connection: Connection,
  queue: string,
  create: (model: Amqp.ChannelModel) => Promise<C>
) =>
  Effect.flatMap(connection.get(queue), (model) =>
    request(queue, async () => {
      const channel = await create(model)
      // Whoever uses the channel hears of an error by the failure of a request or by `close`.
      channel.on("error", () => {})
      return channel
    })
  )
