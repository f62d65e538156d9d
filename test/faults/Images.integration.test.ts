/** Images about which nobody can say anything: they are done like all others, and nobody asks about them for ever. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema, Stream } from "effect"
import * as NodeFs from "node:fs/promises"
import * as NodePath from "node:path"
import sharp from "sharp"
import type { Outcome } from "../../src/domain/Facts.ts"
import { JobJson } from "../../src/domain/Messages.ts"
import * as RetryPolicy from "../../src/domain/RetryPolicy.ts"
import type { Service } from "../../src/domain/ServiceCatalog.ts"
import * as HttpInference from "../../src/layers/http/HttpInference.ts"
import * as SharpCropper from "../../src/layers/pictures/SharpCropper.ts"
import * as ImageSources from "../support/ImageSources.ts"
import * as Topology from "../../src/layers/rabbitmq/Topology.ts"
import { Refused, UnreadableReply } from "../../src/services/Inference.ts"
import * as Scenario from "../simulation/Scenario.ts"
import { said } from "../support/Facts.ts"
import * as Folders from "../support/Folders.ts"
import * as HttpServers from "../support/HttpServers.ts"
import * as RabbitQueues from "../support/RabbitQueues.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

type Says = Scenario.Scenario["says"]

const usual = Scenes.scenario().says
const nothing: Says = () => Effect.succeed({ data: said().data!, processingTime: 0.25 })
const refuses: Says = ({ id }) => Scenario.failure(new Refused({ service: id, detail: "no" }))
const babbles: Says = ({ id }) => Scenario.failure(new UnreadableReply({ service: id, detail: "<html>" }))
const isDown: Says = (service) => Scenario.failure(Scenario.unavailable(service))

/** How an answer ended: `Success`, or the class of its failure. */
const endOf = ({ outcome }: { readonly outcome: Outcome }) =>
  outcome._tag === "Failure" ? outcome.class : outcome._tag

/** What is said about the pictures of a name, how the answers about each end, and those about its crops. */
interface Fate {
  readonly says: Says
  readonly answers: ReadonlyArray<string>
  readonly crops: ReadonlyArray<string>
}

const fates: Readonly<Record<string, Fate>> = {
  empty: { says: nothing, answers: ["Success", "Success", "Success"], crops: [] },
  refused: { says: refuses, answers: ["refused", "refused", "refused"], crops: [] },
  babble: { says: babbles, answers: ["unreadable-reply", "unreadable-reply", "unreadable-reply"], crops: [] },
  down: { says: isDown, answers: ["unavailable", "unavailable", "unavailable"], crops: [] },
  mixed: {
    says: (service, picture) =>
      (({ rtdetr: refuses, yolov8: babbles })[service.id as string] ?? nothing)(service, picture),
    answers: ["Success", "refused", "unreadable-reply"],
    crops: []
  },
  uncropped: {
    says: (service, picture) => (service.id === "face" ? refuses : usual)(service, picture),
    answers: ["Success", "Success", "Success"],
    crops: ["refused"]
  }
}
const fateOf = (picture: string): Fate | undefined => fates[picture.split(" ")[0]!]

/** Files of a folder that goes with the scope. */
const files = Effect.gen(function* () {
  const folder = yield* Folders.temporary
  const noise = sharp({
    create: {
      width: 305,
      height: 400,
      channels: 3,
      background: "gray",
      noise: { type: "gaussian", mean: 128, sigma: 30 }
    }
  })
  const jpeg = yield* Effect.promise(() => noise.clone().jpeg().toBuffer())
  const png = yield* Effect.promise(() => noise.clone().png().toBuffer())
  const half = jpeg.subarray(0, jpeg.length / 2)
  const ruined = Buffer.from(png).fill(0, png.length >> 1, (png.length >> 1) + 1000)
  const content = {
    // Enough in a row for a service to be left alone, if it were held against it.
    ...Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? [`damaged ${i}.jpg`, half] : [`damaged ${i}.png`, ruined]))
    ),
    // Services that do not look closely see it all the same.
    "half.jpg": half,
    "fine.jpg": jpeg,
    "fine.png": png,
    "text.jpg": Buffer.from("This is no picture.\n".repeat(1000)),
    "page.png": Buffer.from("<!doctype html><title>404</title>"),
    "header.jpg": jpeg.subarray(0, 20),
    "empty.jpg": Buffer.alloc(0)
  }
  yield* Effect.forEach(Object.entries(content), ([name, bytes]) =>
    Effect.promise(() => NodeFs.writeFile(NodePath.join(folder, name), bytes))
  )
  return [...Object.keys(content), "gone.jpg"].map((filename) => ({
    filename,
    path: NodePath.join(folder, filename)
  }))
})

const conditionOf = (filename: string): Scenario.Picture["condition"] => {
  if (filename.startsWith("fine")) return "fine"
  return filename.startsWith("half") || filename.startsWith("damaged") ? "damaged" : "undecodable"
}

