import { assert, describe, it } from "@effect/vitest"
import type * as Amqp from "amqplib"
import { Effect, Schedule, Schema } from "effect"
import * as NodeCrypto from "node:crypto"
import * as NodeZlib from "node:zlib"
import type { ImageId } from "../../src/domain/Identifiers.ts"
import { hintQueue, JobJson } from "../../src/domain/Messages.ts"
import { stages } from "../../src/domain/Staleness.ts"
import type { Address } from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as Topology from "../../src/layers/rabbitmq/Topology.ts"
import { serviceId } from "../support/Facts.ts"
import * as RabbitQueues from "../support/RabbitQueues.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

const job = (imageId: number, service: string) =>
  Schema.encodeSync(JobJson)({
    version: 1,
    imageId: imageId as ImageId,
    service: serviceId(service),
    image: { filename: "gone.jpg", path: "/gone.jpg" }
  })

/** What is no job, nor a hint, and no text in some cases; all different. */
const poison: ReadonlyArray<Buffer> = [
  "",
  "\0",
  "{",
  "[]",
  "null",
  '"text"',
  '{"version":1}',
  '{"version":2,"image_id":1}',
  '{"version":"1","image_id":1}',
  '{"version":1,"image_id":0}',
  '{"version":1,"image_id":-1}',
  '{"version":1,"image_id":1.5}',
  '{"version":1,"image_id":1e300}',
  '{"version":1,"image_id":"1; DROP TABLE images"}',
  '{"version":1,"image_id":{"toString":null}}',
  `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
  "9".repeat(100_000),
  `{"version":1,"image_id":"${"x".repeat(1024 * 1024)}"}`,
  Buffer.from([0xff, 0xfe, 0x00, 0xd8]),
  Buffer.concat([Buffer.from('{"version":1,"image_id":'), Buffer.from([0xc3, 0x28]), Buffer.from("}")]),
  NodeZlib.gzipSync('{"version":1,"image_id":1}')
].map((body) => Buffer.from(body))

/** What is a job for somebody else, or for nobody. */
const misled: ReadonlyArray<Buffer> = [
  job(1, "yolov8"),
  job(1, "clip2"),
  job(1, "clip").replace('"clip"', '"CLIP"'),
  job(1, "clip").replace('"/gone.jpg"', "5"),
  job(1, "clip").replace("1", "2")
].map((body) => Buffer.from(body))

/** Headers of every type that RabbitMQ knows, some with names that windmill or the broker use themselves. */
const headers = {
  text: "b",
  number: 1.5,
  yes: true,
  nothing: null,
  list: [1, "two", { three: 3 }],
  table: { nested: { deep: true } },
  bytes: Buffer.from([1, 2, 3]),
  time: { "!": "timestamp", value: 1_700_000_000 },
  traceparent: 5,
  "x-windmill-published": { never: true }
}

/** What windmill and the broker note about a message, written by somebody else: it is not kept. */
const forged = { "x-windmill-attempt": "many", "x-windmill-reason": ["none"], "x-delivery-count": "often" }

/** A body by its beginning and its digest. */
const nameOf = (body: Buffer) =>
  `${body.toString("latin1").slice(0, 30)} ${NodeCrypto.createHash("sha256").update(body).digest("hex")}`

/** All messages of a queue as the broker has them. They stay there. */
const messagesIn = (at: Address["Service"], queue: string) =>
  Effect.gen(function* () {
    const channel = yield* RabbitQueues.channel(at)
    const messages: Array<Amqp.GetMessage> = []
    for (;;) {
      const message = yield* Effect.promise(() => channel.get(queue))
      if (message === false) return messages
      messages.push(message)
    }
  }).pipe(Effect.scoped)

describe("a queue", () => {
  it.live(
    "sets aside what is no message, with the reason and as it was, and goes on with the rest (B12)",
    () =>
      Effect.gen(function* () {
        const servers = yield* Deployment.sharedServers
        const deployment = yield* Deployment.make(Scenes.scenario(), servers)
        const { broker, postprocessor, settled, start, submit, worker } = deployment
        yield* start(worker)
        yield* start(postprocessor)
        const admin = yield* RabbitQueues.channel(servers.broker)
        const namesOf = (queue: string) => Topology.namesOf(servers.broker.queuePrefix, queue)
        const queues = ["queue_clip", ...stages.map((stage) => hintQueue[stage])]
        const sentTo = (queue: string) => (queue === "queue_clip" ? [...poison, ...misled] : poison)
        for (const queue of queues) {
          for (const body of sentTo(queue)) {
            admin.sendToQueue(namesOf(queue).bulk, body, { persistent: true, headers: { ...headers, ...forged } })
          }
        }
        yield* Effect.promise(() => admin.waitForConfirms())
        yield* settled(yield* submit(Scenes.pictures("poisoned", 10)))

        for (const queue of queues) {
          const sent = sentTo(queue).map(nameOf).toSorted()
          const letters = yield* Effect.repeat(broker.deadLetters(queue, 100), {
            until: (letters) => letters.length >= sent.length,
            schedule: Schedule.spaced("100 millis")
          })
          for (const letter of letters) {
            assert.deepStrictEqual([letter.attempt, letter.headers], [1, { text: "b" }])
            assert.isAbove(letter.reason.length, 10)
          }
        }
        const { dead: deadQueue } = Topology.sharedNames(servers.broker.queuePrefix)
        // Those that were looked at come back one after the other.
        yield* Effect.repeat(
          Effect.promise(() => admin.checkQueue(deadQueue)),
          {
            until: ({ messageCount }) => messageCount >= queues.flatMap(sentTo).length,
            schedule: Schedule.spaced("100 millis")
          }
        )
        const dead = yield* messagesIn(servers.broker, deadQueue)
        for (const queue of queues) {
          const ofQueue = dead.filter(({ fields }) => fields.routingKey === namesOf(queue).bulk)
          assert.deepStrictEqual(
            ofQueue.map(({ content }) => nameOf(content)).toSorted(),
            sentTo(queue).map(nameOf).toSorted()
          )
        }
        for (const { content, properties } of dead) {
          // The broker counts how often they were looked at.
          const { "x-delivery-count": _, "x-windmill-reason": reason, ...kept } = properties.headers ?? {}
          assert.isString(reason)
          assert.deepStrictEqual(kept, headers, nameOf(content))
        }
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "forgets answers and hints about an image that was deleted (B12)",
    () =>
      Effect.gen(function* () {
        const deployment = yield* Deployment.make(Scenes.scenario(), yield* Deployment.sharedServers)
        const { broker, postprocessor, queues, settled, start, submit, worker } = deployment
        yield* start(worker)
        yield* start(postprocessor)
        yield* broker.publish([
          { queue: "queue_clip", body: job(2 ** 40, "clip") },
          ...stages.map((stage) => ({
            queue: hintQueue[stage],
            body: JSON.stringify({ version: 1, image_id: 2 ** 40 })
          }))
        ])
        yield* settled(yield* submit(Scenes.pictures("kept", 5)))
        const dead = yield* Effect.forEach(queues, (queue) => broker.deadLetters(queue, 10))
        assert.deepStrictEqual(dead.flat(), [])
      }).pipe(Effect.scoped),
    40_000
  )

  it.live(
    "is made again when it is deleted while it is consumed, and what was in it is done all the same",
    () =>
      Effect.gen(function* () {
        const servers = yield* Deployment.sharedServers
        const deployment = yield* Deployment.make(Scenes.scenario({ takes: () => 50 }), servers)
        const { postprocessor, settled, start, submit, worker, world } = deployment
        yield* start(worker)
        yield* start(postprocessor)
        const ids = yield* submit(Scenes.pictures("deleted", 40))
        const admin = yield* RabbitQueues.channel(servers.broker)
        yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => world.asked.size >= 20 })
        // Once: RabbitMQ 3.10 breaks down for good when a queue is deleted that is still being made.
        for (const queue of ["queue_clip", hintQueue.harmonize]) {
          const { bulk } = Topology.namesOf(servers.broker.queuePrefix, queue)
          yield* Effect.promise(() => admin.deleteQueue(bulk))
        }
        yield* settled(ids)
      }).pipe(Effect.scoped),
    60_000
  )
})
