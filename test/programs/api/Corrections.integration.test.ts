import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { ExportFormat } from "../../../src/domain/archive/ExportFormat.ts"
import type { Change, Correction } from "../../../src/domain/corrections/Correction.ts"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import type { PictureVersion } from "../../../src/domain/ImageReference.ts"
import { Archive } from "../../../src/services/Archive.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import * as ApiServers from "../../support/ApiServers.ts"
import * as Archives from "../../support/Archives.ts"
import * as CocoFormat from "../../support/CocoFormat.ts"
import { correctionId, place } from "../../support/Corrections.ts"
import { object, said, serviceId } from "../../support/Facts.ts"

const dog = place([10, 20, 100, 100])
const cat = place([300, 20, 100, 100])
const on = { environment: { CORRECTIONS: "on" } }

/** A dog and, less surely, a cat. */
const pictured = (filename: string, options?: Archives.ImageOptions) =>
  Archives.done(
    filename,
    {
      yolov8: said(object("dog", [10, 20, 100, 100], 0.9), object("cat", [300, 20, 100, 100], 0.3)),
      rtdetr: said(object("dog", [10, 20, 100, 100], 0.9)),
      metadata: said({ dimensions: { width: 640, height: 480 } })
    },
    options
  )

const correct = (id: ImageId, ...changes: ReadonlyArray<Change>) =>
  Effect.gen(function* () {
    const api = yield* ApiServers.client
    return yield* Effect.forEach(changes, (change) =>
      api.corrections.record({ params: { id }, payload: { by: "Ada Lovelace", change } })
    )
  })

/** Another detector sees a dog a little to the side, and all is derived again. */
const answeredLate = (id: ImageId) =>
  Effect.andThen(
    ResultStore.use((store) =>
      store.record([
        {
          imageId: id,
          service: serviceId("detectron2"),
          outcome: said(object("dog", [14, 24, 104, 104], 0.9)),
          workerId: "late"
        }
      ])
    ),
    Archives.derive(id)
  )

const boxesOf = (id: ImageId) =>
  Effect.gen(function* () {
    const api = yield* ApiServers.client
    const { boxes } = yield* api.images.get({ params: { id } })
    return boxes.map(({ box, concept, correction, status }) => [concept as string, status, correction?.by, box.x])
  })

const text = (path: string) =>
  Effect.flatMap(ApiServers.request(path), (response) => Effect.promise(() => response.text()))

