/** The photo is one that @vladmandic/human 1.2.5 ships: four people beside each other. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sharp from "sharp"
import * as ServiceCatalog from "#domain/ServiceCatalog"
import * as Reply from "#domain/Reply"
import * as Farm from "#farm/models/Farm"

const program = new URL("../../../dist/programs/thread.js", import.meta.url)
const data = join(tmpdir(), "windmill-models-test")
const people = readFileSync("node_modules/vladmandic-human-1/assets/sample6.jpg")

/** What is not part of the install. */
const notAdded = ["captions", "clip", "imagenet", "nanodet_g", "nsfw", "rtdetr"].map((service) => ({
  service,
  reason: `run npx windmill models add ${service.replace("_", "-")} to have it.`
}))

const opened = Farm.make({ data, program, threads: 1 })

const Answer = Schema.Struct({
  status: Schema.String,
  predictions: Schema.Array(Schema.Record(Schema.String, Schema.Json)),
  error: Schema.optionalKey(Schema.Struct({ message: Schema.String })),
  metadata: Schema.Struct({ model_info: Schema.Record(Schema.String, Schema.Json) })
})

/** What a service says about the bytes of a picture. */
const ask = Effect.fnUntraced(function* (farm: Farm.Farm, id: string, bytes: Uint8Array) {
  const service = ServiceCatalog.find(farm.catalog, id)!
  const response = yield* Effect.promise(() =>
    fetch(ServiceCatalog.analyzeUrl(service), {
      method: "POST",
      headers: { "content-type": "image/jpeg" },
      body: Buffer.from(bytes)
    })
  )
  const json = yield* Effect.promise(() => response.json())
  return { kind: service.kind, json, code: response.status, ...Schema.decodeUnknownSync(Answer)(json) }
})

