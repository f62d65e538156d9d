import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Result, Stream } from "effect"
import * as CocoTruth from "../../../src/domain/CocoTruth.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as Align from "../../../src/programs/flows/Align.ts"
import * as AlignmentText from "../../../src/programs/views/AlignmentText.ts"
import { checkBoxes } from "../../../src/programs/flows/Check.ts"
import { Archive } from "../../../src/services/Archive.ts"
import { Catalog } from "../../../src/services/Catalog.ts"
import { ResultStoreError, StoreUnavailable } from "../../../src/services/ResultStore.ts"
import { factsOf, object, said, serviceId } from "../../support/Facts.ts"

/** yolov8 draws a tenth inside on the left and the top; rtdetr and the people agree. */
const truth = [100, 100, 200, 300] as const
const records = Array.from({ length: 100 }, (_, i) => ({
  imageId: i,
  reference: { filename: `${i}.jpg` },
  facts: factsOf({
    rtdetr: said(object("person", [truth[0], truth[1] + i, truth[2], truth[3]], 0.9)),
    yolov8: said(object("person", [120, 130 + i, 180, 270], 0.8))
  }),
  boxes: [],
  consensus: Option.none()
}))

const surroundings = Layer.mergeAll(
  Layer.mock(Archive, { records: () => Stream.fromIterable(records) as never }),
  Layer.succeed(
    Catalog,
    Result.getOrThrow(ServiceCatalog.decode({ services: { rtdetr: {}, yolov8: { align: { left: 0.05 } }, clip: {} } }))
  )
)

/** With a third detector, which agrees with rtdetr. */
const withThird = records.map((record, i) => ({
  ...record,
  facts: factsOf({
    detectron2: said(object("person", [truth[0], truth[1] + i, truth[2], truth[3]], 0.7)),
    rtdetr: said(object("person", [truth[0], truth[1] + i, truth[2], truth[3]], 0.9)),
    yolov8: said(object("person", [120, 130 + i, 180, 270], 0.8))
  })
}))

/** What is found of these detectors by their answers. */
const deviating = (services: object, archive: ReadonlyArray<unknown>) =>
  checkBoxes.pipe(
    Effect.provide([
      Layer.mock(Archive, { records: () => Stream.fromIterable(archive) as never }),
      Layer.succeed(Catalog, Result.getOrThrow(ServiceCatalog.decode({ services })))
    ])
  )

const isOff = (aligned: Align.Aligned) => {
  assert.strictEqual(aligned.service, "yolov8")
  assert.strictEqual(aligned.objects, 100)
  assert.deepStrictEqual(aligned.current, { left: 0.05 })
  assert.deepStrictEqual(Object.keys(aligned.offsets), ["left", "top"])
  assert.approximately(aligned.offsets.left!, (20 / 180) * (100 / 120), 0.001)
  assert.isAbove(aligned.iou.after, aligned.iou.before + 0.05)
}

describe("align", () => {
  it.effect("learns from a reference how far each other detector is off, whatever stands in the configuration", () =>
    Effect.gen(function* () {
      const [yolov8, ...others] = yield* Align.toReference(serviceId("rtdetr"))
      assert.isEmpty(others)
      isOff(yolov8!)
    }).pipe(Effect.provide(surroundings))
  )

  it.effect("learns from labeled pictures, by their file names", () =>
    Effect.gen(function* () {
      const drawn = CocoTruth.byFile({
        images: records.map(({ imageId, reference }) => ({ id: imageId, file_name: `val2017/${reference.filename}` })),
        annotations: records.flatMap(({ imageId }) => [
          { image_id: imageId, category_id: 1, bbox: [truth[0], truth[1] + imageId, truth[2], truth[3]] as const },
          { image_id: imageId, category_id: 1, bbox: [110, 110 + imageId, 190, 280] as const, iscrowd: 1 }
        ]),
        categories: [{ id: 1, name: "person" }]
      })
      const [rtdetr, yolov8] = yield* Align.toTruth(drawn, CocoTruth.people)
      assert.deepStrictEqual([rtdetr!.service, rtdetr!.offsets, rtdetr!.iou.before], [serviceId("rtdetr"), {}, 1])
      isOff(yolov8!)
      const text = AlignmentText.lines([rtdetr!, yolov8!])
      assert.match(text[2]!, /^yolov8 +100 +\+9\.3 % +\+9\.3 % +- +- +0\.\d{3} +0\.\d{3}$/)
      assert.strictEqual(text.at(-1), `  "yolov8": {"align": ${JSON.stringify(yolov8!.offsets)}}`)
      assert.strictEqual(AlignmentText.lines([rtdetr!]).at(-1), "No detector is off by 2 % or more.")
    }).pipe(Effect.provide(surroundings))
  )
})

describe("checking boxes", () => {
  const all = { detectron2: {}, rtdetr: {}, yolov8: {} }

  it.effect("names the detector that is off from every other one, and no other", () =>
    Effect.gen(function* () {
      const [yolov8, ...others] = yield* deviating(all, withThird)
      assert.isEmpty(others)
      assert.deepInclude(yolov8 as object, { subject: "yolov8", step: "boxes", verdict: "odd" })
      assert.match(
        yolov8!.detail,
        /^its boxes lie off those of every other detector: left edge 9\.3 % of the width to the right, top edge 9\.3 % of the height lower$/
      )
      assert.match(yolov8!.remedy!, /windmill align --reference/)
    })
  )

  it.effect("has nothing to say when it is moved already, when one is alone, or when nothing can be read", () =>
    Effect.gen(function* () {
      const aligned = { ...all, yolov8: { align: { left: 20 / 180, top: 30 / 270 } } }
      assert.deepStrictEqual(yield* deviating(aligned, withThird), [])
      assert.deepStrictEqual(yield* deviating({ yolov8: {}, clip: {} }, withThird), [])
      assert.deepStrictEqual(yield* deviating(all, withThird.slice(0, 20)), [])
      const away = new ResultStoreError({ reason: new StoreUnavailable({ cause: "away" }) })
      const unread = Layer.mock(Archive, { records: () => Stream.fail(away) })
      assert.deepStrictEqual(yield* Effect.provide(checkBoxes, [surroundings, unread]), [])
    })
  )
})
