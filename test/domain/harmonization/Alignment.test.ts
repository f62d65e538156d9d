import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import * as Alignment from "../../../src/domain/harmonization/Alignment.ts"
import { defaultStrategy } from "../../../src/domain/harmonization/Strategies.ts"
import { box, type Edges, scene, serviceId } from "../../support/Scenes.ts"

const whole = (minimum: number, maximum: number) =>
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum, maximum })))
const share = whole(-40, 40).pipe(Arbitrary.map((n) => n / 100))
const offsets: Arbitrary.Arbitrary<Alignment.Offsets> = Arbitrary.all([share, share, share, share]).pipe(
  Arbitrary.map(([left, top, right, bottom]) => ({ left, top, right, bottom }))
)
const anyBox = Arbitrary.all([whole(-500, 500), whole(-500, 500), whole(1, 500), whole(1, 500)]).pipe(
  Arbitrary.map(box)
)

/** What a service sends that is off by the offsets, seen from where the box belongs: the inverse of `move`. */
const drawn = (truth: Edges, { bottom = 0, left = 0, right = 0, top = 0 }: Alignment.Offsets) => {
  const [x, y, w, h] = truth
  const width = w / (1 + left - right)
  const height = h / (1 + top - bottom)
  return { x: x + left * width, y: y + top * height, width, height }
}

const pairsOff = (by: Alignment.Offsets, count: number): ReadonlyArray<Alignment.Pair> =>
  Array.from({ length: count }, (_, i) => {
    const truth: Edges = [i * 7, i * 3, 40 + (i % 9) * 20, 60 + (i % 7) * 30]
    return { box: drawn(truth, by), reference: box(truth) }
  })

describe("move", () => {
  it("moves each edge back by its share of the box", () => {
    const moved = Alignment.move(box([100, 200, 80, 40]), { left: 0.125, top: -0.25, right: -0.125 })
    assert.deepStrictEqual({ ...moved }, { x: 90, y: 210, width: 100, height: 30 })
  })

  it.prop("leaves a box its area, and none where it is without offsets", [anyBox, offsets], ([it, offsets]) => {
    const moved = Alignment.move(it, offsets)
    assert.isAbove(moved.width, it.width * 0.19)
    assert.isAbove(moved.height, it.height * 0.19)
    assert.deepStrictEqual({ ...Alignment.move(it, {}) }, it)
  })
})

describe("learn", () => {
  it("finds the median offset, shrunk by n / (n + 20)", () => {
    const by = { left: 0.1, top: 0.12, right: -0.09 }
    const learned = Alignment.learn(pairsOff(by, 180))
    assert.deepStrictEqual(Object.keys(learned), ["left", "top", "right"])
    for (const edge of ["left", "top", "right"] as const) {
      assert.approximately(learned[edge]!, by[edge] * 0.9, 0.0006)
    }
  })

  it("takes less than 2 % for noise, and is not convinced by two objects", () => {
    assert.deepStrictEqual(Alignment.learn(pairsOff({ left: 0.02, top: -0.015 }, 100)), {})
    assert.deepStrictEqual(Alignment.learn(pairsOff({ left: 0.2 }, 2)), {})
    assert.deepStrictEqual(Alignment.learn([]), {})
  })

  it.prop("learns nothing of a service that draws as the reference does", [Arbitrary.array(anyBox)], ([boxes]) => {
    assert.deepStrictEqual(Alignment.learn(boxes.map((it) => ({ box: it, reference: it }))), {})
  })

  it.prop(
    "does not depend on the order of the objects, nor on their scale",
    [Arbitrary.array(anyBox), offsets],
    ([boxes, by]) => {
      const pairs = boxes.map((it) => ({ box: Alignment.move(it, by), reference: it }))
      const twice = ({ box: one, reference }: Alignment.Pair): Alignment.Pair => {
        const double = (it: typeof one) => ({ x: 2 * it.x, y: 2 * it.y, width: 2 * it.width, height: 2 * it.height })
        return { box: double(one), reference: double(reference) }
      }
      assert.deepStrictEqual(Alignment.learn(pairs.toReversed().map(twice)), Alignment.learn(pairs))
    }
  )

  it("is not led astray by a third of wrong pairs", () => {
    const wrong = pairsOff({ left: 0.4, bottom: -0.4 }, 60)
    const learned = Alignment.learn([...pairsOff({ left: 0.1 }, 180), ...wrong])
    assert.approximately(learned.left!, 0.1, 0.02)
    assert.isUndefined(learned.bottom)
  })
})

