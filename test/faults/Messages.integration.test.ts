import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import type { ImageId } from "../../src/domain/Identifiers.ts"
import { hintQueue, JobJson } from "../../src/domain/Messages.ts"
import { stages } from "../../src/domain/Staleness.ts"
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

const poison = [
  "",
  "\0",
  "{",
  "[]",
  '"text"',
  '{"version":1}',
  '{"version":2,"image_id":1}',
  '{"version":1,"image_id":-1}',
  '{"version":1,"image_id":1e300}',
  "9".repeat(100_000)
]

describe("a queue", () => {
  it.live(
    "sets aside what is no message, with the reason and as it was, and goes on with the rest (B12)",
    () =>
      Effect.gen(function* () {
        const deployment = yield* Deployment.make(Scenes.scenario(), yield* Deployment.sharedServers)
        const { broker, postprocessor, settled, start, submit, worker } = deployment
        yield* start(worker)
        yield* start(postprocessor)
        const queues = ["queue_clip", ...stages.map((stage) => hintQueue[stage])]
        yield* broker.publish(queues.flatMap((queue) => poison.map((body) => ({ queue, body, headers: { a: "b" } }))))
        const misled = job(1, "yolov8")
        yield* broker.publish([{ queue: "queue_clip", body: misled, headers: { a: "b" } }])
        yield* settled(yield* submit(Scenes.pictures("poisoned", 10)))
        for (const queue of queues) {
          const letters = yield* broker.deadLetters(queue, 100)
          const expected = queue === "queue_clip" ? [...poison, misled] : poison
          assert.deepStrictEqual(letters.map(({ body }) => body).sort(), [...expected].sort())
          for (const { attempt, headers, reason } of letters) {
            assert.deepStrictEqual([attempt, headers.a, reason === ""], [1, "b", false])
          }
        }
      }).pipe(Effect.scoped),
    40_000
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
          const { work } = Topology.namesOf(servers.broker.queuePrefix, queue)
          yield* Effect.promise(() => admin.deleteQueue(work))
        }
        yield* settled(ids)
      }).pipe(Effect.scoped),
    60_000
  )
})
