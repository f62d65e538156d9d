import { assert, describe, it } from "@effect/vitest"
import type { Strategy } from "../../../src/domain/Harmonization.ts"
import { nonMaximumSuppression } from "../../../src/domain/harmonization/NonMaximumSuppression.ts"
import { softNonMaximumSuppression } from "../../../src/domain/harmonization/SoftNonMaximumSuppression.ts"
import { crossServiceClusteringV1 } from "../../../src/domain/harmonization/Strategies.ts"
import * as Voting from "../../../src/domain/harmonization/Voting.ts"
import { weightedBoxesFusion } from "../../../src/domain/harmonization/WeightedBoxesFusion.ts"
import { scene } from "../../support/Scenes.ts"

/** Two sightings of one person (IoU .818) and, further right, one of another. Four services have reported. */
const people = scene(
  [
    ["alpha", [0, 0, 100, 100], 0.8],
    ["beta", [10, 0, 100, 100], 0.6],
    ["delta", [500, 0, 100, 100], 0.5]
  ],
  ["omega"]
)

const boxes = ({ harmonize }: Strategy, input = people) =>
  harmonize(input).boxes.map(({ box, evidence, services }) => [
    Number(box.x.toFixed(3)),
    Number(evidence.toFixed(4)),
    services.join(" ")
  ])

const rejections = ({ harmonize }: Strategy) =>
  harmonize(people).rejected.map(({ detection, reason, rule }) => [detection.service, rule, reason])

describe("nms", () => {
  it("keeps the most confident of overlapping boxes as it is", () => {
    assert.deepStrictEqual(boxes(nonMaximumSuppression()), [
      [0, 0.8, "alpha"],
      [500, 0.5, "delta"]
    ])
    assert.deepStrictEqual(rejections(nonMaximumSuppression()), [["beta", "overlap", "overlaps prediction 0 of alpha"]])
  })

  it("keeps both below its threshold", () => {
    assert.lengthOf(boxes(nonMaximumSuppression({ overlapIou: 0.9 })), 3)
  })
})

describe("soft_nms", () => {
  it("multiplies the weaker of two overlapping boxes by exp(-iou^2 / sigma)", () => {
    const decayed = 0.6 * Math.exp(-((90 / 110) ** 2) / 0.5)
    assert.deepStrictEqual(boxes(softNonMaximumSuppression()), [
      [0, 0.8, "alpha"],
      [500, 0.5, "delta"],
      [10, Number(decayed.toFixed(4)), "beta"]
    ])
  })

  it("drops what falls below its minimum", () => {
    const [rejected] = rejections(softNonMaximumSuppression({ minEvidence: 0.2 }))
    assert.deepStrictEqual(rejected, ["beta", "low-confidence", "evidence 0.16 is below 0.2"])
  })
})

describe("wbf", () => {
  it("averages boxes by confidence, and scores by the share of services in the box", () => {
    const x = (10 * 0.6) / (0.8 + 0.6)
    assert.deepStrictEqual(boxes(weightedBoxesFusion()), [
      [Number(x.toFixed(3)), (0.7 * 2) / 4, "alpha beta"],
      [500, 0.5 / 4, "delta"]
    ])
  })
})

describe("voting", () => {
  it("keeps groups of one, of more than half, or of all services", () => {
    const trio = scene([
      ["alpha", [0, 0, 100, 100], 0.8],
      ["beta", [10, 0, 100, 100], 0.6],
      ["beta", [300, 0, 100, 100], 0.6],
      ["delta", [600, 0, 100, 100], 0.9],
      ["delta", [5, 0, 100, 100], 0.3],
      ["alpha", [300, 0, 100, 100], 0.2]
    ])
    const group = [0, 0.8, "alpha beta delta"]
    const pair = [300, 0.6, "alpha beta"]
    assert.deepStrictEqual(boxes(Voting.affirmative(), trio), [[600, 0.9, "delta"], group, pair])
    assert.deepStrictEqual(boxes(Voting.consensus(), trio), [group, pair])
    assert.deepStrictEqual(boxes(Voting.unanimous(), trio), [group])
  })

  it("rejects the members of a group that fails as outvoted", () => {
    assert.deepStrictEqual(rejections(Voting.consensus()), [
      ["alpha", "outvoted", "2 of 4 services see it"],
      ["beta", "outvoted", "2 of 4 services see it"],
      ["delta", "outvoted", "1 of 4 services see it"]
    ])
  })
})

describe("cross_service_clustering_v1", () => {
  it("takes the hull of what overlaps the seed and the mean confidence, and drops what is alone and unsure", () => {
    assert.deepStrictEqual(boxes(crossServiceClusteringV1), [[0, 0.7, "alpha beta"]])
    assert.strictEqual(crossServiceClusteringV1.harmonize(people).boxes[0]?.box.width, 110)
    assert.deepStrictEqual(rejections(crossServiceClusteringV1), [["delta", "low-confidence", "alone and below 0.85"]])
  })

  it("keeps one detection of each service", () => {
    const crowd = scene([
      ["alpha", [0, 0, 100, 200], 0.95],
      ["alpha", [50, 0, 100, 200], 0.94]
    ])
    assert.deepStrictEqual(boxes(crossServiceClusteringV1, crowd), [[0, 0.95, "alpha"]])
  })
})
