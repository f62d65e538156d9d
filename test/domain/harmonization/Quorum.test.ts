import { assert, describe, it } from "@effect/vitest"
import type { Detection } from "../../../src/domain/Detection.ts"
import type { HarmonizationInput, HarmonizedBox } from "../../../src/domain/Harmonization.ts"
import { quorum } from "../../../src/domain/harmonization/Quorum.ts"
import * as QuorumReference from "../../support/QuorumReference.ts"
import { anyScene, concept, scene } from "../../support/Scenes.ts"

const { harmonize } = quorum()

const namesOf = (members: ReadonlyArray<Detection>): string =>
  members
    .map(({ index, service }) => `${service} ${index}`)
    .sort()
    .join(", ")

const byMembers = <A extends { readonly members: ReadonlyArray<Detection> }>(boxes: ReadonlyArray<A>) =>
  boxes.map((box) => [namesOf(box.members), box] as const).sort(([a], [b]) => (a < b ? -1 : 1))

const agrees = (scene: HarmonizationInput): void => {
  const actual = byMembers<HarmonizedBox>(harmonize(scene).boxes)
  const expected = byMembers(QuorumReference.quorum(scene, 0.6 - 1e-9))
  if (QuorumReference.quorum(scene, 0.6 + 1e-9).length !== expected.length) return
  assert.deepStrictEqual(
    actual.map(([members, { status }]) => [members, status === "confirmed"]),
    expected.map(([members, { confirmed }]) => [members, confirmed])
  )
  for (const [i, [, { box, evidence }]] of actual.entries()) {
    const reference = expected[i]![1]
    const edges = [box.x, box.y, box.x + box.width, box.y + box.height]
    for (const [k, edge] of edges.entries()) assert.approximately(edge, reference.edges[k]!, 1e-9)
    assert.strictEqual(evidence, reference.evidence)
  }
}