const sign = (...lines: ReadonlyArray<string>) =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="420"><rect width="640" height="420" fill="#146"/>${lines
        .map(
          (line, index) =>
            `<text x="60" y="${130 + 120 * index}" font-size="72" font-family="sans-serif" fill="#fff">${line}</text>`
        )
        .join("")}</svg>`
    )
  )
    .jpeg()
    .toBuffer()

describe("the farm of models", () => {
  it.live(
    "finds four people and their faces in a photo of four",
    Effect.fnUntraced(function* () {
      const farm = yield* opened
      assert.deepStrictEqual(farm.absent, notAdded)
      assert.deepStrictEqual(farm.absent, notAdded)
      for (const detector of ["centernet", "nanodet"]) {
        const { predictions } = yield* ask(farm, detector, people)
        assert.strictEqual(predictions.filter(({ label }) => label === "person").length, 4, detector)
      }
      const faces = yield* ask(farm, "face", people)
      assert.strictEqual(faces.predictions.length, 4)
      const poses = yield* ask(farm, "pose", people)
      assert.strictEqual(poses.predictions.length, 1)
    }, Effect.scoped),
    60_000
  )

  it.live(
    "answers so that windmill reads it without a complaint, and names its models",
    Effect.fnUntraced(function* () {
      const farm = yield* opened
      assert.deepStrictEqual(farm.absent, notAdded)
      for (const { id } of farm.catalog) {
        const { json, kind, metadata, predictions } = yield* ask(farm, id, people)
        const reply = Reply.decode(json, kind)
        assert(Result.isSuccess(reply))
        assert.deepStrictEqual(reply.success.diagnostics, [])
        assert.strictEqual(reply.success.predictions.length, predictions.length)
        assert.notProperty(metadata.model_info, "simulated")
        if (kind === "color" || kind === "metadata") continue
        assert.containsAllKeys(metadata.model_info, ["model", "version", "license", "source"])
      }
    }, Effect.scoped),
    60_000
  )

  it.live(
    "reads a sign line by line",
    Effect.fnUntraced(function* () {
      const farm = yield* opened
      assert.deepStrictEqual(farm.absent, notAdded)
      const { predictions } = yield* ask(
        farm,
        "ocr",
        yield* Effect.promise(() => sign("Harbor Street", "OPEN 24 HOURS"))
      )
      assert.match(String(predictions[0]?.["text"]), /^Harbor ?Street OPEN ?24 ?HOURS$/)
      assert.strictEqual(predictions[0]?.["has_text"], true)
    }, Effect.scoped),
    60_000
  )

  it.live(
    "takes pictures of any size, and says of damaged ones that they are",
    Effect.fnUntraced(function* () {
      const farm = yield* opened
      assert.deepStrictEqual(farm.absent, notAdded)
      const blank = (width: number, height: number) =>
        Effect.promise(() =>
          sharp({ create: { width, height, channels: 3, background: "#888" } })
            .jpeg()
            .toBuffer()
        )
      const strip = yield* blank(4000, 2)
      const pixel = yield* blank(1, 1)
      for (const { id } of farm.catalog) {
        for (const picture of [pixel, strip]) {
          const { code } = yield* ask(farm, id, picture)
          assert.strictEqual(code, 200, id)
        }
        const { code, error } = yield* ask(farm, id, people.subarray(0, 5000))
        assert.strictEqual(code, 400)
        assert.match(error!.message, /^cannot identify image file/)
      }
    }, Effect.scoped),
    60_000
  )

  it.live(
    "loads what services answer with before a picture comes, in every thread",
    Effect.fnUntraced(function* () {
      const told = `import { parentPort, threadId } from "node:worker_threads"
        const loaded = []
        parentPort.on("message", ({ id, service, work }) => {
          if (work === "load") loaded.push(service)
          const reply = service === "ocr" && work === "load" ? { problem: "no" } : { predictions: [{ threadId, loaded }] }
          // Pictures take a while, so that both threads get some.
          setTimeout(() => parentPort.postMessage({ id, ...reply }), typeof work === "string" ? 0 : 500)
        })`
      const program = new URL(`data:text/javascript,${encodeURIComponent(told)}`)
      const farm = yield* Farm.make({ data, program, threads: 2 })
      yield* farm.load(["nanodet", "ocr", "colors", "centernet"])
      const answers = yield* Effect.forEach(["face", "pose", "face", "pose"], (id) => ask(farm, id, people), {
        concurrency: "unbounded"
      })
      const threads = new Map<unknown, unknown>(
        answers.map(({ predictions: [first] }) => [first!.threadId, first!.loaded])
      )
      // What cannot be loaded in the first is not tried in the others, and keeps nothing else from being loaded.
      assert.sameDeepMembers(
        [...threads.values()],
        [
          ["nanodet", "ocr", "centernet"],
          ["nanodet", "centernet"]
        ]
      )
    }, Effect.scoped)
  )

  it.live(
    "leaves all work on pixels to threads",
    Effect.fnUntraced(function* () {
      const told = `import { parentPort, threadId } from "node:worker_threads"
        parentPort.on("message", ({ id, service, work }) => {
          const { full, ...pixels } = typeof work === "string" ? {} : work
          const isShared = pixels.data?.buffer instanceof SharedArrayBuffer
          parentPort.postMessage({ id, predictions: [{ service, threadId, isShared, width: pixels.width, file: full?.format }] })
        })`
      const farm = yield* Farm.make({
        data,
        program: new URL(`data:text/javascript,${encodeURIComponent(told)}`),
        threads: 1
      })
      const seen = new Map<string, unknown>()
      for (const { id } of farm.catalog) {
        const { threadId, ...answer } = (yield* ask(farm, id, people)).predictions[0]!
        assert.deepStrictEqual(answer, { service: id, isShared: true, width: 1280, file: "jpeg" })
        seen.set(id, threadId)
      }
      // What is measured does not wait for networks.
      assert.strictEqual(seen.get("colors"), seen.get("metadata"))
      assert.notStrictEqual(seen.get("colors"), seen.get("face"))
    }, Effect.scoped)
  )

  it.live(
    "opens the other services when a thread cannot start, and says why",
    Effect.fnUntraced(function* () {
      const broken = new URL("data:text/javascript,throw new Error('no runtime')")
      const farm = yield* Farm.make({ data, program: broken, threads: 1 })
      assert.deepStrictEqual(
        farm.catalog.map(({ id }) => id),
        ["colors", "metadata"]
      )
      for (const { reason } of farm.absent) assert.match(reason, /no runtime/)
    }, Effect.scoped)
  )
})
