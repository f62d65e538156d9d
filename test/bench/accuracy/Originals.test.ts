/** What the original's versions made of the golden pictures when they were run (`original-algorithms.md`, 3.3). */
import { assert, describe, it } from "@effect/vitest"
import { originals } from "../../../bench/accuracy/Originals.ts"
import type { HarmonizationInput } from "../../../src/domain/Harmonization.ts"
import { scene, type Sighting } from "../../support/Scenes.ts"

const row = (...shifts: ReadonlyArray<number>): HarmonizationInput =>
  scene(shifts.map((x, i): Sighting => [["alpha", "beta", "delta"][i]!, [x, 0, 90, 90], 0.9]))

const twice = (...boxes: ReadonlyArray<Sighting[1]>): HarmonizationInput =>
  scene(["alpha", "beta"].flatMap((service) => boxes.map((box): Sighting => [service, box, 0.9])))

const couch = scene([
  ["alpha", [0, 0, 100, 80], 0.6],
  ["beta", [4, 0, 100, 80], 0.6]
])

const cases: ReadonlyArray<readonly [name: string, scene: HarmonizationInput, counts: ReadonlyArray<number>]> = [
  ["A: boxes a third of the width apart", row(0, 30, 60), [1, 1, 2, 1, 1, 3]],
  ["A′: the same, the middle box first", row(30, 0, 60), [1, 1, 1, 1, 1, 3]],
  ["B: two people with IoU .43", twice([0, 0, 100, 200], [40, 0, 100, 200]), [1, 1, 1, 1, 1, 2]],
  ["C: a child inside an adult's box", twice([0, 0, 200, 400], [50, 200, 60, 150]), [2, 1, 2, 1, 1, 1]],
  ["D: one couch, twice .6", couch, [1, 1, 1, 1, 1, 1]],
  ["E: a lone dog of .84", scene([["alpha", [0, 0, 90, 90], 0.84]]), [0, 1, 1, 1, 1, 1]],
  ["G: two birds 18 pixels apart", twice([0, 0, 20, 20], [18, 0, 20, 20]), [2, 2, 2, 1, 1, 1]]
]

describe.each(cases)("%s", (_, scene, counts) => {
  it(`is ${counts.join(", ")} objects to H2 to H7`, () => {
    assert.deepStrictEqual(
      originals.map(({ harmonize }) => harmonize(scene).boxes.length),
      counts
    )
  })
})
