/**
 * The hand-made pictures on which the original system's versions were compared.
 *
 * "A" to "J" are the names of the reference (`original-algorithms.md`, 3.3); what the specification's version gave there
 * was found by running it, and is what `cross_service_clustering_v1` must give here.
 */
import { assert, describe, it } from "@effect/vitest"
import type { HarmonizationInput, Strategy } from "../../../src/domain/Harmonization.ts"
import { crossServiceClusteringV1, defaultStrategy } from "../../../src/domain/harmonization/Strategies.ts"
import { type Edges, scene, type Sighting } from "../../support/Scenes.ts"

const seenBy = (services: ReadonlyArray<string>, boxes: ReadonlyArray<Edges>, label: string): HarmonizationInput =>
  scene(services.flatMap((service) => boxes.map((edges): Sighting => [service, edges, 0.9, label])))

const shifted = (shifts: readonly [number, number, number]): HarmonizationInput =>
  scene(shifts.map((x, i): Sighting => [["alpha", "beta", "delta"][i]!, [x, 0, 90, 90], 0.9]))

interface Case {
  readonly name: string
  readonly scene: HarmonizationInput
  /** How many objects there are, and how many each strategy finds. */
  readonly truth: number
  readonly v1: number
  readonly quorum: number
}

const cases: ReadonlyArray<Case> = [
  // The outer two share a fifth. Which two are one object is a toss-up; that all three are would take a chain.
  { name: "A: one object, boxes a third of the width apart", scene: shifted([0, 30, 60]), truth: 1, v1: 2, quorum: 2 },
  { name: "A′: the same, the middle box first", scene: shifted([30, 0, 60]), truth: 1, v1: 1, quorum: 2 },
  {
    name: "B: two people with IoU .43, each seen by three services",
    scene: seenBy(
      ["alpha", "beta", "delta"],
      [
        [0, 0, 100, 200],
        [40, 0, 100, 200]
      ],
      "person"
    ),
    truth: 2,
    v1: 1,
    quorum: 2
  },
  {
    name: "C: a child inside an adult's box",
    scene: seenBy(
      ["alpha", "beta"],
      [
        [0, 0, 200, 400],
        [50, 200, 60, 150]
      ],
      "person"
    ),
    truth: 2,
    v1: 2,
    quorum: 2
  },
  {
    name: "D: a couch to one service, a chair to the other",
    scene: scene([
      ["alpha", [0, 0, 100, 80], 0.6, "couch", "chair"],
      ["beta", [4, 0, 100, 80], 0.6, "chair", "chair"]
    ]),
    truth: 1,
    v1: 0,
    quorum: 1
  },
  { name: "E: a lone dog of .84", scene: scene([["alpha", [0, 0, 90, 90], 0.84, "dog"]]), truth: 1, v1: 0, quorum: 1 },
  {
    name: "G: two birds of 20 pixels, 18 pixels apart",
    scene: seenBy(
      ["alpha", "beta"],
      [
        [0, 0, 20, 20],
        [18, 0, 20, 20]
      ],
      "bird"
    ),
    truth: 2,
    v1: 2,
    quorum: 2
  },
  {
    name: "J: two classes without an emoji on the same pixels",
    scene: scene([
      ["alpha", [0, 0, 90, 90], 0.9, "dining table"],
      ["beta", [0, 0, 90, 90], 0.9, "toaster"]
    ]),
    truth: 2,
    v1: 2,
    quorum: 2
  }
]

const count = ({ harmonize }: Strategy, scene: HarmonizationInput): number => harmonize(scene).boxes.length

describe.each(cases)("$name", ({ quorum, scene, truth, v1 }) => {
  it(`is ${quorum} of ${truth} to quorum`, () => {
    assert.strictEqual(count(defaultStrategy, scene), quorum)
  })

  it(`is ${v1} of ${truth} to the specification's version`, () => {
    assert.strictEqual(count(crossServiceClusteringV1, scene), v1)
  })
})

describe("I: the same pixels, a dog to one service and a cat to the other", () => {
  const contested = scene([
    ["alpha", [0, 0, 90, 90], 0.6, "dog"],
    ["beta", [0, 0, 90, 90], 0.9, "cat"]
  ])

  it("is both to quorum, the dog a tie it leaves to the consensus", () => {
    assert.deepStrictEqual(
      defaultStrategy.harmonize(contested).boxes.map(({ concept, status }) => [concept, status]),
      [
        ["cat", "confirmed"],
        ["dog", "confirmed"]
      ]
    )
  })

  it("is only a cat to the specification's version", () => {
    assert.deepStrictEqual(
      crossServiceClusteringV1.harmonize(contested).boxes.map(({ concept }) => concept),
      ["cat"]
    )
  })
})
