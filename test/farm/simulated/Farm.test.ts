import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Schema, Scope } from "effect"
import * as NodeChildProcess from "node:child_process"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import sharp from "sharp"
import * as Contract from "#farm/simulated/Contract"
import * as Farm from "#farm/simulated/Farm"
import * as Samples from "#farm/simulated/Samples"
import type { ServiceId } from "../../../src/domain/Identifiers.ts"
import type * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as SharpCropper from "../../../src/layers/pictures/SharpCropper.ts"
import { Cropper } from "../../../src/services/Cropper.ts"
import * as Folders from "../../support/Folders.ts"
import * as HttpServers from "../../support/HttpServers.ts"
import { checkPredictions, Failure, FlatFailure, Success } from "../../support/FarmReplies.ts"
import { type Answer, baseOf, form, json, send } from "../../support/FarmRequests.ts"
import * as PictureFiles from "../../support/PictureFiles.ts"
import * as SceneViews from "../../support/SceneViews.ts"

const beach = SceneViews.named("beach-rider")

/** The sample picture at a position. */
const sample = (position: number) =>
  Effect.flatMap(Samples.paths, (paths) => Effect.promise(() => readFile(paths[position]!)))

/** The one of the beach. */
const picture = sample(0)

/** A picture that none of us has drawn. */
const foreign = Effect.promise(() =>
  sharp({ create: { width: 60, height: 40, channels: 4, background: "#31418f" } })
    .png()
    .toBuffer()
)

/** A farm that answers at once, unless told otherwise. */
const farm = (options: Farm.Options = {}) => Farm.make({ ...options, behavior: { latency: 0, ...options.behavior } })

const idOf = (service: Contract.SimulatedService) => service as string as ServiceId

/** Asks every service in turn. */
const eachService = <A, E>(ask: (service: Contract.SimulatedService) => Effect.Effect<A, E>) =>
  Effect.forEach(Contract.services, ask, { discard: true })

const checkSuccess = (service: Contract.SimulatedService, answer: Answer) => {
  assert.strictEqual(answer.status, 200, answer.text)
  assert.strictEqual(answer.headers.get("content-type"), "application/json")
  const reply = json(Success, answer)
  assert.strictEqual(reply.service, Contract.terms[service].replyName)
  checkPredictions(service, reply.predictions)
  return reply.predictions
}

