import { assert, describe, it } from "@effect/vitest"
import type { Detection } from "../../../src/domain/Detection.ts"
import type { HarmonizationInput, HarmonizedBox } from "../../../src/domain/Harmonization.ts"
import { quorum } from "../../../src/domain/harmonization/Quorum.ts"
import * as QuorumReference from "../../support/QuorumReference.ts"
import { anyScene } from "../../support/Scenes.ts"

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
  it.prop("agrees with brute force over all pairs", [anyScene], ([scene]) => agrees(scene), {
    arbitrary: { runs: 500 }
  })
})
