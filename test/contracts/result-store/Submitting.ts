/** How images become known. */
import { assert, type Vitest } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { Progress } from "../../../src/services/Progress.ts"
import { type ImageRequest, ResultStore } from "../../../src/services/ResultStore.ts"
import { serviceId } from "../../support/Facts.ts"
import { answer, freshPath } from "../../support/Stores.ts"

const request = (path: string, ...services: ReadonlyArray<string>): ImageRequest => ({
  reference: { filename: "a.jpg", path },
  services: services.map(serviceId)
})

export const submitting = (it: Vitest.MethodsNonLive<ResultStore | Progress>) => {
  it.effect("makes images known in the order of the requests, owing all that is requested", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const [a, b] = [freshPath(), freshPath()]
      const images = yield* store.submit([request(b, "yolov8", "blip"), request(a, "clip")])
      assert.deepStrictEqual(
        images.map(({ isNew, owed, reference, traceParent }) => ({ isNew, owed, reference, traceParent })),
        [
          {
            isNew: true,
            owed: ["blip", "yolov8"].map(serviceId),
            reference: { filename: "a.jpg", path: b },
            traceParent: Option.none()
          },
          {
            isNew: true,
            owed: [serviceId("clip")],
            reference: { filename: "a.jpg", path: a },
            traceParent: Option.none()
          }
        ]
      )
      assert.isBelow(images[0]!.imageId, images[1]!.imageId)
    })
  )

  it.effect("knows an image again by its path, and keeps what was said of it first", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const path = freshPath()
      const first = { ...request(path, "blip"), traceParent: "00-first-01", group: "one" }
      const [before] = yield* store.submit([first])
      const [after] = yield* store.submit([
        { ...first, reference: { filename: "b.jpg", path, url: "http://x/b" }, traceParent: "00-second-01" }
      ])
      assert.deepStrictEqual(after, { ...before!, isNew: false })
      assert.deepStrictEqual(after!.traceParent, Option.some("00-first-01"))
    })
  )

  it.effect("knows an image without a path by its URL, however long that is", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const url = `http://x${freshPath()}?signature=${"0123456789abcdef".repeat(1000)}`
      const services = [serviceId("blip")]
      const [first] = yield* store.submit([{ reference: { filename: "a.jpg", url }, services }])
      const [again] = yield* store.submit([{ reference: { filename: "b.jpg", url }, services }])
      const [other] = yield* store.submit([{ reference: { filename: "a.jpg", url: `${url}0` }, services }])
      assert.deepStrictEqual(again, { ...first!, isNew: false })
      assert.notStrictEqual(other!.imageId, first!.imageId)
    })
  )

  it.effect("knows an image by its URL whatever signs it, and reads it by the newest signature", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const services = [serviceId("blip")]
      const signed = (place: string, signature: string) =>
        store.submit([
          { reference: { filename: "a.jpg", url: `https://x${place}?v=1&sv=2024&sig=${signature}` }, services }
        ])
      const place = freshPath()
      const [first] = yield* signed(place, "a%2F")
      const [again] = yield* signed(place, "b")
      assert.deepStrictEqual(again, {
        ...first!,
        isNew: false,
        reference: { filename: "a.jpg", url: `https://x${place}?v=1&sv=2024&sig=b` }
      })
      const [other] = yield* signed(freshPath(), "b")
      assert.isTrue(other!.isNew)
      assert.deepStrictEqual(yield* store.owed({ scope: { _tag: "Images", ids: [first!.imageId] }, limit: 1 }), [
        again!
      ])
    })
  )

  it.effect("takes requests for one place as one", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const path = freshPath()
      const images = yield* store.submit([request(path, "clip"), request(path, "blip", "clip")])
      assert.deepStrictEqual(
        images.map(({ owed }) => owed),
        [["blip", "clip"].map(serviceId)]
      )
    })
  )

  it.effect("adds services, and owes those without an answer", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const path = freshPath()
      const [image] = yield* store.submit([request(path, "blip")])
      // An answer nobody asked for counts once somebody does.
      yield* store.record([answer(image!.imageId, "blip"), answer(image!.imageId, "ocr")])
      const [again] = yield* store.submit([request(path, "clip", "ocr")])
      assert.deepStrictEqual(again!.owed, [serviceId("clip")])
      const [facts] = yield* store.facts([image!.imageId])
      assert.deepStrictEqual(facts!.requested, ["blip", "clip", "ocr"].map(serviceId))
      assert.strictEqual(facts!.revision, 2)
    })
  )

  it.effect("owes nothing when all that is asked for has been answered before", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const path = freshPath()
      const [image] = yield* store.submit([request(path, "blip")])
      const { imageId } = image!
      yield* store.record([answer(imageId, "blip"), answer(imageId, "ocr")])
      const [again] = yield* store.submit([request(path, "ocr")])
      assert.deepStrictEqual(again!.owed, [])
      assert.deepStrictEqual(yield* store.owed({ scope: { _tag: "Images", ids: [imageId] }, limit: 1 }), [])
    })
  )

  it.effect("knows an image once, whoever submits it at the same time", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const paths = Array.from({ length: 20 }, freshPath)
      const all = yield* Effect.forEach(
        Array.from({ length: 8 }, (_, i) => i),
        (i) => store.submit((i % 2 === 0 ? paths : paths.toReversed()).map((path) => request(path, `service_${i}`))),
        { concurrency: "unbounded" }
      )
      const submitted = all.flat()
      assert.strictEqual(new Set(submitted.map(({ imageId }) => imageId)).size, paths.length)
      assert.strictEqual(submitted.filter(({ isNew }) => isNew).length, paths.length)
      const facts = yield* store.facts([...new Set(submitted.map(({ imageId }) => imageId))])
      assert.isTrue(facts.every(({ requested }) => requested.length === 8))
    })
  )

  it.effect("takes names that no database can hold", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const path = `${freshPath()}\0\ud800`
      const [image] = yield* store.submit([{ reference: { filename: "\0.jpg", path }, services: [] }])
      const [again] = yield* store.submit([{ reference: { filename: "\0.jpg", path }, services: [] }])
      assert.strictEqual(again!.imageId, image!.imageId)
      assert.strictEqual(image!.reference.filename, "\ufffd.jpg")
    })
  )

  it.effect("does nothing for no requests", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* (yield* ResultStore).submit([]), [])
    })
  )
}
