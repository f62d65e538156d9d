import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import * as Statistics from "../../../src/domain/archive/Statistics.ts"
import { serviceId, shuffled } from "../../support/Facts.ts"

const names = ["detr", "rtdetr", "yolo"].map(serviceId)

/** Each detector agrees, dissents or abstains. */
const verdict = Arbitrary.map(
  Arbitrary.all([
    Arbitrary.array(Arbitrary.schema(Schema.Literals(["aye", "no", "abstains"])), { minLength: 3, maxLength: 3 }),
    Arbitrary.schema(Schema.Literals(["confirmed", "tentative"])),
    Arbitrary.schema(Schema.Literals([1, 2, 30]))
  ]),
  ([votes, status, boxes]): Statistics.Verdict => ({
    agreeing: names.filter((_, i) => votes[i] === "aye"),
    dissenting: names.filter((_, i) => votes[i] === "no"),
    status,
    boxes
  })
)
const verdicts = Arbitrary.array(verdict, { maxLength: 8 })

const of = (
  agreeing: ReadonlyArray<string>,
  dissenting: ReadonlyArray<string>,
  status: Statistics.Verdict["status"],
  boxes: number
): Statistics.Verdict => ({ agreeing: agreeing.map(serviceId), dissenting: dissenting.map(serviceId), status, boxes })

describe("Statistics", () => {
  it("counts who agrees with whom, and who was outvoted", () => {
    const judged = [
      of(["detr", "yolo"], ["rtdetr"], "confirmed", 10),
      of(["rtdetr"], ["detr", "yolo"], "tentative", 3),
      of(["detr", "rtdetr", "yolo"], [], "confirmed", 5),
      of(["yolo"], [], "tentative", 1)
    ]
    assert.deepStrictEqual(
      Statistics.pairsOf(judged).map(({ apart, services, together }) => [...services, together, apart]),
      [
        ["detr", "rtdetr", 5, 13],
        ["detr", "yolo", 15, 0],
        ["rtdetr", "yolo", 5, 13]
      ]
    )
    assert.deepStrictEqual(Statistics.detectorsOf(judged), [
      { service: names[0]!, seen: 15, outvoted: 0, missed: 0 },
      { service: names[1]!, seen: 8, outvoted: 3, missed: 10 },
      { service: names[2]!, seen: 16, outvoted: 0, missed: 0 }
    ])
    assert.strictEqual(Statistics.agreementOf({ together: 5, apart: 15 }), 0.25)
    assert.isUndefined(Statistics.agreementOf({ together: 0, apart: 0 }))
  })

  it.prop("counts the same in any order, and box by box", [verdicts, Schema.Int], ([judged, seed]) => {
    const single = shuffled(
      judged.flatMap(({ boxes, ...verdict }) => Array.from({ length: boxes }, () => ({ ...verdict, boxes: 1 }))),
      seed
    )
    assert.deepStrictEqual(Statistics.pairsOf(single), Statistics.pairsOf(judged))
    assert.deepStrictEqual(Statistics.detectorsOf(single), Statistics.detectorsOf(judged))
  })

  it.prop("counts every vote once", [verdicts], ([judged]) => {
    const total = (of: (verdict: Statistics.Verdict) => number) =>
      judged.reduce((sum, verdict) => sum + verdict.boxes * of(verdict), 0)
    const pairs = Statistics.pairsOf(judged)
    const records = Statistics.detectorsOf(judged)
    assert.strictEqual(
      pairs.reduce((sum, { together }) => sum + together, 0),
      total(({ agreeing: { length } }) => (length * (length - 1)) / 2)
    )
    assert.strictEqual(
      pairs.reduce((sum, { apart }) => sum + apart, 0),
      total(({ agreeing, dissenting }) => agreeing.length * dissenting.length)
    )
    assert.strictEqual(
      records.reduce((sum, { seen }) => sum + seen, 0),
      total(({ agreeing }) => agreeing.length)
    )
    for (const { outvoted, seen } of records) assert.isAtMost(outvoted, seen)
  })

  it("tells times to a fifth", () => {
    const durations = [0.5, 1, 1.1, 2, 9].map((seconds) => ({
      step: Math.floor(Math.log(seconds) / Math.log(Statistics.growth)),
      answers: 1
    }))
    assert.closeTo(Statistics.percentile(durations, 0.5)!, 1.1, 0.22)
    assert.closeTo(Statistics.percentile(durations, 0.95)!, 9, 1.8)
    assert.isUndefined(Statistics.percentile([], 0.5))
  })
})
