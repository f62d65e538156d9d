/**
 * A connection that is opened again, after a jittered and growing pause, whenever it is lost.
 *
 * Everything that can go wrong with a network heals that way, also at the start. What a setting must mend (credentials, a
 * missing virtual host, a certificate) fails, since trying again would only lock the account. Credentials that have worked
 * are no such thing: a broker that was reset, or whose directory of users is away, knows them again later.
 */
import * as Amqp from "amqplib"
import { Data, Deferred, Duration, Effect, Exit, Latch, Redacted, Schedule, type Scope } from "effect"
import type { Duplex } from "node:stream"
import { BrokerMisconfigured, BrokerUnavailable } from "../../services/MessageBroker.ts"
import * as Encryption from "../files/Encryption.ts"
import type { Address } from "./RabbitAddress.ts"
import * as Request from "./Request.ts"

export interface Connection {
  /** The open connection, waited for within bounds. */
  readonly get: (queue: string) => Effect.Effect<Amqp.ChannelModel, BrokerUnavailable | BrokerMisconfigured>
  /** How often the connection was opened. */
  readonly session: () => number
  /** Open while the broker takes messages; closed while it has blocked this connection for lack of memory or disk. */
  readonly unblocked: Latch.Latch
}

/** A connection that lives as long as the scope. The first attempt has been made when this returns. */
export const make = Effect.fnUntraced(function* (
  address: Address["Service"],
  name: string
): Effect.fn.Return<Connection, BrokerMisconfigured, Scope.Scope> {
  const context = yield* Effect.context()
  const log = (effect: Effect.Effect<void>) => Effect.runForkWith(context)(effect)
  const place = `RabbitMQ at ${address.host}:${address.port} (${name})`
  const unblocked = Latch.makeUnsafe(true)
  const attempted = Deferred.makeUnsafe<void, BrokerMisconfigured>()
  let opened = Deferred.makeUnsafe<Amqp.ChannelModel, BrokerMisconfigured>()
  let lastFailure: unknown = "not connected yet"
  let sessions = 0

  /** Listens from the first moment, since an error without a listener would end the process. */
  const listen = (connection: Amqp.ChannelModel) => {
    const lost = Deferred.makeUnsafe<void>()
    let isOpen = false
    connection.on("error", (error) => (lastFailure = error))
    connection.on("close", (error) => {
      lastFailure = error ?? lastFailure
      if (isOpen) opened = Deferred.makeUnsafe()
      unblocked.openUnsafe()
      Deferred.doneUnsafe(lost, Exit.void)
    })
    connection.on("blocked", (reason) => {
      unblocked.closeUnsafe()
      log(Effect.logWarning(`${place} takes no messages now: ${reason}`))
    })
    connection.on("unblocked", () => {
      unblocked.openUnsafe()
      log(Effect.logInfo(`${place} takes messages again`))
    })
    const announce = Effect.sync(() => {
      sessions++
      Deferred.doneUnsafe(attempted, Exit.void)
      if (Deferred.isDoneUnsafe(lost)) return
      isOpen = true
      Deferred.doneUnsafe(opened, Exit.succeed(connection))
    })
    return { connection, announce, lost }
  }

  /** Connects and stays until the connection is lost. */
  const session = Effect.gen(function* () {
    const { announce, lost } = yield* connect(address, name, listen).pipe(
      Effect.mapError(({ cause }) =>
        failureOf(address, cause, { isFirst: !Deferred.isDoneUnsafe(attempted), hasWorked: sessions > 0 })
      )
    )
    yield* announce
    yield* Deferred.await(lost)
    yield* Effect.logWarning(`${place} is gone: ${String(lastFailure)}`)
  }).pipe(Effect.scoped)

  yield* session.pipe(
    Effect.tapError((error) => {
      if (error._tag === "BrokerMisconfigured") return Effect.void
      lastFailure = error.cause
      Deferred.doneUnsafe(attempted, Exit.void)
      return Effect.logWarning(`${place} cannot be reached, trying again: ${String(error.cause)}`)
    }),
    Effect.retry({ while: (error) => error._tag === "Unreachable", schedule: backoff }),
    Effect.repeat(pause),
    Effect.catchTag("BrokerMisconfigured", (error) => {
      Deferred.doneUnsafe(opened, Exit.fail(error))
      Deferred.doneUnsafe(attempted, Exit.fail(error))
      return Effect.void
    }),
    Effect.forkScoped
  )
  yield* Deferred.await(attempted)

  return {
    unblocked,
    session: () => sessions,
    get: (queue) =>
      Effect.suspend(() => Deferred.await(opened)).pipe(
        Effect.timeoutOrElse({
          duration: Request.timeout,
          orElse: () => new BrokerUnavailable({ queue, cause: lastFailure })
        })
      )
  }
})

/** Pauses between attempts: from 0.2 s, doubled up to 15 s, give or take a fifth so that programs do not come at once. */
const backoff = Schedule.jittered(Schedule.min([Schedule.exponential("200 millis"), Schedule.spaced("15 seconds")]))

/** The pause after a loss, for brokers that accept connections only to close them. */
const pause = Schedule.jittered(Schedule.spaced("300 millis"))

