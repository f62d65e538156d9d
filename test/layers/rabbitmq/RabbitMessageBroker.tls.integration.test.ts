/**
 * Encrypted connections to RabbitMQ, with certificates made here. Most need a RabbitMQ that is configured for it, so they run
 * where one is installed, not only reachable; the others put a TLS server in front of the one that is reachable.
 */
import { assert, describe, it, layer } from "@effect/vitest"
import { Cause, ConfigProvider, Context, Effect, Exit, Layer, Logger } from "effect"
import * as NodeNet from "node:net"
import * as NodeTls from "node:tls"
import { Address, addressFromEnvironment } from "../../../src/layers/rabbitmq/RabbitAddress.ts"
import * as RabbitMessageBroker from "../../../src/layers/rabbitmq/RabbitMessageBroker.ts"
import { BrokerMisconfigured, MessageBroker } from "../../../src/services/MessageBroker.ts"
import * as Certificates from "../../support/Certificates.ts"
import * as PrivateRabbit from "../../support/PrivateRabbit.ts"
import * as RabbitQueues from "../../support/RabbitQueues.ts"
import * as TcpProxy from "../../support/TcpProxy.ts"

type Environment = Readonly<Record<string, string>>

const addressIn = (env: Environment) =>
  Layer.fresh(addressFromEnvironment).pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))

/** The broker that these variables name, and what is logged about it. */
const brokerIn = Effect.fnUntraced(function* (env: Environment) {
  const log: Array<string> = []
  const context = yield* Layer.build(
    Layer.fresh(RabbitMessageBroker.layer).pipe(
      Layer.provide(addressIn(env)),
      Layer.provide(Logger.layer([Logger.make(({ message }) => void log.push(String(message)))]))
    )
  )
  return { broker: Context.get(context, MessageBroker), log }
})

/** What a person is told who starts a program with these variables. */
const complaintIn = (env: Environment) =>
  Effect.map(Effect.flip(Effect.scoped(brokerIn(env))), ({ message }) => message)

/** A RabbitMQ that encrypts at one port and not at another. */
class Rabbit extends Context.Service<
  Rabbit,
  {
    readonly authority: Certificates.Authority
    readonly foreign: Certificates.Authority
    readonly encrypted: number
    readonly plain: number
    readonly control: (...args: ReadonlyArray<string>) => Effect.Effect<string>
  }
>()("windmill/test/Rabbit") {}

const rabbit = Layer.effect(
  Rabbit,
  Effect.gen(function* () {
    const [authority, foreign] = yield* Effect.all([Certificates.authority, Certificates.authority])
    const { paths } = authority.issue(["DNS:localhost", "IP:127.0.0.1"])
    const encrypted = yield* TcpProxy.freePort
    const { control, port, start } = yield* PrivateRabbit.make({
      config: [
        `listeners.ssl.default = ${encrypted}`,
        `ssl_options.certfile = ${paths.certificate}`,
        `ssl_options.keyfile = ${paths.key}`
      ]
    })
    yield* start
    const address = yield* Layer.build(addressIn({ AMQP_URL: `amqp://127.0.0.1:${port}` }))
    yield* PrivateRabbit.untilReady(Context.get(address, Address))
    return { authority, foreign, encrypted, plain: port, control }
  })
)

const login = { QUEUE_USER: "guest", QUEUE_PASSWORD: "guest" }