describe("a simulated service", () => {
  it.live("answers about a sample picture in the form of its contract", () =>
    Effect.gen(function* () {
      const { catalog } = yield* farm()
      const image = yield* picture
      yield* eachService((service) =>
        Effect.map(send(`${baseOf(catalog, service)}/analyze`, form(image)), (answer) =>
          assert.isNotEmpty(checkSuccess(service, answer), service)
        )
      )
    })
  )

  it.live("sees in a crop of ours what the crop shows, in pixels of the crop", () =>
    Effect.gen(function* () {
      const { catalog } = yield* farm()
      const horse = beach.objects.find(({ concept }) => concept === "horse")
      assert(horse !== undefined)
      const { height, width } = beach
      const cropper = yield* Cropper
      const cut = yield* cropper.open({
        bytes: yield* picture,
        mediaType: "image/jpeg",
        filename: "a.jpg",
        width,
        height
      })
      const crop = yield* cut(horse.box)
      yield* eachService((service) =>
        Effect.map(send(`${baseOf(catalog, service)}/analyze`, form(crop.image.bytes)), (answer) =>
          checkSuccess(service, answer)
        )
      )
      const answer = yield* send(`${baseOf(catalog, "detectron2")}/analyze`, form(crop.image.bytes))
      const seen = checkSuccess("detectron2", answer).find((prediction) => JSON.stringify(prediction).includes("horse"))
      const { bbox } = Schema.decodeUnknownSync(
        Schema.Struct({ bbox: Schema.Struct({ x: Schema.Finite, y: Schema.Finite, width: Schema.Finite }) })
      )(seen)
      assert.isBelow(bbox.x, 0.1 * horse.box.width)
      assert.isAbove(bbox.width, 0.8 * horse.box.width)
    }).pipe(Effect.provide(SharpCropper.layer))
  )

  it.live("sees nothing in a picture without a scene, and measures it all the same", () =>
    Effect.gen(function* () {
      const { catalog } = yield* farm()
      const image = yield* foreign
      const counts: Record<string, number> = {}
      yield* eachService((service) =>
        Effect.map(send(`${baseOf(catalog, service)}/analyze`, form(image, "a.png")), (answer) => {
          counts[service] = checkSuccess(service, answer).length
        })
      )
      assert.deepEqual(
        Object.keys(counts).filter((service) => counts[service] !== 0),
        ["colors", "metadata", "nsfw2", "ocr"]
      )
      const colors = yield* send(`${baseOf(catalog, "colors")}/analyze`, form(image, "a.png"))
      assert.include(colors.text, "Iris (B79)")
    })
  )

  it.live("gives the same bytes the same answer, also after a restart", () =>
    Effect.gen(function* () {
      const image = yield* picture
      const ask = Effect.scoped(
        Effect.flatMap(farm({ behavior: { latency: 0.01 } }), ({ catalog }) =>
          Effect.forEach(Contract.services, (service) => send(`${baseOf(catalog, service)}/analyze`, form(image)))
        )
      )
      const texts = (answers: ReadonlyArray<Answer>) => answers.map(({ text }) => text)
      assert.deepEqual(texts(yield* ask), texts(yield* ask))
    })
  )

  it.live("takes the image as an upload, as a raw body, by URL and by path, at every endpoint", () =>
    Effect.gen(function* () {
      const { catalog } = yield* farm()
      const image = yield* picture
      const port = yield* HttpServers.serve((_request, response) => {
        response.writeHead(200, { "content-type": "image/jpeg" }).end(image)
      })
      const url = encodeURIComponent(`http://127.0.0.1:${port}/a.jpg`)
      const folder = yield* Folders.temporary
      const path = join(folder, "a.jpg")
      yield* Effect.promise(() => writeFile(path, image))
      const file = encodeURIComponent(path)
      const base = baseOf(catalog, "yolov8")
      const answers = yield* Effect.all([
        send(`${base}/analyze`, form(image)),
        send(`${base}/v3/analyze`, form(image)),
        send(`${base}/analyze`, {
          method: "POST",
          headers: { "content-type": "image/jpeg" },
          body: Uint8Array.from(image)
        }),
        send(`${base}/analyze?url=${url}`),
        send(`${base}/v3/analyze?file=${file}`),
        send(`${base}/v2/analyze?image_url=${url}`),
        send(`${base}/v2/analyze_file?file_path=${file}`)
      ])
      assert.strictEqual(new Set(answers.map(({ text }) => text)).size, 1)
      for (const answer of answers) assert.isNotEmpty(checkSuccess("yolov8", answer))
    })
  )

  it.live("says that it is healthy", () =>
    Effect.gen(function* () {
      const { catalog } = yield* farm()
      yield* eachService((service) =>
        Effect.map(send(`${baseOf(catalog, service)}/health`), (answer) => {
          assert.strictEqual(answer.status, 200)
          assert.deepInclude(JSON.parse(answer.text), { status: "healthy" })
        })
      )
    })
  )

  it.live("lists the classes it detects", () =>
    Effect.gen(function* () {
      const { catalog } = yield* farm()
      const { text } = yield* send(`${baseOf(catalog, "yolov8")}/classes`)
      assert.deepInclude(JSON.parse(text), { total_classes: 80 })
    })
  )
})

describe("metadata", () => {
  it.live("describes the stored file and its EXIF, without the scene", () =>
    Effect.gen(function* () {
      const { catalog } = yield* farm()
      const image = yield* Effect.promise(() =>
        sharp({ create: { width: 90, height: 60, channels: 3, background: "#808080" } })
          .jpeg()
          .withExif({ IFD0: { Model: "X100", Orientation: "6" } })
          .toBuffer()
      )
      const base = baseOf(catalog, "metadata")
      const [record] = checkSuccess("metadata", yield* send(`${base}/analyze`, form(image)))
      assert.deepNestedInclude(record, {
        dimensions: { height: 60, width: 90 },
        aspect_ratio: { category: "landscape", ratio: 1.5 },
        file: { file_size: image.length, file_type: "jpeg" },
        "exif_data.EXIF:Model": "X100",
        "image_quality.lighting_analysis.mean_brightness": 128,
        "composition.symmetry_analysis.horizontal_symmetry_score": 1,
        "composition.complexity_analysis.edge_density": 0
      })
      const ours = yield* send(`${base}/analyze`, form(yield* picture))
      assert.notInclude(ours.text, beach.caption)
    })
  )
})