describe("deviation", () => {
  it("is what a service is off from every other one in the same direction, at least", () => {
    const off = [pairsOff({ left: 0.1, top: 0.1, right: 0.1 }, 180), pairsOff({ left: 0.05, top: -0.1 }, 180)]
    const { left, ...others } = Alignment.deviation(off)
    assert.approximately(left!, 0.05 * 0.9, 0.0006)
    assert.deepStrictEqual(others, {})
    assert.deepStrictEqual(Object.keys(Alignment.deviation([pairsOff({ right: -0.2 }, 180)])), ["right"])
  })

  it("leaves out whom it shares few objects with, and is none without anyone else", () => {
    assert.deepStrictEqual(Alignment.deviation([pairsOff({ left: 0.2 }, 29)]), {})
    assert.deepStrictEqual(Alignment.deviation([]), {})
    const [few, many] = [pairsOff({}, 29), pairsOff({ left: 0.2 }, 200)]
    assert.deepStrictEqual(Object.keys(Alignment.deviation([few, many])), ["left"])
  })
})

describe("propose", () => {
  it("says what the offsets are worth on objects they were not learned from", () => {
    const { iou, objects, offsets } = Alignment.propose(pairsOff({ left: 0.1, top: 0.1 }, 400))
    assert.strictEqual(objects, 400)
    assert.deepStrictEqual(Object.keys(offsets), ["left", "top"])
    assert.isBelow(iou.before, 0.85)
    assert.isAbove(iou.after, 0.97)
  })

  it("proposes nothing, and gains nothing, where nothing is off or known", () => {
    assert.deepStrictEqual(Alignment.propose(pairsOff({}, 50)), {
      objects: 50,
      offsets: {},
      iou: { before: 1, after: 1 }
    })
    assert.deepStrictEqual(Alignment.propose([]), { objects: 0, offsets: {}, iou: { before: 0, after: 0 } })
  })
})

describe("pairsOf", () => {
  it("has what both drew of one object, as they sent it, also when one was moved", () => {
    const sightings = scene([
      ["alpha", [10, 0, 80, 100], 0.9],
      ["beta", [0, 0, 100, 100], 0.8],
      ["alpha", [500, 0, 80, 100], 0.9]
    ])
    const reporters = sightings.reporters.map((reporter) =>
      reporter.service === "alpha" ? { ...reporter, align: { left: 0.125, right: -0.125 } } : reporter
    )
    for (const input of [sightings, { ...sightings, reporters }]) {
      const { boxes } = defaultStrategy.harmonize(input)
      assert.deepStrictEqual<unknown>(Alignment.pairsOf(boxes, "alpha", "beta"), [
        { box: box([10, 0, 80, 100]), reference: box([0, 0, 100, 100]) }
      ])
      assert.isEmpty(Alignment.pairsOf(boxes, "alpha", "gamma"))
    }
  })
})

describe("a strategy", () => {
  const sightings = scene([
    ["alpha", [10, 0, 80, 100], 0.9],
    ["beta", [0, 0, 100, 100], 0.9]
  ])
  const reporters = [
    { service: serviceId("alpha"), align: { left: 0.125, right: -0.125 } },
    { service: serviceId("beta") }
  ]

  it("fuses the moved boxes, and keeps what the service sent", () => {
    const [fused] = defaultStrategy.harmonize({ ...sightings, reporters }).boxes
    assert.deepStrictEqual({ ...fused!.box }, { x: 0, y: 0, width: 100, height: 100 })
    const [alpha, beta] = fused!.members.toSorted((a, b) => (a.service < b.service ? -1 : 1))
    assert.deepStrictEqual(alpha!.recorded, imageBox(box([10, 0, 80, 100])))
    assert.isUndefined(beta!.recorded)
    assert.deepStrictEqual(Alignment.movedEdges(alpha!), [
      { edge: "left", by: -10 },
      { edge: "right", by: 10 }
    ])
    assert.isEmpty(Alignment.movedEdges(beta!))
  })

  it("leaves an object without change when its offsets are 0", () => {
    const still = reporters.map((reporter) => ({ ...reporter, align: { left: 0, top: 0 } }))
    assert.deepStrictEqual(
      defaultStrategy.harmonize({ ...sightings, reporters: still }),
      defaultStrategy.harmonize(sightings)
    )
  })
})
