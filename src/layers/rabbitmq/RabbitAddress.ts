/** Where RabbitMQ is and how to log in. */
import { Config, Context, Duration, Effect, Layer, Option, Redacted, Schema } from "effect"
import * as Amounts from "../../domain/Amounts.ts"
import * as Encryption from "../files/Encryption.ts"

export class Address extends Context.Service<
  Address,
  {
    readonly host: string
    readonly port: number
    readonly username: string
    readonly password: Redacted.Redacted
    readonly vhost: string
    /** How the connection is encrypted; `undefined`: not at all. */
    readonly tls: Encryption.Encryption | undefined
    /** Silence after which the other side counts as gone, in whole seconds. */
    readonly heartbeat: Duration.Duration
    /** What the names of all queues begin with, so that several installations can share a virtual host. */
    readonly queuePrefix: string
  }
>()("windmill/layers/RabbitAddress/Address") {}

/** The environment does not say which broker to use, or says it wrongly. `problems` lists all that is missing. */
export class AddressError extends Schema.TaggedError<AddressError>()("AddressError", {
  problems: Schema.Array(Schema.String)
}) {
  override get message() {
    return [
      "The environment does not say which RabbitMQ broker to use:",
      ...this.problems.map((problem) => `  - ${problem}`),
      "Set AMQP_URL=amqp://user:password@host:5672/vhost, or the variables above."
    ].join("\n")
  }
}

/** Whether the environment names a broker at all. */
export const isConfigured = Config.all([
  Config.option(Config.String("AMQP_URL")),
  Config.option(Config.String("QUEUE_HOST"))
]).pipe(Config.map((variables) => variables.some(Option.isSome)))

const purposes = {
  QUEUE_HOST: "the host of the RabbitMQ server",
  QUEUE_USER: "the user to log in as",
  QUEUE_PASSWORD: "the password of that user"
}

/**
 * The address in `AMQP_URL`, or in `QUEUE_HOST`, `QUEUE_PORT`, `QUEUE_USER`, `QUEUE_PASSWORD` and `QUEUE_VHOST`.
 *
 * With either form, `QUEUE_SSLMODE` (`disable`, `require`, `verify-full`) chooses encryption and wins over the URL's scheme,
 * of which `amqps` means `verify-full`; `QUEUE_SSLROOTCERT` is the path of the certificate authority to trust,
 * `QUEUE_HEARTBEAT` a duration and `QUEUE_PREFIX` what the names of all queues begin with.
 */
export const addressFromEnvironment = Layer.effect(
  Address,
  Effect.gen(function* () {
    const url = yield* Config.option(Config.Redacted("AMQP_URL"))
    const place = Option.isSome(url) ? yield* placeOf(url.value) : yield* placeFromVariables
    const encryption = yield* Encryption.fromEnvironment("QUEUE", place.isEncrypted ? "verify-full" : undefined).pipe(
      Effect.catchTag("AuthorityError", ({ message }) => new AddressError({ problems: [message] }))
    )
    const tls = encryption === false ? undefined : encryption
    const heartbeat = yield* Config.schema(Amounts.Wait, "QUEUE_HEARTBEAT").pipe(
      Config.withDefault(Duration.seconds(10))
    )
    const queuePrefix = yield* Config.String("QUEUE_PREFIX").pipe(Config.withDefault(""))
    const { host, password, port = tls === undefined ? 5672 : 5671, username, vhost } = place
    return { host, port, username, password, vhost, tls, heartbeat, queuePrefix }
  })
)

interface Place {
  readonly host: string
  readonly port: number | undefined
  readonly username: string
  readonly password: Redacted.Redacted
  readonly vhost: string
  readonly isEncrypted: boolean
}

const placeFromVariables = Effect.gen(function* () {
  const found = yield* Effect.all({
    QUEUE_HOST: Config.option(Config.NonEmptyString("QUEUE_HOST")),
    QUEUE_USER: Config.option(Config.NonEmptyString("QUEUE_USER")),
    QUEUE_PASSWORD: Config.option(Config.Redacted("QUEUE_PASSWORD"))
  })
  const port = yield* Config.option(Config.Port("QUEUE_PORT"))
  const vhost = yield* Config.String("QUEUE_VHOST").pipe(Config.withDefault("/"))
  const { QUEUE_HOST: host, QUEUE_PASSWORD: password, QUEUE_USER: username } = found
  if (Option.isNone(host) || Option.isNone(username) || Option.isNone(password)) {
    return yield* new AddressError({
      problems: Object.entries(purposes)
        .filter(([name]) => !Option.isSome<unknown>(found[name as keyof typeof purposes]))
        .map(([name, purpose]) => `${name} is missing: ${purpose}`)
    })
  }
  const place: Place = {
    host: host.value,
    port: Option.getOrUndefined(port),
    username: username.value,
    password: password.value,
    vhost,
    isEncrypted: false
  }
  return place
})

/** What an AMQP URL says. Without a user it means `guest`, without a path the virtual host `/`. */
const placeOf = (url: Redacted.Redacted) =>
  Effect.try({
    try: (): Place => {
      const { hostname, password, pathname, port, protocol, username } = new URL(Redacted.value(url))
      if (!/^amqps?:$/.test(protocol) || hostname === "") throw new TypeError("not an AMQP URL")
      return {
        host: hostname.replace(/^\[|\]$/g, ""),
        port: port === "" ? undefined : Number(port),
        username: username === "" ? "guest" : decodeURIComponent(username),
        password: Redacted.make(username === "" ? "guest" : decodeURIComponent(password)),
        vhost: pathname.length < 2 ? "/" : decodeURIComponent(pathname.slice(1)),
        isEncrypted: protocol === "amqps:"
      }
    },
    catch: () => new AddressError({ problems: ["AMQP_URL is not an amqp:// or amqps:// URL"] })
  })
