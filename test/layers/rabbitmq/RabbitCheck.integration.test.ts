import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import * as RabbitCheck from "../../../src/layers/rabbitmq/RabbitCheck.ts"
import { Address } from "../../../src/layers/rabbitmq/RabbitAddress.ts"
import * as RabbitMessageBroker from "../../../src/layers/rabbitmq/RabbitMessageBroker.ts"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { json, serve } from "../../support/HttpServers.ts"
import * as RabbitQueues from "../../support/RabbitQueues.ts"
import * as ServerVariables from "../../support/ServerVariables.ts"
import * as Databases from "../../support/Databases.ts"

/** What RabbitMQ 3.10.8 answered, as far as it is read. */
const node = { name: "rabbit@k2", fd_total: 1024, fd_used: 39, mem_alarm: false, disk_free_alarm: false }
const overview = { object_totals: { channels: 2, connections: 2, consumers: 0, exchanges: 12, queues: 23 } }

/** Serves as the management plugin does, to the user of the queues. */
const management = (nodes: ReadonlyArray<object>, status = 200) =>
  Effect.map(
    serve((request, response) => {
      const login = Buffer.from((request.headers.authorization ?? "").replace("Basic ", ""), "base64").toString()
      if (login !== "guest:guest") return json(response, 401, { error: "not_authorised" })
      json(response, status, request.url === "/api/nodes" ? nodes : overview)
    }),
    (port) => `http://127.0.0.1:${port}/`
  )

/** What is found of this queue, without what always is. */
const check = Effect.fnUntraced(function* (env: Readonly<Record<string, string>>, ...queues: ReadonlyArray<string>) {
  const settings = ConfigProvider.fromEnv({ env: { ...(yield* ServerVariables.make()), ...env } })
  const findings = yield* RabbitCheck.check(queues).pipe(Effect.provide(ConfigProvider.layer(settings)))
  assert.deepEqual(
    findings.slice(0, 3).map(({ step, verdict }) => `${step} ${verdict}`),
    ["connection fine", "version fine", "permissions fine"]
  )
  return findings
    .slice(3)
    .map(
      ({ detail, remedy, step, verdict }) => `${step} ${verdict}: ${detail}${remedy === undefined ? "" : `: ${remedy}`}`
    )
})

layer(RabbitMessageBroker.layer.pipe(Layer.provideMerge(RabbitQueues.address), Layer.merge(Databases.address)), {
  excludeTestServices: true
})("RabbitCheck", (it) => {
  it.effect("counts the queues, and names those that nobody works on", () =>
    Effect.gen(function* () {
      yield* Effect.addFinalizer(() =>
        Effect.orDie(Effect.flatMap(Address, (at) => RabbitQueues.deleteQueues(at, ["a"])))
      )
      const QUEUE_MANAGEMENT_URL = yield* management([node])
      const before = yield* check({ QUEUE_MANAGEMENT_URL }, "a", "b")
      assert.deepEqual(before, [
        "queues fine: 0 of the 11 that these services need are there, 0 messages in them",
        "open files fine: 39 of 1024 open files used by rabbit@k2, with 23 queues and 2 connections"
      ])
      const broker = yield* MessageBroker
      yield* broker.publish([
        { queue: "a", body: "1" },
        { queue: "a", body: "2", lane: "express" }
      ])
      const after = yield* check({ QUEUE_MANAGEMENT_URL }, "a", "b")
      assert.deepEqual(after.slice(0, 2), [
        "queues fine: 9 of the 11 that these services need are there, 2 messages in them",
        "consumers odd: nobody works on a (2 messages): start windmill worker and windmill postprocess, or resume what is paused"
      ])
    }).pipe(Effect.scoped)
  )

  it.effect("warns of a broker that is short of files, of memory or of disk", () =>
    Effect.gen(function* () {
      const short = { ...node, fd_used: 800, mem_alarm: true }
      const uncounted = { ...node, name: "rabbit@k3", fd_total: 65536, fd_used: 0, disk_free_alarm: true }
      const QUEUE_MANAGEMENT_URL = yield* management([short, uncounted])
      const [, ...found] = yield* check({ QUEUE_MANAGEMENT_URL })
      assert.deepEqual(
        found.map((line) => line.replace(/: raise .*/, "")),
        [
          "open files odd: 800 of 1024 open files used by rabbit@k2, with 23 queues and 2 connections",
          "memory broken: rabbit@k2 takes no messages for lack of memory: give it more memory, or empty queues",
          "open files fine: 25 of 65536 open files used by rabbit@k3, with 23 queues and 2 connections",
          "disk broken: rabbit@k3 takes no messages for lack of disk: give it more disk, or empty queues"
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("says how the limits can be known when they are not", () =>
    Effect.gen(function* () {
      const limitsAt = (url: string) =>
        Effect.map(check({ QUEUE_MANAGEMENT_URL: url }), (found) => found[1] ?? "nothing")
      assert.match(
        yield* limitsAt("http://guest:secret@127.0.0.1:1"),
        /^limits fine: not known: .* at http:\/\/127\.0\.0\.1:1\/.*ECONNREFUSED.*rabbitmq-plugins enable rabbitmq_management/
      )
      assert.match(
        yield* limitsAt(yield* management([node], 401)),
        /guest may not see it: rabbitmqctl set_user_tags guest monitoring/
      )
      assert.match(yield* limitsAt(yield* management([{ names: [] }])), /answers HTTP 200, not as RabbitMQ does/)
      assert.match(yield* limitsAt("no address"), /does not answer at no address/)
    }).pipe(Effect.scoped)
  )
})