/** Opens a connection for the time of the scope; `listen` is called before anything can happen to it. */
const connect = <A extends { readonly connection: Amqp.ChannelModel }>(
  address: Address["Service"],
  name: string,
  listen: (connection: Amqp.ChannelModel) => A
) =>
  Effect.acquireRelease(
    Effect.tryPromise(async (signal) => {
      const listening = listen(await open(address, name))
      // No caller waits for it any more.
      if (signal.aborted) await listening.connection.close()
      return listening
    }),
    ({ connection }) => Request.close(connection),
    { interruptible: true }
  )

/** Opens a connection; whoever asked for it closes it. */
export const open = async (
  { heartbeat, host, password, port, tls, username, vhost }: Address["Service"],
  name: string
) => {
  const model = await Amqp.connect(
    {
      protocol: tls === undefined ? "amqp" : "amqps",
      hostname: host,
      port,
      username,
      password: Redacted.value(password),
      vhost: encodeURIComponent(vhost),
      heartbeat: Math.ceil(Duration.toSeconds(heartbeat))
    },
    {
      ...tls,
      noDelay: true,
      keepAlive: true,
      timeout: Duration.toMillis(Request.timeout),
      clientProperties: { connection_name: name }
    }
  )
  gather(model)
  return model
}

/**
 * Hands to the network as one what is written at once. amqplib writes every frame on its own, and sending a frame costs more
 * than all else that is done about it.
 */
const gather = (model: Amqp.ChannelModel): void => {
  const { stream } = model.connection as Amqp.Connection & { readonly stream: Duplex }
  const write = stream.write.bind(stream) as (frame: Uint8Array) => boolean
  stream.write = (frame: Uint8Array) => {
    if (stream.writableCorked === 0) {
      stream.cork()
      process.nextTick(() => stream.uncork())
    }
    return write(frame)
  }
}

/**
 * Whether trying again can help, by the words amqplib has for what the broker said during the handshake. A virtual host
 * that does not open and a port that does not encrypt are mistakes at the start; later on, the broker is still opening
 * it after a restart, or another server answers in its place.
 */
const failureOf = (
  { host, port, tls, username, vhost }: Address["Service"],
  cause: unknown,
  { hasWorked, isFirst }: { readonly isFirst: boolean; readonly hasWorked: boolean }
) => {
  const said = String(cause)
  const place = `RabbitMQ at ${host}:${port}`
  const mistake = (isMistake: boolean, detail: string) =>
    isMistake ? new BrokerMisconfigured({ detail }) : new Unreachable({ cause: new Error(detail) })
  if (said.includes("ACCESS-REFUSED")) {
    return mistake(
      !hasWorked,
      `${place} refuses the login of user "${username}". Correct QUEUE_USER and QUEUE_PASSWORD, or AMQP_URL.`
    )
  }
  if (said.includes("Expected ConnectionOpenOk")) {
    return mistake(
      isFirst,
      `${place} does not open the virtual host "${vhost}" for user "${username}". Correct QUEUE_VHOST or AMQP_URL, or create it: rabbitmqctl add_vhost '${vhost}' && rabbitmqctl set_permissions -p '${vhost}' '${username}' '.*' '.*' '.*'. If it is there, a limit of connections is reached: rabbitmqctl list_user_limits --user '${username}', rabbitmqctl list_vhost_limits -p '${vhost}'`
    )
  }
  if (said.includes("ETIMEDOUT")) {
    return new Unreachable({
      cause: new Error(
        `it does not answer (${said}). A firewall may be between, or it has no file handles left for another connection: its queues and connections need one or more each, and usually it has 1024. See rabbitmqctl status; raise its limit (LimitNOFILE of its service, ulimit -n), or delete queues that are not used.`
      )
    })
  }
  const refusal = Encryption.refusalOf(cause, { name: "RabbitMQ", host, port, prefix: "QUEUE", url: "AMQP_URL" })
  if (refusal !== undefined) return new BrokerMisconfigured({ detail: refusal })
  if (said.includes("wrong version number")) {
    return mistake(
      isFirst,
      `${place} does not encrypt at this port. Set QUEUE_PORT, or the port of AMQP_URL, to the one where it does, usually 5671; or set QUEUE_SSLMODE=disable.`
    )
  }
  if (/Frame size \d+ exceeds/.test(said)) {
    return mistake(
      isFirst,
      `${place} answers in another protocol than AMQP 0-9-1. Correct QUEUE_HOST and QUEUE_PORT, or AMQP_URL; RabbitMQ usually listens at 5672.`
    )
  }
  // A broker that expects to be greeted in TLS hangs up, but so does one that is starting or stopping.
  return tls === undefined && /Socket closed abruptly during opening handshake|ECONNRESET/.test(said)
    ? new Unreachable({
        cause: new Error(
          `it hung up during the handshake (${said}). If it encrypts at this port, set QUEUE_SSLMODE=verify-full, or begin AMQP_URL with amqps://; or another program listens there`
        )
      })
    : new Unreachable({ cause })
}

class Unreachable extends Data.TaggedError("Unreachable")<{ readonly cause: unknown }> {}