describe("a bad request", () => {
  /** The status each service answers with, and whether the error is flat. */
  const statuses = (request: (base: string) => Effect.Effect<Answer, Error>) =>
    Effect.gen(function* () {
      const { catalog } = yield* farm()
      const found: Record<string, string> = {}
      yield* eachService((service) =>
        Effect.map(request(baseOf(catalog, service)), (answer) => {
          const flat = typeof JSON.parse(answer.text).error === "string"
          json(flat ? FlatFailure : Failure, answer)
          found[service] = flat ? `${answer.status} flat` : `${answer.status}`
        })
      )
      return found
    })

  const all = (status: string, except: Readonly<Record<string, string>> = {}) => ({
    ...Object.fromEntries(Contract.services.map((service) => [service, status])),
    ...except
  })

  it.live("without an image is refused with 400", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* statuses((base) => send(`${base}/analyze`)), all("400"))
      const unbounded = { method: "POST", headers: { "content-type": "multipart/form-data" }, body: "--" }
      assert.deepEqual(yield* statuses((base) => send(`${base}/analyze`, unbounded)), all("400"))
      const other = form(new Uint8Array([1]), "a.jpg", "image")
      assert.deepEqual(yield* statuses((base) => send(`${base}/analyze`, other)), all("400"))
    })
  )

  it.live("with both a URL and a path is refused with 400", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* statuses((base) => send(`${base}/analyze?url=http://a/b.jpg&file=/a.jpg`)), all("400"))
    })
  )

  it.live("with a name that is no image's is refused by those who look at it", () =>
    Effect.gen(function* () {
      const image = yield* foreign
      const { catalog } = yield* farm()
      const refused = yield* Effect.filter(Contract.services, (service) =>
        Effect.map(
          send(`${baseOf(catalog, service)}/analyze`, form(image, "notes.txt")),
          ({ status }) => status === 400
        )
      )
      assert.deepEqual(refused, ["blip", "clip", "detectron2", "face", "inception_v3"])
    })
  )

  it.live("with bytes that are no image fails with 500, or 400 from pose and metadata", () =>
    Effect.gen(function* () {
      const garbled = form(new TextEncoder().encode("not an image"))
      const found = yield* statuses((base) => send(`${base}/analyze`, garbled))
      assert.deepEqual(found, all("500", { metadata: "400", pose: "400" }))
      const truncated = form((yield* picture).slice(0, 20_000))
      assert.deepEqual(yield* statuses((base) => send(`${base}/analyze`, truncated)), found)
    })
  )

  it.live("for a file that does not exist is refused with 400, or 404 from yolov8", () =>
    Effect.gen(function* () {
      const found = yield* statuses((base) => send(`${base}/analyze?file=/no/such/picture.jpg`))
      assert.deepEqual(found, all("400", { yolov8: "404" }))
    })
  )

  it.live("for a device or a pipe is refused at once, and no web page may read an answer", () =>
    Effect.gen(function* () {
      const folder = yield* Folders.temporary
      const pipe = join(folder, "pipe.jpg")
      NodeChildProcess.execFileSync("mkfifo", [pipe])
      for (const file of ["/dev/zero", pipe, folder]) {
        const found = yield* statuses((base) => send(`${base}/analyze?file=${file}`))
        assert.deepEqual(found, all("400", { yolov8: "404" }))
      }
      const { catalog } = yield* farm()
      const answer = yield* send(`${baseOf(catalog, "metadata")}/analyze`, form(yield* picture))
      assert.isNull(answer.headers.get("access-control-allow-origin"))
    })
  )

  it.live("for a URL that never ends is given up on", () =>
    Effect.gen(function* () {
      const { catalog } = yield* farm()
      const port = yield* HttpServers.serve((_request, response) => {
        const more = () => {
          while (response.write(Buffer.alloc(1024 * 1024)));
          response.once("drain", more)
        }
        response.writeHead(200, { "content-type": "image/jpeg" })
        more()
      })
      const { status } = yield* send(`${baseOf(catalog, "blip")}/analyze?url=http://127.0.0.1:${port}/a.jpg`)
      assert.strictEqual(status, 400)
    })
  )

  it.live("whose EXIF claims more than is there is answered without it, and soon", () =>
    Effect.gen(function* () {
      const { catalog } = yield* farm()
      const jpeg = yield* Effect.promise(() =>
        sharp({ create: { width: 60, height: 40, channels: 3, background: "#31418f" } })
          .jpeg()
          .toBuffer()
      )
      const exif = PictureFiles.segment(0xe1, "Exif\0\0", PictureFiles.exifBomb(65_000))
      const [duration, answer] = yield* Effect.timed(
        send(`${baseOf(catalog, "metadata")}/analyze`, form(PictureFiles.withSegments(jpeg, exif)))
      )
      assert.strictEqual(answer.status, 200)
      assert.notInclude(answer.text, "exif_data")
      assert.isBelow(Duration.toSeconds(duration), 5)
    })
  )

  it.live("for a URL that cannot be fetched is refused with 400, or 500 from clip", () =>
    Effect.gen(function* () {
      const port = yield* HttpServers.serve((_request, response) => response.writeHead(404).end())
      const found = yield* statuses((base) => send(`${base}/analyze?url=http://127.0.0.1:${port}/a.jpg`))
      assert.deepEqual(found, all("400", { clip: "500" }))
    })
  )

  it.live("that is too large is refused with 413 and a flat error, or 400", () =>
    Effect.gen(function* () {
      const { catalog } = yield* farm()
      const huge = form(new Uint8Array(32 * 1024 * 1024 + 1))
      const [yolov8, ocr] = yield* Effect.all([
        send(`${baseOf(catalog, "yolov8")}/analyze`, huge),
        send(`${baseOf(catalog, "ocr")}/analyze`, huge)
      ])
      assert.deepEqual([yolov8.status, json(FlatFailure, yolov8).error], [413, "File too large"])
      assert.strictEqual(ocr.status, 400)
      assert.include(json(Failure, ocr).error.message, "too large")
    })
  )

  it.live("to another path or with another method is refused with 404 and 405", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* statuses((base) => send(`${base}/analyse`)), all("404 flat"))
      assert.deepEqual(yield* statuses((base) => send(`${base}//`)), all("404 flat"))
      assert.deepEqual(yield* statuses((base) => send(`${base}/analyze`, { method: "PUT" })), all("405 flat"))
    })
  )

  it.live("repeats the model in the errors of pose and metadata", () =>
    Effect.gen(function* () {
      const { catalog } = yield* farm()
      const repeats = yield* Effect.filter(Contract.services, (service) =>
        Effect.map(
          send(`${baseOf(catalog, service)}/analyze`),
          (answer) => "model_info" in json(Failure, answer).metadata
        )
      )
      assert.deepEqual(repeats, ["metadata", "pose"])
    })
  )
})