describe.skipIf(!PrivateRabbit.isInstalled)("RabbitMessageBroker with a broker that encrypts", () => {
  layer(rabbit, { excludeTestServices: true, timeout: "90 seconds" })((it) => {
    it.effect(
      "encrypts with `require`, whoever answers",
      () =>
        Effect.gen(function* () {
          const { control, encrypted } = yield* Rabbit
          const place = { QUEUE_HOST: "127.0.0.1", QUEUE_PORT: String(encrypted) }
          const { broker } = yield* brokerIn({ ...login, ...place, QUEUE_SSLMODE: "require" })
          yield* broker.publish([{ queue: "required", body: "a" }])
          assert.strictEqual(yield* broker.depth("required"), 1)
          const connections = yield* control("list_connections", "port", "ssl")
          assert.deepStrictEqual(
            connections.split("\n").filter((line) => line.startsWith(String(encrypted))),
            [`${encrypted}\ttrue`, `${encrypted}\ttrue`]
          )
        }),
      60_000
    )

    it.effect.each(["localhost", "127.0.0.1"])("trusts the authority it is told, at %s", (host) =>
      Effect.gen(function* () {
        const { authority, encrypted } = yield* Rabbit
        const trust = { QUEUE_SSLROOTCERT: authority.path }
        const place = { QUEUE_HOST: host, QUEUE_PORT: String(encrypted) }
        for (const env of [
          { ...login, ...place, ...trust, QUEUE_SSLMODE: "verify-full" },
          { AMQP_URL: `amqps://guest:guest@${host}:${encrypted}`, ...trust }
        ]) {
          const { broker } = yield* brokerIn(env)
          yield* broker.publish([{ queue: host, body: "a" }])
        }
        const { broker } = yield* brokerIn({ ...login, ...place, ...trust })
        assert.strictEqual(yield* broker.depth(host), 2)
      })
    )

    it.effect("refuses a certificate that nobody trusted vouches for, and says whom to trust", () =>
      Effect.gen(function* () {
        const { encrypted, foreign } = yield* Rabbit
        const url = { AMQP_URL: `amqps://guest:guest@localhost:${encrypted}` }
        for (const env of [url, { ...url, QUEUE_SSLROOTCERT: foreign.path }]) {
          const complaint = yield* complaintIn(env)
          assert.include(complaint, `RabbitMQ at localhost:${encrypted} has a certificate that no trusted authority`)
          assert.include(complaint, "Set QUEUE_SSLROOTCERT to the certificate of the authority")
        }
      })
    )

    it.effect("refuses a certificate for other hosts, and says for which it is", () =>
      Effect.gen(function* () {
        const { authority, encrypted } = yield* Rabbit
        const complaint = yield* complaintIn({
          AMQP_URL: `amqps://guest:guest@127.0.0.2:${encrypted}`,
          QUEUE_SSLROOTCERT: authority.path
        })
        assert.include(complaint, `RabbitMQ at 127.0.0.2:${encrypted} has a certificate for DNS:localhost, IP Address`)
        assert.include(complaint, "Correct QUEUE_HOST or the host of AMQP_URL")
      })
    )

    it.effect("says so when the port does not encrypt", () =>
      Effect.gen(function* () {
        const { authority, plain } = yield* Rabbit
        const complaint = yield* complaintIn({
          AMQP_URL: `amqps://guest:guest@localhost:${plain}`,
          QUEUE_SSLROOTCERT: authority.path
        })
        assert.include(complaint, `RabbitMQ at localhost:${plain} does not encrypt at this port. Set QUEUE_PORT`)
      })
    )

    it.effect("tries again when it is hung up on without encryption, and says what that may mean", () =>
      Effect.gen(function* () {
        const { encrypted } = yield* Rabbit
        const { log } = yield* brokerIn({ AMQP_URL: `amqp://guest:guest@localhost:${encrypted}` })
        yield* Effect.repeat(Effect.sleep("20 millis"), { until: () => log.length > 0 })
        assert.include(log[0], "trying again")
        assert.include(log[0], `RabbitMQ at localhost:${encrypted} (windmill publisher)`)
        assert.include(log[0], "hung up")
        assert.include(log[0], "set QUEUE_SSLMODE=verify-full")
      })
    )
  })
})

/** A TLS server on this machine that passes on what it is sent. */
const front = Effect.fnUntraced(function* (
  to: { readonly host: string; readonly port: number },
  first: Certificates.Issued
) {
  const contextOf = ({ certificate, key }: Certificates.Issued) => ({ cert: certificate, key })
  const clients = new Set<NodeTls.TLSSocket>()
  const server = NodeTls.createServer(contextOf(first), (client) => {
    const upstream = NodeNet.connect(to)
    clients.add(client)
    for (const socket of [client, upstream]) {
      socket.on("error", () => {})
      socket.on("close", () => {
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream).pipe(client)
  })
  const cut = Effect.sync(() => {
    for (const client of clients) client.destroy()
  })
  yield* Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void)))
  yield* Effect.addFinalizer(() =>
    Effect.andThen(
      Effect.sync(() => server.close()),
      cut
    )
  )
  return {
    port: (server.address() as NodeNet.AddressInfo).port,
    /** Shows another certificate from now on, and ends the connections there are. */
    replace: (next: Certificates.Issued) =>
      Effect.andThen(
        Effect.sync(() => server.setSecureContext(contextOf(next))),
        cut
      )
  }
})

describe("RabbitMessageBroker behind a certificate that runs out", () => {
  const fixture = Effect.fnUntraced(function* ({ days }: { readonly days: number }) {
    const { host, port, queuePrefix } = yield* Address
    const authority = yield* Certificates.authority
    const server = yield* front({ host, port }, authority.issue(["IP:127.0.0.1"], { days }))
    const url = new URL(process.env.AMQP_URL ?? "amqp://guest:guest@127.0.0.1")
    url.protocol = "amqps:"
    url.host = `127.0.0.1:${server.port}`
    return {
      ...server,
      replaceByExpired: server.replace(authority.issue(["IP:127.0.0.1"], { days: 0 })),
      env: { AMQP_URL: url.href, QUEUE_SSLROOTCERT: authority.path, QUEUE_PREFIX: queuePrefix }
    }
  })

  it.live("does not start", () =>
    Effect.gen(function* () {
      const { env, port } = yield* fixture({ days: 0 })
      const complaint = yield* complaintIn(env)
      assert.include(complaint, `RabbitMQ at 127.0.0.1:${port} has a certificate that does not hold now`)
      assert.include(complaint, "certificate has expired")
      assert.include(complaint, "Renew it")
    }).pipe(Effect.provide(RabbitQueues.address))
  )

  it.live("gives up when it connects the next time", () =>
    Effect.gen(function* () {
      const { env, replaceByExpired } = yield* fixture({ days: 1 })
      const { broker } = yield* brokerIn(env)
      assert.strictEqual(yield* broker.depth("expiring"), 0)
      yield* replaceByExpired
      const exit = yield* Effect.repeat(Effect.exit(broker.depth("expiring")), {
        until: (exit) => Exit.isFailure(exit) && Cause.hasDies(exit.cause)
      })
      assert.isTrue(Exit.isFailure(exit))
      if (Exit.isFailure(exit)) assert.instanceOf(Cause.squash(exit.cause), BrokerMisconfigured)
    }).pipe(Effect.provide(RabbitQueues.address))
  )
})
