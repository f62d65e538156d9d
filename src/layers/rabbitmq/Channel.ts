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
    Effect.flatMap(connection.get(queue), (model) => request(queue, async () => listen(await model.createChannel()))),
    close
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
        ? Effect.flatMap(connection.get(queue), (model) => request(queue, () => reopen(model)))
        : Effect.succeed(current)
    )
    return Effect.suspend(() => (current === undefined ? oneAtATime.withPermit(get) : Effect.succeed(current)))
  }
}

/**
 * Closes a channel or a connection, unless it is closed already. Waits for `close`, because amqplib's own promise is never
 * kept when the connection breaks meanwhile.
 */
export const close = (closable: Amqp.Channel | Amqp.ChannelModel): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const done = () => resume(Effect.void)
    closable.on("close", done)
    closable.close().then(done, done)
  }).pipe(Effect.timeoutOrElse({ duration: "3 seconds", orElse: () => Effect.void }))

/** An error that nobody hears would end the process. Who uses the channel learns of it by a failed request or by `close`. */
const listen = <C extends Amqp.Channel>(channel: C): C => channel.on("error", () => {})
