/** The evaluator against cases computed by hand, with the rules of pycocotools 2.0.11, whose results it reproduces. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as Coco from "../../../bench/accuracy/Coco.ts"
import * as Matching from "../../../bench/accuracy/Matching.ts"
import * as Measures from "../../../bench/accuracy/Measures.ts"

type Box = readonly [number, number, number, number]

interface Annotation {
  readonly image?: number
  readonly category?: number
  readonly box: Box
  readonly crowd?: boolean
}

const truthOf = (annotations: ReadonlyArray<Annotation>, images = 1): Coco.GroundTruth =>
  Coco.groundTruth({
    images: Array.from({ length: images }, (_, i) => ({ id: i + 1 })),
    annotations: annotations.map(({ box, category = 1, crowd = false, image = 1 }) => ({
      image_id: image,
      category_id: category,
      bbox: box,
      iscrowd: crowd ? 1 : 0
    })),
    categories: [{ id: 1, name: "person" }]
  })

const claim = (box: Box, score: number, image = 1, category = 1): Coco.Prediction =>
  Coco.predictions([{ image_id: image, category_id: category, bbox: box, score }])[0]!

const ap = (truth: Coco.GroundTruth, claims: ReadonlyArray<Coco.Prediction>, size: Matching.Size = "all") =>
  Measures.averagePrecision(Matching.match(truth, claims, size))

const ranking = (truth: Coco.GroundTruth, claims: ReadonlyArray<Coco.Prediction>) =>
  Measures.rank(Matching.match(truth, claims, "all"), truth.images.length)

const here: Box = [0, 0, 100, 100]
const there: Box = [300, 0, 100, 100]
const nowhere: Box = [600, 0, 100, 100]

describe("averagePrecision", () => {
  it("is 1 when every object is found exactly, and 0 when none is", () => {
    const truth = truthOf([{ box: here }])
    assert.deepStrictEqual(ap(truth, [claim(here, 0.3)]), { ap: 1, ap50: 1, ap75: 1 })
    assert.deepStrictEqual(ap(truth, [claim(there, 0.3)]), { ap: 0, ap50: 0, ap75: 0 })
    assert.deepStrictEqual(ap(truth, []), { ap: 0, ap50: 0, ap75: 0 })
  })

  it("counts a find only up to the IoU it reaches", () => {
    // IoU 0.6: found at .50, .55 and .60, three of ten thresholds.
    const { ap: mean, ap50, ap75 } = ap(truthOf([{ box: here }]), [claim([0, 0, 100, 60], 0.9)])
    assert.approximately(mean, 0.3, 1e-12)
    assert.deepStrictEqual([ap50, ap75], [1, 0])
  })

  it("reaches half of the recall levels with half of the objects", () => {
    // Levels 0, .01, …, .50: 51 of 101.
    assert.approximately(ap(truthOf([{ box: here }, { box: there }]), [claim(here, 0.9)]).ap, 51 / 101, 1e-12)
  })

  it("takes at each level the highest precision that is still to come", () => {
    // Hit, miss, hit: precision 1 up to recall 1/2, then 2/3.
    const claims = [claim(here, 0.9), claim(nowhere, 0.8), claim(there, 0.7)]
    assert.approximately(ap(truthOf([{ box: here }, { box: there }]), claims).ap, (51 * 1 + 50 * (2 / 3)) / 101, 1e-12)
  })

  it("takes a second find of an object for a miss", () => {
    const claims = [claim(here, 0.9), claim(here, 0.8), claim(there, 0.7)]
    assert.approximately(ap(truthOf([{ box: here }, { box: there }]), claims).ap, (51 * 1 + 50 * (2 / 3)) / 101, 1e-12)
  })

  it("is the mean over categories that have objects", () => {
    const truth = truthOf([{ box: here }, { box: there, category: 2 }])
    assert.strictEqual(ap(truth, [claim(here, 0.9), claim(nowhere, 0.9, 1, 3)]).ap, 0.5)
  })

  it("looks at 100 claims per image and category", () => {
    const noise = Array.from({ length: 100 }, () => claim(nowhere, 0.9))
    assert.strictEqual(ap(truthOf([{ box: here }]), [...noise, claim(here, 0.1)]).ap, 0)
    assert.isAbove(ap(truthOf([{ box: here }]), [...noise.slice(1), claim(here, 0.1)]).ap, 0)
  })

  it("lets a crowd be found any number of times, for nothing", () => {
    const truth = truthOf([{ box: here }, { box: [300, 0, 200, 200], crowd: true }])
    const claims = [claim([310, 0, 20, 20], 0.9), claim([330, 0, 20, 20], 0.8), claim(here, 0.7)]
    assert.strictEqual(ap(truth, claims).ap, 1)
  })

  it("ignores objects of other sizes and who finds them", () => {
    const small: Box = [300, 0, 20, 20]
    const truth = truthOf([{ box: here }, { box: small }])
    assert.strictEqual(ap(truth, [claim(here, 0.9), claim(small, 0.8)], "small").ap, 1)
    assert.strictEqual(ap(truth, [claim(here, 0.9)], "large").ap, 1)
    assert.strictEqual(ap(truth, [claim(nowhere, 0.9), claim(small, 0.8)], "small").ap, 1)
    assert.isNaN(ap(truth, [claim(here, 0.9)], "medium").ap)
  })

  it("weighs images as a sample drew them", () => {
    const truth = truthOf([{ box: here }, { image: 2, box: here }], 2)
    const matches = Matching.match(truth, [claim(here, 0.9, 1), claim(nowhere, 0.8, 2)], "all")
    assert.strictEqual(Measures.averagePrecision(matches, [2, 0]).ap, 1)
    assert.strictEqual(Measures.averagePrecision(matches, [0, 2]).ap, 0)
  })

  it.prop(
    "weighing an image twice is having it twice",
    [
      Arbitrary.array(
        Arbitrary.schema(
          Schema.Struct({
            x: Schema.Literals([0, 20, 40, 300]),
            image: Schema.Literals([1, 2])
          })
        ),
        { maxLength: 8 }
      )
    ],
    ([items]) => {
      const annotations: ReadonlyArray<Annotation> = [
        { box: here },
        { box: there },
        { image: 2, box: here },
        { image: 2, box: nowhere }
      ]
      const claims = items.map(({ image, x }, i) => claim([x, 0, 100, 100], 1 - i / 10, image))
      const copies = [
        ...claims,
        ...claims.filter(({ image }) => image === 2).map((copied) => ({ ...copied, image: 3 }))
      ]
      const copied = truthOf(
        [...annotations, ...annotations.slice(2).map((annotation) => ({ ...annotation, image: 3 }))],
        3
      )
      const weighed = Measures.averagePrecision(Matching.match(truthOf(annotations, 2), claims, "all"), [1, 2])
      assert.approximately(weighed.ap, ap(copied, copies).ap, 1e-12)
      assert.isTrue(weighed.ap >= 0 && weighed.ap <= 1)
    }
  )
})

describe("f1", () => {
  const truth = truthOf([{ box: here }, { box: there }])
  const claims = [claim(here, 0.9), claim(nowhere, 0.8), claim(there, 0.7), claim([0, 300, 9, 9], 0.6)]

  it("is at its best at one score threshold", () => {
    // Two hits and a miss down to .7: precision 2/3, recall 1.
    const { best } = Measures.f1(ranking(truth, claims))
    assert.deepStrictEqual(best, { f1: 4 / 5, precision: 2 / 3, recall: 1, threshold: 0.7 })
  })

  it("of all is without a threshold", () => {
    assert.strictEqual(Measures.f1(ranking(truth, claims)).all.f1, 4 / 6)
  })

  it("takes or leaves claims of one score together", () => {
    const tied = [claim(here, 0.5), claim(nowhere, 0.5)]
    assert.strictEqual(Measures.f1(ranking(truthOf([{ box: here }]), tied)).best.f1, 2 / 3)
  })

  it("pools categories", () => {
    const both = truthOf([{ box: here }, { box: there, category: 2 }])
    assert.strictEqual(Measures.f1(ranking(both, [claim(here, 0.9)])).best.f1, 2 / 3)
  })

  it("is 0 without a hit", () => {
    assert.strictEqual(Measures.f1(ranking(truth, [claim(nowhere, 0.9)])).best.f1, 0)
    assert.strictEqual(Measures.f1(ranking(truth, [])).best.f1, 0)
  })
})