describe("behavior", () => {
  const clip = (catalog: ServiceCatalog.ServiceCatalog) => `${baseOf(catalog, "clip")}/analyze`

  it.live("fails with the given statuses, and asks for patience with 429 and 503", () =>
    Effect.gen(function* () {
      const { behave, catalog } = yield* farm({ services: { clip: { error: 1, errorStatuses: [429] } } })
      const image = form(yield* picture)
      const busy = yield* send(clip(catalog), image)
      assert.deepEqual([busy.status, busy.headers.get("retry-after")], [429, "1"])
      json(Failure, busy)
      yield* behave(idOf("clip"), { errorStatuses: [404] })
      const lost = yield* send(clip(catalog), image)
      assert.deepEqual([lost.status, lost.headers.get("retry-after")], [404, null])
      assert.strictEqual((yield* send(`${baseOf(catalog, "blip")}/analyze`, image)).status, 200)
      assert.strictEqual((yield* send(`${baseOf(catalog, "clip")}/health`)).status, 503)
    })
  )

  it.live("fails for a share of the requests, the same ones for the same seed, and not forever", () =>
    Effect.gen(function* () {
      const images = yield* Effect.forEach([10, 22, 23], sample)
      const run = (seed: number) =>
        Effect.scoped(
          Effect.gen(function* () {
            const { catalog } = yield* farm({ seed, behavior: { error: 0.5 } })
            const requests = images.flatMap((image) => Array.from({ length: 8 }, () => image))
            return yield* Effect.forEach(requests, (image) =>
              Effect.map(send(clip(catalog), form(image)), ({ status }) => status)
            )
          })
        )
      const statuses = yield* run(1)
      assert.deepEqual(yield* run(1), statuses)
      assert.notDeepEqual(yield* run(2), statuses)
      const succeeded = statuses.filter((status) => status === 200).length
      assert.isTrue(succeeded > 4 && succeeded < 20)
    })
  )

  it.live("talks nonsense with status 200", () =>
    Effect.gen(function* () {
      const { catalog } = yield* farm({ behavior: { garbage: 1 } })
      const image = form(yield* picture)
      const answers = yield* Effect.forEach(Array.from({ length: 12 }), () => send(clip(catalog), image))
      for (const answer of answers) {
        assert.strictEqual(answer.status, 200)
        assert.throws(() => json(Success, answer))
      }
      assert.isAbove(new Set(answers.map(({ text }) => text)).size, 2)
    })
  )

  it.live("never answers when it hangs, until the farm is gone", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { catalog } = yield* Scope.provide(farm({ behavior: { hang: 1 } }), scope)
      const request = yield* Effect.forkChild(Effect.exit(send(clip(catalog), form(yield* picture))))
      const other = yield* Effect.raceFirst(
        Effect.as(Effect.sleep(Duration.millis(200)), "silence"),
        Effect.as(send(clip(catalog), form(yield* picture)), "answer")
      )
      assert.strictEqual(other, "silence")
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isFailure(yield* Fiber.join(request)))
    })
  )

  it.live("trickles, and is complete in the end", () =>
    Effect.gen(function* () {
      const { behave, catalog } = yield* farm()
      const image = form(yield* picture)
      const whole = yield* send(clip(catalog), image)
      yield* behave(idOf("clip"), { drip: Duration.millis(100) })
      const [duration, trickled] = yield* Effect.timed(send(clip(catalog), image))
      assert.strictEqual(trickled.text, whole.text)
      assert.isAtLeast(Duration.toMillis(duration), 90)
    })
  )

  it.live("refuses connections while it is down, and answers again at the same port", () =>
    Effect.gen(function* () {
      const { behave, catalog } = yield* farm({ services: { clip: { down: true } } })
      const image = form(yield* picture)
      assert.strictEqual((yield* Effect.flip(send(clip(catalog), image))).message, "fetch failed")
      yield* behave(idOf("clip"), { down: false })
      checkSuccess("clip", yield* send(clip(catalog), image))
      yield* behave(idOf("clip"), { down: true })
      yield* Effect.flip(send(clip(catalog), image))
    })
  )

  it.live("takes at least the time that it says it took", () =>
    Effect.gen(function* () {
      const { catalog } = yield* farm({ behavior: { latency: 0.5 } })
      const [duration, answer] = yield* Effect.timed(send(clip(catalog), form(yield* picture)))
      const { processing_time } = json(Success, answer).metadata
      assert.isAbove(processing_time, 0.01)
      assert.isAtLeast(Duration.toSeconds(duration), processing_time - 0.002)
    })
  )
})

