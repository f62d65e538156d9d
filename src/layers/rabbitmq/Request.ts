/** Requests to the broker, each answered within a bounded time or failed. */
import type * as Amqp from "amqplib"
import { Effect } from "effect"
import { BrokerUnavailable } from "../../services/MessageBroker.ts"

/** How long one request may take before the broker counts as not available. */
export const timeout = "10 seconds"

/** Asks once. A broker that refuses, or does not answer in time, is not available for `queue`. */
export const send = <A>(queue: string, evaluate: () => Promise<A>): Effect.Effect<A, BrokerUnavailable> =>
  Effect.tryPromise({ try: evaluate, catch: (cause) => new BrokerUnavailable({ queue, cause }) }).pipe(
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () => new BrokerUnavailable({ queue, cause: new Error(`No answer within ${timeout}`) })
    })
  )

/** The AMQP reply code that ended a request, such as `404`. */
export const replyCode = ({ cause }: BrokerUnavailable): unknown =>
  typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined

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