describe("quorum", () => {
  it("averages two agreeing boxes by confidence and adds up their evidence", () => {
    const { boxes, rejected } = harmonize(
      scene([
        ["alpha", [0, 0, 100, 100], 0.8],
        ["beta", [14, 7, 100, 100], 0.6]
      ])
    )
    assert.lengthOf(boxes, 1)
    assert.isEmpty(rejected)
    const [{ box, confidence, dissenters, evidence, services, status }] = boxes as [HarmonizedBox]
    assert.approximately(box.x, 6, 1e-9)
    assert.approximately(box.y, 3, 1e-9)
    assert.approximately(box.width, 100, 1e-9)
    assert.approximately(evidence, 1 - 0.2 * 0.4, 1e-12)
    assert.approximately(confidence, 0.7, 1e-12)
    assert.deepStrictEqual([services, dissenters, status], [["alpha", "beta"], [], "confirmed"])
  })

  it("listens less to the member that agrees least", () => {
    const { boxes } = harmonize(
      scene([
        ["alpha", [0, 0, 100, 100], 0.5],
        ["beta", [10, 0, 100, 100], 0.5],
        ["delta", [30, 0, 100, 100], 0.5]
      ])
    )
    // IoU 9/11, 7/13 and 2/3; mean agreements .67832, .74242, .60256; to the fourth .21171, .30381, .13183.
    assert.lengthOf(boxes, 1)
    assert.approximately(boxes[0]!.box.x, (10 * 0.30381 + 30 * 0.13183) / 0.64735, 1e-3)
  })

  it("keeps two people apart whom every service sees as two", () => {
    const { boxes } = harmonize(
      scene(
        ["alpha", "beta", "delta"].flatMap((service) => [
          [service, [0, 0, 100, 200], 0.9] as const,
          [service, [40, 0, 100, 200], 0.8] as const
        ])
      )
    )
    assert.deepStrictEqual(
      boxes.map(({ box, services }) => [box.x, services.length]),
      [
        [0, 3],
        [40, 3]
      ]
    )
  })

  it("takes a service's second box on one object for a duplicate, not for a vote", () => {
    const { boxes, rejected } = harmonize(
      scene(
        [
          ["alpha", [0, 0, 100, 100], 0.9],
          ["alpha", [5, 0, 100, 100], 0.8]
        ],
        ["beta"]
      )
    )
    assert.lengthOf(boxes, 1)
    assert.deepStrictEqual(namesOf(boxes[0]!.members), "alpha 0")
    assert.deepStrictEqual(
      rejected.map(({ detection, reason, rule }) => [detection.index, rule, reason]),
      [[1, "duplicate", "repeats prediction 0 of alpha, confidence 0.9"]]
    )
  })

  it("rejects the members of a box that overlaps a stronger one", () => {
    const { boxes, rejected } = harmonize(
      scene([
        ["alpha", [0, 0, 100, 100], 0.9],
        ["alpha", [26, 0, 100, 100], 0.8],
        ["beta", [14, 0, 100, 100], 0.9],
        ["beta", [-14, 0, 100, 100], 0.3]
      ])
    )
    // The second of alpha and the first of beta are one object near x = 20, the others one near x = -4: IoU 0.62.
    assert.deepStrictEqual(
      boxes.map(({ members }) => namesOf(members)),
      ["alpha 1, beta 0"]
    )
    assert.deepStrictEqual(
      rejected.map(({ detection, reason, rule }) => [namesOf([detection]), rule, reason]),
      [
        ["alpha 0", "overlap", "overlaps a stronger box of alpha, beta"],
        ["beta 1", "overlap", "overlaps a stronger box of alpha, beta"]
      ]
    )
  })

  it("outvotes a weak box that two services do not see, and keeps it", () => {
    const [box] = harmonize(scene([["alpha", [0, 0, 10, 10], 0.6]], ["beta", "delta"])).boxes
    assert.deepStrictEqual([box?.status, box?.dissenters], ["tentative", ["beta", "delta"]])
  })

  it("lets a service abstain on what it cannot name", () => {
    const seen = scene([["alpha", [0, 0, 10, 10], 0.3]], ["beta"])
    const reporters = seen.reporters.map((reporter) => ({ ...reporter, vocabulary: new Set([concept("dog")]) }))
    const [box] = harmonize({ ...seen, reporters }).boxes
    assert.deepStrictEqual([box?.status, box?.dissenters], ["confirmed", []])
  })

  it("weighs what a service says by its trust, and its dissent too", () => {
    const seen = scene([
      ["alpha", [0, 0, 100, 100], 0.8],
      ["beta", [10, 0, 100, 100], 0.8]
    ])
    const trusted = (trusts: Readonly<Record<string, number>>): HarmonizationInput => ({
      ...seen,
      reporters: seen.reporters.map((reporter) => ({ ...reporter, trust: trusts[reporter.service] }))
    })
    const [box] = harmonize(trusted({ alpha: 1, beta: 0.25 })).boxes
    assert.approximately(box!.box.x, 2, 1e-9)
    assert.approximately(box!.evidence, 1 - 0.2 * 0.8, 1e-12)
    assert.approximately(box!.confidence, 0.8, 1e-12)
  })

  it("gives nothing for nothing", () => {
    assert.deepStrictEqual(harmonize({ detections: [], reporters: [] }), { boxes: [], rejected: [] })
    assert.deepStrictEqual(harmonize(scene([], ["alpha"])), { boxes: [], rejected: [] })
  })

  it("says why a detection is invalid", () => {
    const { rejected } = harmonize(
      scene([
        ["alpha", [0, 0, 0, 10], 0.5],
        ["alpha", [0, 0, 10, 10], Number.NaN],
        ["alpha", [0, 0, 10, 10], 1.5]
      ])
    )
    assert.deepStrictEqual(rejected.map(({ reason }) => reason).sort(), [
      "box (0, 0) of size 0 x 10 has no area or no place in an image",
      "confidence 1.5 is outside [0, 1]",
      "confidence NaN is outside [0, 1]"
    ])
  })

  it.prop("agrees with brute force over all pairs", [anyScene], ([scene]) => agrees(scene), {
    arbitrary: { runs: 500 }
  })
})