describe("an image is done", () => {
  it.live(
    "when services see nothing in it, and when all of them fail, each in its way (B11, B18)",
    () =>
      Effect.gen(function* () {
        const scenario = Scenes.scenario({
          says: (service, picture) => (fateOf(picture)?.says ?? usual)(service, picture)
        })
        const servers = yield* Deployment.sharedServers
        const { postprocessor, settled, sql, start, store, submit, worker } = yield* Deployment.make(scenario, servers)
        yield* start(worker)
        yield* start(postprocessor)
        const names = Object.keys(fates).filter((name) => name !== "down")
        const ids = yield* submit(names.flatMap((name) => Scenes.pictures(name)))

        // To give up on services that are down takes minutes: these jobs are delivered for the last time.
        const down = yield* store.submit(
          Scenes.pictures("down").map(({ reference, services }) => ({
            reference,
            services: services.map(({ id }) => id)
          }))
        )
        const admin = yield* RabbitQueues.channel(servers.broker)
        for (const { imageId, owed, reference } of down) {
          ids.push(imageId)
          for (const service of owed) {
            const body = Schema.encodeSync(JobJson)({ version: 1, imageId, service, image: reference })
            admin.sendToQueue(
              Topology.namesOf(servers.broker.queuePrefix, `queue_${service}`).bulk,
              Buffer.from(body),
              { persistent: true, headers: { "x-windmill-attempt": RetryPolicy.maxAttempts } }
            )
          }
        }
        yield* Effect.promise(() => admin.waitForConfirms())

        yield* settled(ids)
        for (const { boxes, consensus, facts, reference } of yield* store.records(ids)) {
          const { answers, crops } = fateOf(reference.filename)!
          assert.deepStrictEqual(facts.results.map(endOf), answers, reference.filename)
          assert.deepStrictEqual(facts.crops.map(endOf), crops, reference.filename)
          assert.strictEqual(boxes.length > 0, crops.length > 0, reference.filename)
          assert.isTrue(Option.isSome(consensus), reference.filename)
        }
        const [attempts] = yield* sql`SELECT DISTINCT attempts FROM results WHERE error_class = 'unavailable'`
        assert.deepStrictEqual(attempts, { attempts: RetryPolicy.maxAttempts })
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "when it is no picture, and when it turns out to be damaged after a service failed on it, which is not held against the service",
    () =>
      Effect.gen(function* () {
        const references = yield* files
        const ills: Readonly<Record<string, HttpServers.Handler>> = {
          clip: (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
          rtdetr: (_, response) => HttpServers.json(response, 500, { status: "error" }),
          yolov8: (_, response) => HttpServers.json(response, 400, { status: "error" })
        }
        const says: Says = (service, picture) =>
          (picture.startsWith("damaged")
            ? ({ clip: babbles, rtdetr: isDown }[service.id as string] ?? refuses)
            : usual)(service, picture)
        const asked: Array<string> = []
        const probed: Array<string> = []
        const catalog = yield* Effect.forEach(Scenes.catalog, (service) =>
          HttpServers.serve((request, response, body) => {
            if (request.method === "GET") {
              probed.push(service.id)
              return HttpServers.json(response, 200, {})
            }
            const filename = HttpServers.filenameIn(body)
            asked.push(`${service.id} ${filename}`)
            if (filename.startsWith("damaged")) return ills[service.id]!(request, response, body)
            HttpServers.json(response, 200, Effect.runSync(Effect.orDie(says(service, filename))).data)
          }).pipe(Effect.map((port): Service => ({ ...service, port })))
        )
        const images = references.map((reference): Scenario.Picture => ({
          reference,
          condition: conditionOf(reference.filename),
          services: catalog.filter(({ category }) => category === "primary")
        }))
        const scenario = Scenes.scenario({ catalog, images, says })
        const deployment = yield* Deployment.make(scenario, yield* Deployment.sharedServers)
        const { broker, queues, settled, start, store, submit } = deployment
        const real = Layer.mergeAll(HttpInference.layer, SharpCropper.layer, ImageSources.layer()).pipe(
          Layer.provide(NodeHttpClient.layerUndici)
        )
        yield* start((stop) => Stream.provide(deployment.worker(stop), real))
        yield* start((stop) => Stream.provide(deployment.postprocessor(stop), real))
        const ids = yield* submit()
        yield* settled(ids)

        for (const { consensus, facts, reference } of yield* store.records(ids)) {
          const { filename } = reference
          const about = asked.filter((call) => call.endsWith(` ${filename}`))
          const ends = [facts.results.map(endOf), facts.crops.map(endOf)]
          assert.isTrue(Option.isSome(consensus), filename)
          if (filename.startsWith("fine")) {
            assert.deepStrictEqual(ends, [["Success", "Success", "Success"], ["Success"]], filename)
          } else if (filename.startsWith("half")) {
            assert.deepStrictEqual(ends, [["Success", "Success", "Success"], ["image"]], filename)
          } else {
            assert.deepStrictEqual(ends, [["image", "image", "image"], []], filename)
          }
          // What can be seen not to be a picture is shown to nobody.
          assert.strictEqual(about.length === 0, conditionOf(filename) === "undecodable", filename)
          for (const { outcome } of facts.results) {
            if (outcome._tag === "Failure") assert.include(outcome.reason, filename)
          }
        }
        // A service that was left alone would be asked about its health.
        assert.deepStrictEqual(probed, [])
        const letters = yield* Effect.forEach(queues, (queue) => broker.deadLetters(queue, 10))
        assert.deepStrictEqual(letters.flat(), [])
      }).pipe(Effect.scoped),
    60_000
  )
})