layer(ApiServers.layer(on), { excludeTestServices: true })("corrections", (it) => {
  it.effect("are recorded with who said it, applied to the boxes, and undone", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const id = yield* pictured("undone.jpg")
      const before = yield* api.images.get({ params: { id } })
      const [rejected, relabeled] = yield* correct(
        id,
        { kind: "reject", box: cat, label: "cat" },
        { kind: "relabel", box: dog, label: "dog", newLabel: "wolf" }
      )
      assert.deepInclude(rejected, { by: "Ada Lovelace", change: { kind: "reject", box: cat, label: "cat" } })
      assert.deepStrictEqual(yield* boxesOf(id), [["wolf", "confirmed", "Ada Lovelace", 10]])
      assert.deepStrictEqual((yield* api.images.get({ params: { id } })).corrections, [rejected!, relabeled!])
      const undo = (correction: typeof rejected) =>
        api.corrections.withdraw({ params: { id, correction: correction!.id }, query: { by: "Bob" } })
      const undone = yield* undo(relabeled)
      assert.strictEqual(undone.withdrawn?.by, "Bob")
      assert.deepStrictEqual(yield* undo(relabeled), undone)
      assert.deepStrictEqual(yield* boxesOf(id), [["dog", "confirmed", undefined, 10]])
      yield* undo(rejected)
      assert.deepStrictEqual(yield* api.images.get({ params: { id } }), before)
      const all = yield* api.corrections.list({ params: { id } })
      assert.deepStrictEqual(
        all.map(({ change, withdrawn }) => [change.kind, withdrawn?.by]),
        [
          ["reject", "Bob"],
          ["relabel", "Bob"]
        ]
      )
      const acts = yield* ApiServers.plain(api.operations.actions({ query: { limit: 5 } }))
      assert.deepStrictEqual(
        acts.map(({ by, what }) => [by, what]),
        [
          ["Bob", `undo correction ${rejected!.id} of image ${id}: reject cat`],
          // To ask for it twice is no mistake, and is on record.
          ["Bob", `undo correction ${relabeled!.id} of image ${id}: relabel dog to wolf`],
          ["Bob", `undo correction ${relabeled!.id} of image ${id}: relabel dog to wolf`],
          ["Ada Lovelace", `correct image ${id}: relabel dog to wolf`],
          ["Ada Lovelace", `correct image ${id}: reject cat`]
        ]
      )
    })
  )

  it.effect("survive another answer and deriving again, also by another box", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const id = yield* pictured("survives.jpg", { unanswered: ["detectron2"] })
      const newBox = place([12, 22, 90, 90])
      yield* correct(id, { kind: "move", box: dog, label: "dog", newBox }, { kind: "reject", box: cat, label: "cat" })
      yield* store.record([
        {
          imageId: id,
          service: serviceId("detectron2"),
          outcome: said(object("dog", [14, 24, 104, 104], 0.9), object("cat", [302, 20, 100, 100], 0.95)),
          workerId: "late"
        }
      ])
      yield* Archives.derive(id)
      const derived = yield* store.boxes(id)
      assert.notDeepEqual(
        derived.pipe((boxes) => (boxes._tag === "Some" ? boxes.value.value.map(({ box }) => box.x) : [])),
        [10, 300]
      )
      assert.deepStrictEqual(yield* boxesOf(id), [["dog", "confirmed", "Ada Lovelace", 12]])
    })
  )

  it.effect("are in lists, told to those who follow changes, and go with a picture that is another one", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const store = yield* ResultStore
      const id = yield* pictured("listed.jpg", { group: "listed" })
      const sql = yield* SqlClient.SqlClient
      const changed = Effect.map(
        sql<{ changed: string }>`SELECT changed::text FROM images WHERE image_id = ${id}`,
        ([row]) => BigInt(row!.changed)
      )
      const before = yield* changed
      yield* correct(
        id,
        { kind: "reject", box: dog, label: "dog" },
        { kind: "add", box: place([0, 0, 9, 9]), label: "bird" }
      )
      const { images } = yield* api.images.search({ query: { group: "listed" } })
      assert.isTrue((yield* changed) > before)
      assert.deepStrictEqual(
        images[0]!.boxes.map(({ concept, correction, status }) => [concept as string, status, correction?.kind]),
        [
          ["bird", "confirmed", "add"],
          ["cat", "tentative", undefined]
        ]
      )
      yield* store.see(id, { version: "one" as PictureVersion, isTurned: false })
      yield* store.see(id, { version: "another" as PictureVersion, isTurned: false })
      assert.deepStrictEqual(yield* api.corrections.list({ params: { id } }), [])
    })
  )

  it.effect(
    "are found by what people say is there, and not by what they say is not, also when all is derived again",
    () =>
      Effect.gen(function* () {
        const api = yield* ApiServers.client
        const id = yield* pictured("found.jpg", { group: "found", unanswered: ["detectron2"] })
        const found = (query: Record<string, unknown>) =>
          Effect.map(api.images.search({ query: { group: "found", ...query } as never }), ({ images }) => images.length)
        const finds = Effect.all(
          Object.fromEntries(
            ["dog", "wolf", "bird"].map((word) => [
              word,
              Effect.forEach([{ label: word }, { q: word }], (query): Effect.Effect<number, unknown> => found(query))
            ])
          )
        )
        const before = yield* finds
        assert.deepEqual(before, { dog: [1, 1], wolf: [0, 0], bird: [0, 0] })
        const corrections = yield* correct(
          id,
          { kind: "relabel", box: dog, label: "dog", newLabel: "wolf" },
          { kind: "add", box: place([0, 0, 9, 9]), label: "bird" }
        )
        const corrected = { dog: [0, 0], wolf: [1, 1], bird: [1, 1] }
        assert.deepEqual(yield* finds, corrected)
        assert.strictEqual(yield* found({ emoji: "🐺", confidence: 1 }), 1)
        const { images } = yield* api.images.search({ query: { group: "found" } })
        const concepts = ["wolf", "bird"]
        assert.deepStrictEqual(
          images[0]!.findings.map(({ concept }) => concept as string),
          concepts
        )
        const whole = yield* api.images.get({ params: { id } })
        assert.deepStrictEqual(
          whole.consensus!.votes.consensus.map(({ concept }) => concept as string),
          concepts
        )
        yield* answeredLate(id)
        assert.deepEqual(yield* finds, corrected)
        for (const { id: correction } of corrections) {
          yield* api.corrections.withdraw({ params: { id, correction }, query: { by: "Bob" } })
        }
        assert.deepEqual(yield* finds, before)
      })
  )

  it.effect("are what the statistics count, and the order by boxes, also when all is derived again", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const archive = yield* Archive
      const group = "counted"
      const id = yield* pictured("counted.jpg", { group, unanswered: ["detectron2"] })
      const other = yield* pictured("others.jpg", { group })
      // The API keeps its answer for some seconds.
      const counted = Effect.map(archive.statistics(group), ({ labels }) =>
        Object.fromEntries(
          labels.map(({ concept, confidence, confirmed, histogram, tentative }) => {
            assert.strictEqual(histogram.length, 10)
            assert.strictEqual(Math.min(...histogram), 0)
            return [concept, [confirmed, tentative, confidence?.toFixed(4), histogram.at(-1)]]
          })
        )
      )
      const mostBoxes = archive.ordered({ group }, "most-boxes")
      const before = yield* counted
      assert.deepEqual(before, { dog: [2, 0, "0.9000", 2], cat: [0, 2, undefined, 0] })
      assert.deepStrictEqual(yield* mostBoxes, [other, id])

      const corrections = yield* correct(
        id,
        { kind: "relabel", box: dog, label: "dog", newLabel: "wolf" },
        { kind: "reject", box: cat, label: "cat" },
        { kind: "add", box: place([500, 300, 50, 50]), label: "bird" },
        { kind: "add", box: place([560, 300, 50, 50]), label: "bird" }
      )
      const corrected = {
        dog: [1, 0, "0.9000", 1],
        cat: [0, 1, undefined, 0],
        wolf: [1, 0, "1.0000", 1],
        bird: [2, 0, "1.0000", 2]
      }
      assert.deepEqual(yield* counted, corrected)
      assert.deepStrictEqual(yield* mostBoxes, [id, other])
      yield* answeredLate(id)
      assert.deepEqual(yield* counted, corrected)
      yield* correct(other, { kind: "confirm", box: dog, label: "dog" }, { kind: "confirm", box: cat, label: "cat" })
      assert.deepEqual(yield* counted, { ...corrected, dog: [1, 0, "1.0000", 1], cat: [1, 0, "1.0000", 1] })
      for (const { id: correction } of corrections) {
        yield* api.corrections.withdraw({ params: { id, correction }, query: { by: "Bob" } })
      }
      const undone = yield* counted
      assert.deepEqual(Object.keys(undone).sort(), ["cat", "dog"])
      assert.deepEqual(undone["dog"]!.slice(0, 2), [2, 0])
      yield* ResultStore.use((store) => store.remove(other))
      assert.deepEqual((yield* counted)["dog"]!.slice(0, 2), [1, 0])
    })
  )

  it.effect("are exported, marked with who said so", () =>
    Effect.gen(function* () {
      const id = yield* pictured("exported.jpg", { group: "exported" })
      yield* correct(id, { kind: "confirm", box: cat, label: "cat" })
      const coco = JSON.parse(yield* text("/export/coco?group=exported"))
      assert.deepStrictEqual(CocoFormat.problems(coco), [])
      assert.deepStrictEqual(
        coco.annotations.map(({ bbox, corrected_by, correction, score }: Record<string, unknown>) => [
          bbox,
          score,
          corrected_by,
          correction
        ]),
        [
          [[300, 20, 100, 100], 1, "Ada Lovelace", "confirm"],
          [[10, 20, 100, 100], 0.9, undefined, undefined]
        ]
      )
      const [line] = (yield* text("/export/jsonl?group=exported")).split("\n")
      const exported = JSON.parse(line!)
      assert.deepStrictEqual(exported.corrections[0].change, { kind: "confirm", box: { ...cat }, label: "cat" })
      assert.strictEqual(exported.boxes[0].correction.by, "Ada Lovelace")
      const csv = (yield* text("/export/csv?group=exported")).split("\r\n")
      assert.match(csv[0]!, /,corrected_by,correction$/)
      assert.match(csv[1]!, /,confirmed,yolov8,Ada Lovelace,confirm$/)
      assert.match(csv[2]!, /,confirmed,rtdetr yolov8,,$/)
      assert.match(yield* text("/export/cvat?group=exported"), /label="cat" source="manual"/)
      const [task] = JSON.parse(yield* text("/export/labelstudio?group=exported"))
      assert.deepStrictEqual(task.predictions[0].result[0].meta, { text: ["confirm by Ada Lovelace"] })
    })
  )

  it.effect("are exported as the same bytes again, undone without a trace, and made again as they were", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const id = yield* pictured("bytes.jpg", { group: "bytes" })
      yield* pictured("beside.jpg", { group: "bytes" })
      const exported = Effect.all(
        Object.fromEntries(
          ExportFormat.literals.map((format) => [
            format,
            Effect.flatMap(ApiServers.request(`/export/${format}?group=bytes`), (response) =>
              Effect.map(
                Effect.promise(() => response.arrayBuffer()),
                (bytes) => Buffer.from(bytes).toString("latin1")
              )
            )
          ])
        )
      )
      const corrected = correct(
        id,
        { kind: "relabel", box: dog, label: "dog", newLabel: "wolf" },
        { kind: "reject", box: cat, label: "cat" },
        { kind: "add", box: place([500, 300, 50, 50]), label: "bird" }
      )
      const undo = (corrections: ReadonlyArray<Correction>) =>
        Effect.forEach(corrections, (correction) =>
          api.corrections.withdraw({ params: { id, correction: correction.id }, query: { by: "Bob" } })
        )
      const before = yield* exported
      const first = yield* corrected
      const after = yield* exported
      for (const format of ExportFormat.literals) assert.notStrictEqual(after[format], before[format], format)
      // Archives note times to two seconds.
      yield* Effect.sleep("2100 millis")
      assert.deepStrictEqual(yield* exported, after)
      yield* undo(first.toReversed())
      assert.deepStrictEqual(yield* exported, before)
      const second = yield* corrected
      const again = yield* exported
      const asFirst = second.reduce(
        (text, { at, id }, i) =>
          text
            .replaceAll(`"id":${id},`, `"id":${first[i]!.id},`)
            .replaceAll(at.toISOString(), first[i]!.at.toISOString()),
        again["jsonl"]!
      )
      assert.deepStrictEqual({ ...again, jsonl: asFirst }, after)
      yield* undo(second)
      assert.deepStrictEqual(yield* exported, before)
    })
  )

  it.effect("tell precision and recall of each detector, with the numbers they rest on", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const before = yield* api.corrections.appraisal()
      const id = yield* pictured("appraised.jpg")
      yield* correct(
        id,
        { kind: "confirm", box: dog, label: "dog" },
        { kind: "reject", box: cat, label: "cat" },
        { kind: "add", box: place([500, 300, 50, 50]), label: "bird" }
      )
      const after = yield* api.corrections.appraisal()
      const change = (service: string) => {
        const [a, b] = [before, after].map(({ services }) => services.find((each) => each.service === service)!)
        return [b!.found - a!.found, b!.wrong - a!.wrong, b!.missed - a!.missed]
      }
      assert.strictEqual(after.images, before.images + 1)
      assert.deepStrictEqual(change("yolov8"), [1, 1, 1])
      assert.deepStrictEqual(change("rtdetr"), [1, 0, 1])
      assert.deepStrictEqual(change("detectron2"), [0, 0, 0])
    })
  )

  it.effect("are refused when they say nothing, are off the picture, or about what there is not", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const id = yield* pictured("refused.jpg")
      const unknown = 1_000_000 as ImageId
      const failure = (image: ImageId, change: Change) =>
        Effect.map(Effect.flip(correct(image, change)), (error) => [error._tag, "detail" in error ? error.detail : ""])
      assert.deepStrictEqual(yield* failure(unknown, { kind: "confirm", box: dog, label: "dog" }), [
        "NotFound",
        "There is no image 1000000"
      ])
      assert.deepStrictEqual(yield* failure(id, { kind: "add", box: place([600, 20, 41, 10]), label: "dog" }), [
        "Unprocessable",
        "The box is not within the picture, which is 640 pixels wide and 480 high"
      ])
      assert.strictEqual((yield* Effect.flip(api.corrections.list({ params: { id: unknown } })))._tag, "NotFound")
      const withdraw = api.corrections.withdraw({
        params: { id, correction: correctionId(1_000_000) },
        query: { by: "Bob" }
      })
      assert.strictEqual((yield* Effect.flip(withdraw))._tag, "NotFound")
      const good = { kind: "confirm", box: dog, label: "dog" }
      for (const [by, change] of [
        [" ", good],
        ["Ada", { ...good, label: "?!" }],
        ["Ada", { ...good, kind: "bless" }],
        ["Ada", { ...good, box: { ...dog, width: 0 } }],
        ["Ada", { ...good, box: { ...dog, width: 1e-320 } }],
        ["Ada", { ...good, box: { ...dog, x: 1e308 } }],
        ["Ada", { ...good, kind: "relabel" }],
        ["Ada", { ...good, kind: "move" }],
        ["Ada", { ...good, newLabel: "cat" }]
      ] as const) {
        const { status } = yield* ApiServers.request(`/images/${id}/corrections`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ by, change })
        })
        assert.strictEqual(status, 400, JSON.stringify({ by, change }))
      }
      assert.deepStrictEqual(yield* api.corrections.list({ params: { id } }), [])
    })
  )
})

