import { assert, describe, it } from "@effect/vitest"
import { Brand, Effect, Option, type Schema, Stream } from "effect"
import { strFromU8, unzipSync } from "fflate"
import { coco } from "../../../src/domain/vocabulary/Coco.ts"
import * as CocoCategories from "../../../src/domain/vocabulary/CocoCategories.ts"
import * as Coco from "../../../src/programs/exports/Coco.ts"
import * as Csv from "../../../src/programs/exports/Csv.ts"
import * as Cvat from "../../../src/programs/exports/Cvat.ts"
import * as FiftyOne from "../../../src/programs/exports/FiftyOne.ts"
import * as LabelStudio from "../../../src/programs/exports/LabelStudio.ts"
import * as Yolo from "../../../src/programs/exports/Yolo.ts"
import type { Exported } from "../../../src/programs/flows/Export.ts"
import type { Concept, ImageId } from "../../../src/domain/Identifiers.ts"
import * as CocoFormat from "../../support/CocoFormat.ts"
import { boxesOf, factsOf, object, said } from "../../support/Facts.ts"

/** An image of 100 x 200 pixels in which all detectors see the same. */
const image = (
  id: number,
  filename: string,
  ...objects: ReadonlyArray<Readonly<Record<string, Schema.Json>>>
): Exported => {
  const outcome = said(...objects)
  const facts = factsOf({ yolov8: outcome, rtdetr: outcome, detectron2: outcome })
  return {
    size: { width: 100, height: 200 },
    record: {
      imageId: Brand.nominal<ImageId>()(id),
      reference: { filename, path: `/pictures/${id}/${filename}` },
      facts,
      corrections: [],
      boxes: boxesOf(facts),
      consensus: Option.none()
    }
  }
}

const dog = object("dog", [10, 20, 30, 40], 0.9)
const gadget = object("gadget", [50, 100, 50, 100], 0.8)
const images = [image(7, "a.jpg", dog, gadget), image(8, "a.jpg", dog), image(9, '"<&>;=\u0007.jpg')]

const text = (content: Stream.Stream<string>) => Effect.map(Stream.runCollect(content), (parts) => parts.join(""))
const parsed = (content: Stream.Stream<string>) => Effect.map(text(content), (json) => JSON.parse(json))
const unzipped = (content: Stream.Stream<Uint8Array>) =>
  Effect.map(Stream.runCollect(content), (parts) => {
    const files = unzipSync(new Uint8Array(Buffer.concat(parts)))
    return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]))
  })
const cocoOf = (...some: ReadonlyArray<Exported>) => parsed(Coco.document(Stream.fromIterable(some)))

describe("COCO", () => {
  it.effect("is valid, with sizes, and names that are unique where names of files are not", () =>
    Effect.gen(function* () {
      const file = yield* cocoOf(...images)
      assert.deepStrictEqual(CocoFormat.problems(file), [])
      assert.deepStrictEqual(file.images[0], {
        id: 7,
        file_name: "a_7.jpg",
        width: 100,
        height: 200,
        path: "/pictures/7/a.jpg"
      })
      assert.lengthOf(file.annotations, 3)
    })
  )

  it.effect("has the outline and the keypoints that a detector drew", () =>
    Effect.gen(function* () {
      const { record, size } = image(7, "a.jpg", dog)
      const drawn = { mask: [[10, 20, 40, 20, 25, 60]], keypoints: [25, 30, 2, 0, 0, 0] }
      const boxes = record.boxes.map((box) => ({ ...box, ...drawn }))
      const file = yield* cocoOf({ size, record: { ...record, boxes } })
      assert.deepStrictEqual(CocoFormat.problems(file), [])
      assert.deepInclude(file.annotations[0], {
        segmentation: drawn.mask,
        keypoints: drawn.keypoints,
        num_keypoints: 1
      })
    })
  )

  it.effect("is valid of nothing", () =>
    Effect.map(cocoOf(), (file) => assert.deepStrictEqual(CocoFormat.problems(file), []))
  )

  it.effect("can be merged: the same in two files has the same ids, and nothing else has", () =>
    Effect.gen(function* () {
      const [first, second, third] = images as [Exported, Exported, Exported]
      const merged = CocoFormat.merge(yield* cocoOf(second, first), yield* cocoOf(third, second))
      assert.deepStrictEqual(CocoFormat.problems(merged), [])
      assert.deepStrictEqual([merged.images.length, merged.annotations.length, merged.categories.length], [3, 3, 2])
    })
  )

  it("knows COCO's 80 by COCO's numbers, and others by their names alone", () => {
    const concept = Brand.nominal<Concept>()
    assert.deepStrictEqual(
      CocoCategories.standard.map(({ name }) => name),
      Object.keys(coco)
    )
    assert.deepStrictEqual(CocoCategories.of(concept("toothbrush")), {
      id: 90,
      name: "toothbrush",
      supercategory: "indoor"
    })
    // Numbers in files that are kept: never to change.
    assert.strictEqual(CocoCategories.of(concept("gadget")).id, 1_302_948_909)
    assert.strictEqual(CocoCategories.of(concept("🦩")).supercategory, "other")
  })
})

