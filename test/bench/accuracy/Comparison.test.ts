import { assert, describe, it } from "@effect/vitest"
import * as Bootstrap from "../../../bench/accuracy/Bootstrap.ts"
import * as Coco from "../../../bench/accuracy/Coco.ts"
import * as Comparison from "../../../bench/accuracy/Comparison.ts"
import * as Ensemble from "../../../bench/accuracy/Ensemble.ts"
import * as Plot from "../../../bench/accuracy/Plot.ts"
import * as Report from "../../../bench/accuracy/Report.ts"
import * as Trust from "../../../bench/accuracy/Trust.ts"
import { defaultStrategy } from "../../../src/domain/harmonization/Strategies.ts"

const images = Array.from({ length: 40 }, (_, i) => i + 1)

/** An object on every image, at a place that depends on the image. */
const truth = Coco.groundTruth({
  images: images.map((id) => ({ id })),
  annotations: images.map((id) => ({ image_id: id, category_id: 1, bbox: [id * 10, 0, 100, 100] })),
  categories: [{ id: 1, name: "person" }]
})

/** A detector that finds the object on images of which `finds` holds, and elsewhere sees what is not there. */
const detector = (name: string, finds: (image: number) => boolean) =>
  Ensemble.detector(
    name,
    Coco.predictions(
      images.map((id) => ({
        image_id: id,
        category_id: 1,
        bbox: finds(id) ? [id * 10 + 2, 0, 100, 100] : [name.length * 500, id, 40, 40],
        score: 0.6
      }))
    )
  )

const good = detector("good", () => true)
const fair = detector("fairer", (image) => image % 4 !== 0)
const poor = detector("poor", (image) => image % 5 === 0)

describe("compare", () => {
  const comparison = Comparison.compare({ title: "made up", detectors: [good, fair, poor], truth }, 50)

  it("measures the half that is not tuned on", () => {
    const { report, tuning } = Comparison.split(truth)
    assert.strictEqual(comparison.images, 20)
    assert.deepStrictEqual(
      [...report.images, ...tuning.images].sort((a, b) => a - b),
      images
    )
  })

  it("measures the detectors alone", () => {
    const [best, , least] = comparison.alone
    assert.deepStrictEqual([best?.service, best?.scores.f1], ["good", 100])
    // It claims 20 boxes and finds 4 of 20 objects.
    assert.deepStrictEqual([least?.service, least?.scores.f1], ["poor", 20])
  })

  it("has the mean over choices of detectors and each choice", () => {
    const [quorum] = comparison.rows
    const pairs = quorum!.choices.filter(({ services }) => services.length === 2)
    assert.lengthOf(pairs, 3)
    assert.approximately(
      quorum!.results[1]!.scores.all.ap,
      pairs.reduce((sum, { scores }) => sum + scores.ap, 0) / 3,
      1e-9
    )
  })

  it("bounds the lead by what samples of the images give", () => {
    for (const { ap, bestF1 } of comparison.leads) {
      assert.isAtMost(ap.low, ap.high)
      assert.isAtMost(bestF1.low, bestF1.high)
    }
    assert.isAbove(comparison.leads.find(({ over }) => over === "unanimous")!.ap.low, 0)
  })

  it("is told in a page, in numbers and in a picture", () => {
    const page = Report.document([comparison], 20)
    for (const { name } of comparison.rows) assert.include(page, `| ${name} `)
    assert.strictEqual(JSON.parse(JSON.stringify(Report.numbers(comparison))).rows.length, comparison.rows.length)
    const picture = Plot.plot(comparison)
    assert.match(picture, /^<svg [^>]+>[^]+<\/svg>\n$/)
    assert.notMatch(picture, /NaN|Infinity|undefined/)
  })
})

describe("fromLabels", () => {
  it("trusts the detector that errs least", () => {
    const trust = Trust.fromLabels(defaultStrategy, [good, fair, poor], truth)
    assert.strictEqual(trust["good"], 1)
    assert.isBelow(trust["poor"]!, 1)
  })
})

describe("fromAgreement", () => {
  it("trusts least whom the others seldom join, when errors are independent", () => {
    const { fairer, good: best, poor: least } = Trust.fromAgreement(defaultStrategy, [good, fair, poor], images)
    assert.isBelow(least!, Math.min(best!, fairer!))
    assert.strictEqual(Math.max(best!, fairer!), 1)
  })
})

describe("draw", () => {
  it("draws as many images as there are, the same for the same seed", () => {
    const samples = Bootstrap.draw(30, 20, 7)
    for (const times of samples)
      assert.strictEqual(
        times.reduce((sum, count) => sum + count, 0),
        30
      )
    assert.deepStrictEqual(Bootstrap.draw(30, 20, 7), samples)
    assert.notDeepEqual(Bootstrap.draw(30, 20, 8), samples)
  })
})

describe("interval", () => {
  it("leaves out 2.5 % on either side", () => {
    const numbers = Array.from({ length: 1001 }, (_, i) => 1000 - i)
    assert.deepStrictEqual(Bootstrap.interval(numbers), { low: 25, high: 975 })
  })
})
