import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as RawDetections from "../../../../farm/models/decoding/RawDetections.ts"
import * as BoundingBox from "#domain/BoundingBox"

const whole = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const candidates = Arbitrary.schema(
  Schema.Array(
    Schema.Struct({
      label: whole(0, 2),
      confidence: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
      box: Schema.Struct({ x: whole(0, 20), y: whole(0, 20), width: whole(0, 15), height: whole(0, 15) })
    })
  ).check(Schema.isMaxLength(30))
)

describe("suppress", () => {
  it.prop("keeps no two boxes of a class that overlap more than allowed", [candidates], ([all]) => {
    const kept = RawDetections.suppress(all, { overlap: 0.4 })
    kept.forEach((a, index) =>
      kept.slice(index + 1).forEach((b) => assert.isFalse(a.label === b.label && BoundingBox.iou(a.box, b.box) > 0.4))
    )
  })

  it.prop("drops only what a better one of its class hides", [candidates], ([all]) => {
    const kept = RawDetections.suppress(all, { overlap: 0.4 })
    for (const candidate of all.filter((candidate) => !kept.includes(candidate))) {
      assert.isTrue(
        kept.some(
          (other) =>
            other.label === candidate.label &&
            other.confidence >= candidate.confidence &&
            BoundingBox.iou(other.box, candidate.box) > 0.4
        )
      )
    }
  })

  it.prop("does not depend on the order of what was found", [candidates], ([all]) => {
    assert.deepStrictEqual(
      RawDetections.suppress(all.toReversed(), { overlap: 0.4 }),
      RawDetections.suppress(all, { overlap: 0.4 })
    )
  })

  it.prop("keeps at most so many, the best", [candidates], ([all]) => {
    assert.deepStrictEqual(
      RawDetections.suppress(all, { overlap: 0.4, most: 3 }),
      RawDetections.suppress(all, { overlap: 0.4, most: 100 }).slice(0, 3)
    )
  })
})