describe("CSV", () => {
  it.effect("has a line for each box, and no text that a spreadsheet would run", () =>
    Effect.gen(function* () {
      const lines = (yield* text(Csv.document(Stream.make(images[0]!, image(1, "=cmd,|.jpg", dog))))).split("\r\n")
      assert.lengthOf(lines, 1 + 3 + 1)
      assert.strictEqual(
        lines[1],
        "7,a_7.jpg,/pictures/7/a.jpg,100,200,dog_10_20_30_40,dog,10,20,30,40,0.9,confirmed,detectron2 rtdetr yolov8,,"
      )
      assert.match(lines[3]!, /^1,"'=cmd,-_1\.jpg","\/pictures/)
    })
  )
})

describe("YOLO", () => {
  it.effect("has shares of the picture, COCO's order of classes, and says where pictures are", () =>
    Effect.gen(function* () {
      const files = yield* unzipped(Yolo.document(Stream.fromIterable(images)))
      assert.strictEqual(
        files["labels/train/a_7.txt"],
        "16 0.250000 0.200000 0.300000 0.200000\n80 0.750000 0.750000 0.500000 0.500000\n"
      )
      assert.strictEqual(files["labels/train/a_8.txt"], "16 0.250000 0.200000 0.300000 0.200000\n")
      assert.include(files["data.yaml"]!, '  16: "dog"\n')
      assert.match(files["data.yaml"]!, / {2}79: "toothbrush"\n {2}80: "gadget"\n$/)
      assert.strictEqual(files["pictures.tsv"]!.split("\n")[1], "a_8.jpg\t/pictures/8/a.jpg")
      assert.lengthOf(Object.keys(files), 5)
    })
  )

  it.effect("fails as its images do", () =>
    Effect.gen(function* () {
      const broken = Stream.concat(Stream.fromIterable(images), Stream.fail("away"))
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(Yolo.document(broken))), "away")
    })
  )
})

describe("CVAT", () => {
  it.effect("has a corner for each end of a box, and escapes names", () =>
    Effect.gen(function* () {
      const xml = yield* text(Cvat.document(Stream.fromIterable(images)))
      assert.include(
        xml,
        '    <box label="dog" source="auto" occluded="0" xtl="10" ytl="20" xbr="40" ybr="60" z_order="0"/>\n'
      )
      assert.include(xml, '<image id="9" name="--&amp;-;=-_9.jpg" width="100" height="200">')
    })
  )
})

describe("Label Studio", () => {
  it.effect("has tasks with predictions in percent", () =>
    Effect.gen(function* () {
      const tasks = yield* parsed(LabelStudio.document(Stream.fromIterable(images)))
      assert.lengthOf(tasks, 3)
      assert.deepStrictEqual(tasks[0].data, { image: "/pictures/7/a.jpg", image_id: 7, file_name: "a_7.jpg" })
      assert.deepStrictEqual(tasks[0].predictions[0].result[0].value, {
        x: 10,
        y: 10,
        width: 30,
        height: 20,
        rotation: 0,
        rectanglelabels: ["dog"]
      })
    })
  )
})

describe("FiftyOne", () => {
  it.effect("has labels by name, and where the picture of each name is", () =>
    Effect.gen(function* () {
      const files = yield* unzipped(FiftyOne.document(Stream.fromIterable(images)))
      const { labels } = JSON.parse(files["labels.json"]!)
      const data = JSON.parse(files["data.json"]!)
      assert.deepStrictEqual(Object.keys(labels), Object.keys(data))
      assert.deepInclude(labels["a_8"][0], { label: "dog", bounding_box: [0.1, 0.1, 0.3, 0.2] })
      assert.strictEqual(data["a_8"], "/pictures/8/a.jpg")
    })
  )
})
