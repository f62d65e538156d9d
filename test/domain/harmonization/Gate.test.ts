import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Gate from "../../../src/domain/harmonization/Gate.ts"
import { defaults } from "../../../src/domain/harmonization/Quorum.ts"

const demand: Gate.Demand = { base: defaults.gateBase, step: defaults.gateStep, most: defaults.gateMost }

const status = (
  gate: Gate.Gate,
  evidence: number,
  votes: number,
  dissenters: number,
  dissent = dissenters,
  seconded = votes > 1 ? 1 : 0
) => Gate.decide(gate, demand, { evidence, votes, dissenters, dissent, seconded }).status

const count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 6 }))
const share = Schema.Literals([0, 0.1, 0.25, 0.3, 0.45, 0.5, 0.65, 0.8, 0.85, 0.9, 1])

describe("decide", () => {
  it("asks for 0.45, 0.65, 0.85 and at most 0.9 with one, two, three and more dissenters", () => {
    const needed = [0.45, 0.65, 0.85, 0.9, 0.9]
    for (const [i, evidence] of needed.entries()) {
      assert.strictEqual(status("democratic", evidence, 1, i + 1), "confirmed")
      assert.strictEqual(status("democratic", evidence - 0.001, 1, i + 1), "tentative")
    }
  })

  it("asks for nothing when nobody dissents, or only services without trust", () => {
    for (const gate of Gate.Gate.literals) assert.strictEqual(status(gate, 0, 1, 0), "confirmed")
    assert.strictEqual(status("democratic", 0.1, 1, 2, 0), "confirmed")
  })

  it("asks for less when dissenters are trusted less", () => {
    assert.strictEqual(status("democratic", 0.4, 1, 1), "tentative")
    assert.strictEqual(status("democratic", 0.4, 1, 1, 0.5), "confirmed")
  })

  it("asks for 0.45 when two agree, for less when the second is trusted less", () => {
    assert.strictEqual(status("democratic", 0.44, 2, 0), "tentative")
    assert.strictEqual(status("democratic", 0.45, 2, 0), "confirmed")
    assert.strictEqual(status("democratic", 0.4, 2, 0, 0, 0.5), "confirmed")
    assert.strictEqual(status("democratic", 0, 2, 0, 0, 0), "confirmed")
    assert.strictEqual(
      Gate.decide("democratic", demand, { evidence: 0.3, votes: 2, dissenters: 0, dissent: 0, seconded: 1 }).reason,
      "2 services see it, and none that knows the concept dissents; evidence 0.30 is below 0.45"
    )
  })

  it.prop(
    "takes no confirmation away when a dissenter of any trust votes instead",
    [share, Schema.Array(share), Schema.Array(share), share],
    ([evidence, voters, dissenters, trust]) => {
      const decide = (voters: ReadonlyArray<number>, dissenters: ReadonlyArray<number>) =>
        status(
          "democratic",
          evidence,
          voters.length,
          dissenters.length,
          dissenters.reduce((sum, each) => sum + each, 0),
          voters.toSorted((a, b) => b - a)[1] ?? 0
        )
      const before = decide([1, ...voters], [...dissenters, trust])
      assert.isTrue(before === "tentative" || decide([1, ...voters, trust], dissenters) === "confirmed")
    }
  )

  it("counts votes for the other gates", () => {
    assert.strictEqual(status("affirmative", 0, 1, 5), "confirmed")
    assert.strictEqual(status("majority", 1, 1, 1), "tentative")
    assert.strictEqual(status("majority", 0, 2, 1), "confirmed")
    assert.strictEqual(status("unanimous", 1, 4, 1), "tentative")
  })

  it("says in words what was decided", () => {
    const verdict = Gate.decide("democratic", demand, {
      evidence: 0.5,
      votes: 1,
      dissenters: 2,
      dissent: 2,
      seconded: 0
    })
    assert.deepStrictEqual(verdict, {
      status: "tentative",
      reason: "outvoted: 1 of 3 services see it; evidence 0.50 is below 0.65"
    })
  })

  it.prop(
    "never takes a confirmation away for more evidence or for a vote instead of a dissent",
    [Gate.Gate, share, share, count, count],
    ([gate, evidence, more, votes, dissenters]) => {
      const before = status(gate, evidence, votes, dissenters + 1)
      const after = [
        status(gate, Math.max(evidence, more), votes, dissenters + 1),
        status(gate, evidence, votes + 1, dissenters)
      ]
      assert.isTrue(before === "tentative" || after.every((status) => status === "confirmed"))
    }
  )
})