describe("make", () => {
  it.live("listens on free ports, keeps what else the catalog says, and frees the ports with the scope", () =>
    Effect.gen(function* () {
      const entries = Farm.anyPorts.map((service) => ({ ...service, concurrency: 7 }))
      const catalog = yield* Effect.scoped(Effect.map(farm({ catalog: entries }), ({ catalog }) => catalog))
      assert.deepEqual(
        catalog.map(({ id }) => id as string),
        [...Contract.services]
      )
      assert.isTrue(catalog.every(({ concurrency, port }) => concurrency === 7 && port > 0))
      yield* Effect.flip(send(`${baseOf(catalog, "clip")}/health`))
      yield* farm({ catalog })
      assert.strictEqual((yield* send(`${baseOf(catalog, "clip")}/health`)).status, 200)
    })
  )

  it.live("names the service and the port that is in use", () =>
    Effect.gen(function* () {
      const port = yield* HttpServers.serve((_request, response) => response.end())
      const catalog = Farm.anyPorts.map((service) => (service.id === "ocr" ? { ...service, port } : service))
      const { message } = yield* Effect.flip(farm({ catalog }))
      assert.include(message, `ocr cannot listen on 127.0.0.1:${port}`)
    })
  )

  it.live("names the services that it does not know", () =>
    Effect.gen(function* () {
      const catalog = Farm.anyPorts.map((service) =>
        service.id === "ocr" ? { ...service, id: "florence2" as ServiceId } : service
      )
      const { message } = yield* Effect.flip(farm({ catalog }))
      assert.include(message, "cannot simulate florence2")
    })
  )
})
