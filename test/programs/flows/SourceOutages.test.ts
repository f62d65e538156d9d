/** What happens to images while where their pictures lie is away. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import type { ImageReference } from "../../../src/domain/ImageReference.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as MemoryMessageBroker from "../../../src/layers/memory/MemoryMessageBroker.ts"
import * as MemoryServiceSwitch from "../../../src/layers/memory/MemoryServiceSwitch.ts"
import * as Heartbeat from "../../../src/programs/flows/Heartbeat.ts"
import { pipeline } from "../../../src/programs/flows/Pipeline.ts"
import * as Sources from "../../../src/programs/flows/Sources.ts"
import { submit } from "../../../src/programs/flows/Submit.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { Cropper } from "../../../src/services/Cropper.ts"
import { ImageSource, ImageSourceError, Missing, Unreachable } from "../../../src/services/ImageSource.ts"
import { Inference } from "../../../src/services/Inference.ts"
import { WorkerRegistry } from "../../../src/services/WorkerRegistry.ts"
import { object, palette, said, serviceId } from "../../support/Facts.ts"
import * as MemoryResultStore from "../../support/MemoryResultStore.ts"
import * as MemoryWorkerRegistry from "../../support/MemoryWorkerRegistry.ts"
import { factsAbout } from "../../support/Stores.ts"
import { sourceImage } from "../../support/SourceImages.ts"

const services = ["colors", "yolov8"].map((id) => ServiceCatalog.get(ServiceCatalog.standard, serviceId(id)))
const picture = sourceImage({ filename: "a.jpg", width: 640, height: 480 })

/** Why a picture cannot be read now; nothing when it can. */
type Trouble = (reference: ImageReference) => Unreachable | Missing | undefined

/** Pictures that are read as `trouble` allows. `looked` has the filenames of those that were looked for; `asked` counts calls. */
const world = (own: { trouble: Trouble; readonly looked: Array<string>; asked: number }) =>
  Sources.layer.pipe(
    Layer.provide(
      Layer.succeed(ImageSource, {
        lend: (reference, use) =>
          Effect.suspend(() => {
            own.looked.push(reference.filename)
            const reason = own.trouble(reference)
            return Effect.andThen(reason === undefined ? Effect.void : new ImageSourceError({ reason }), use(picture))
          }),
        load: () => Effect.succeed(picture),
        isBack: (source) => Effect.sync(() => own.trouble({ filename: "any", path: `${source}/any` }) === undefined)
      })
    ),
    Layer.provideMerge(
      Layer.mergeAll(
        MemoryResultStore.layer,
        MemoryMessageBroker.layer,
        MemoryServiceSwitch.layer,
        Heartbeat.layer({ workerId: "w1", host: "h", version: "v" }).pipe(
          Layer.provideMerge(MemoryWorkerRegistry.layer)
        ),
        Layer.succeed(Catalog, services),
        Layer.mock(Cropper, {
          open: () => Effect.succeed((box) => Effect.succeed({ image: picture, region: imageBox(box) }))
        }),
        Layer.mock(Inference, {
          analyze: ({ id }) =>
            Effect.sync(() => {
              own.asked++
              return { data: said(id === "colors" ? palette : object("dog", [10, 20, 40, 30], 0.9)).data! }
            }),
          isHealthy: () => Effect.succeed(true)
        })
      )
    )
  )

/** Works on so many images of each of the folders. Their ids, by folder. */
const worked = Effect.fnUntraced(function* (count: number, ...folders: ReadonlyArray<string>) {
  const ids = new Map<string, ReadonlyArray<ImageId>>()
  for (const folder of folders) {
    const references = Array.from({ length: count }, (_, i) => ({ filename: `${i}.jpg`, path: `${folder}/${i}.jpg` }))
    const known = yield* Stream.runCollect(submit(Stream.fromIterable(references), { services }))
    ids.set(
      folder,
      known.map(({ imageId }) => imageId)
    )
  }
  const stop = yield* Deferred.make<void>()
  const running = yield* pipeline({
    services,
    strategy: Strategies.defaultStrategy,
    workerId: "w1",
    stop
  }).pipe(Stream.runDrain, Effect.forkChild)
  /** How many answers about whole images and crops there are of a folder, and why some failed. */
  const answers = Effect.fnUntraced(function* (folder: string) {
    const facts = yield* Effect.forEach(ids.get(folder)!, factsAbout)
    const outcomes = facts.flatMap(({ crops, results }) => [...results, ...crops].map(({ outcome }) => outcome))
    return {
      succeeded: outcomes.filter(({ _tag }) => _tag === "Success").length,
      failed: outcomes.flatMap((outcome) => (outcome._tag === "Failure" ? [`${outcome.class}: ${outcome.reason}`] : []))
    }
  })
  return { answers, end: Effect.andThen(Deferred.succeed(stop, undefined), Fiber.join(running)) }
})

/** Lets time pass in steps. */
const pass = (seconds: number) => Effect.repeat(TestClock.adjust("5 seconds"), { times: seconds / 5 })