layer(ApiServers.layer(), { excludeTestServices: true })("corrections that are not switched on", (it) => {
  it.effect("are refused with what to do about it, and none are made", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const id = yield* pictured("off.jpg")
      const params = { id, correction: correctionId(1) }
      for (const refused of [
        yield* Effect.flip(correct(id, { kind: "confirm", box: dog, label: "dog" })),
        yield* Effect.flip(api.corrections.withdraw({ params, query: { by: "Ada" } }))
      ]) {
        assert.strictEqual(refused._tag, "Forbidden")
        assert.match("detail" in refused ? refused.detail : "", /CORRECTIONS=on/)
      }
      assert.isFalse((yield* api.pipeline.workflow()).corrects)
      assert.deepStrictEqual(yield* api.corrections.list({ params: { id } }), [])
    })
  )
})

layer(
  ApiServers.layer({
    environment: { ...on.environment, API_READ_TOKEN: "a token for looking" },
    token: "a token for everything"
  }),
  {
    excludeTestServices: true
  }
)("with a token for looking", (it) => {
  it.effect("corrections are read and not made", () =>
    Effect.gen(function* () {
      const id = yield* pictured("looking.jpg")
      const api = yield* ApiServers.clientWith({ authorization: "Bearer a token for looking" })
      const record = api.corrections.record({
        params: { id },
        payload: { by: "Ada", change: { kind: "confirm", box: dog, label: "dog" } }
      })
      assert.strictEqual((yield* Effect.flip(record))._tag, "Forbidden")
      assert.deepStrictEqual(yield* api.corrections.list({ params: { id } }), [])
    })
  )
})