const away = Effect.map(
  WorkerRegistry.use(({ workers }) => workers),
  (workers) => workers.flatMap(({ away }) => away.map(({ reason, source }) => [source, reason]))
)

/** Images of a folder. */
const count = 12

/** Two services and a crop for one of them. */
const perImage = 3

describe("images whose source is away (issue 12, A2)", () => {
  it.effect(
    "are kept however long that takes, cost next to nothing, and are done when it is back; others go on",
    () => {
      const isAway = (path: string) => path.startsWith("/share/") || path === "/share"
      const own = {
        looked: Array<string>(),
        asked: 0,
        trouble: ((reference) =>
          "path" in reference && isAway(reference.path)
            ? new Unreachable({ image: reference.path, detail: "/share is missing: mount it", source: "/share" })
            : undefined) as Trouble
      }
      return Effect.gen(function* () {
        const { answers, end } = yield* worked(count, "/share/2024", "/here")
        yield* pass(60)
        assert.deepStrictEqual(yield* answers("/here"), { succeeded: count * perImage, failed: [] })
        assert.deepStrictEqual(yield* away, [["/share", "/share is missing: mount it"]])
        yield* pass(600)
        assert.deepStrictEqual(yield* answers("/share/2024"), { succeeded: 0, failed: [] })
        // Every look is at the folder, but for those that were under way when it was found to be away.
        assert.isAtMost(own.looked.length, count * 3 + 40)
        assert.strictEqual(own.asked, count * perImage)
        own.trouble = () => undefined
        yield* pass(200)
        assert.deepStrictEqual(yield* answers("/share/2024"), { succeeded: count * perImage, failed: [] })
        assert.deepStrictEqual(yield* away, [])
        assert.strictEqual(own.asked, 2 * count * perImage)
        yield* end
      }).pipe(Effect.provide(world(own)))
    }
  )

  it.effect("are done within seconds after an outage of seconds", () => {
    const own = {
      looked: Array<string>(),
      asked: 0,
      trouble: ((reference) =>
        new Unreachable({ image: reference.filename, detail: "/share is empty", source: "/share" })) as Trouble
    }
    return Effect.gen(function* () {
      const { answers, end } = yield* worked(count, "/share")
      yield* pass(20)
      own.trouble = () => undefined
      yield* pass(30)
      assert.deepStrictEqual(yield* answers("/share"), { succeeded: count * perImage, failed: [] })
      yield* end
    }).pipe(Effect.provide(world(own)))
  })

  it.effect(
    "wait while many in a row are missing from a folder that is there, and fail when they are gone for long",
    () => {
      const isGone = (filename: string) => Number.parseInt(filename) >= 5
      const own = {
        looked: Array<string>(),
        asked: 0,
        trouble: (({ filename }) =>
          isGone(filename) ? new Missing({ image: filename, detail: "does not exist" }) : undefined) as Trouble
      }
      return Effect.gen(function* () {
        const { answers, end } = yield* worked(count, "/share")
        yield* pass(300)
        const { failed } = yield* answers("/share")
        // What was looked for three times before it was clear that many are missing.
        assert.isAtMost(failed.length, 2)
        yield* pass(1000)
        const after = yield* answers("/share")
        assert.strictEqual(after.failed.length, (count - 5) * 2)
        for (const reason of after.failed) assert.match(reason, /^image: \d+\.jpg does not exist$/)
        assert.strictEqual(after.succeeded, 5 * perImage)
        yield* end
      }).pipe(Effect.provide(world(own)))
    }
  )

  it.effect("fail in the end when a few are gone from a folder that others are in", () => {
    const own = {
      looked: Array<string>(),
      asked: 0,
      trouble: (({ filename }) =>
        filename === "7.jpg" ? new Missing({ image: filename, detail: "does not exist" }) : undefined) as Trouble
    }
    return Effect.gen(function* () {
      const { answers, end } = yield* worked(count, "/share")
      yield* pass(30)
      assert.deepStrictEqual(yield* answers("/share"), {
        succeeded: (count - 1) * perImage,
        failed: ["image: 7.jpg does not exist", "image: 7.jpg does not exist"]
      })
      assert.strictEqual(own.looked.filter((name) => name === "7.jpg").length, 2 * 3)
      yield* end
    }).pipe(Effect.provide(world(own)))
  })

  it.effect("hold up none of the folders in theirs when many are missing from it", () => {
    const own = {
      looked: Array<string>(),
      asked: 0,
      trouble: ((reference) =>
        "path" in reference && reference.path.startsWith("/share/2024/")
          ? undefined
          : new Missing({ image: reference.filename, detail: "does not exist" })) as Trouble
    }
    return Effect.gen(function* () {
      const { answers, end } = yield* worked(count, "/share", "/share/2024")
      yield* pass(60)
      assert.deepStrictEqual(yield* answers("/share/2024"), { succeeded: count * perImage, failed: [] })
      assert.deepStrictEqual(
        (yield* away).map(([source]) => source),
        ["/share"]
      )
      yield* end
    }).pipe(Effect.provide(world(own)))
  })
})
