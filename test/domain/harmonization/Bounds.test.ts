/** What a hostile or broken detector can cost: the number of its detections that count, and the time they take. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import type { HarmonizationInput } from "../../../src/domain/Harmonization.ts"
import { mostPerService } from "../../../src/domain/harmonization/Candidates.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import { milliseconds } from "../../support/Processor.ts"
import { type Edges, scene, services, shuffled } from "../../support/Scenes.ts"

const { harmonize } = Strategies.defaultStrategy

const seen = (service: string, count: number, place: (i: number) => Edges): HarmonizationInput =>
  scene(Array.from({ length: count }, (_, i) => [service, place(i), (i % 1000) / 1000]))

const together = (...scenes: ReadonlyArray<HarmonizationInput>): HarmonizationInput => ({
  detections: scenes.flatMap(({ detections }) => detections),
  reporters: scenes.flatMap(({ reporters }) => reporters)
})

const equal = (): Edges => [100, 100, 80, 60]
const column = (i: number): Edges => [0, i * 12, 11, 11]
const grid = (i: number): Edges => [(i % 142) * 12, Math.floor(i / 142) * 12, 11, 11]
/** Every box overlaps the next by more than half and less than a repetition. */
const chain = (i: number): Edges => [i * 28, 0, 100, 100]
/** The same, the services side by side, so that nearly all of it is one component. */
const shifted =
  (by: number) =>
  (i: number): Edges => [i * 28 + by, 0, 100, 100]

describe("harmonize", () => {
  const layouts = { equal, column, grid, chain }
  for (const name of Strategies.names) {
    const strategy = Result.getOrThrow(Strategies.fromConfig(name))
    it.each(Object.keys(layouts) as Array<keyof typeof layouts>)(
      `takes less than a second for 20,000 boxes of a service with ${name}: %s`,
      (layout) => {
        const many = seen("alpha", 20_000, layouts[layout])
        assert.isBelow(
          milliseconds(() => strategy.harmonize(many)),
          1000
        )
      }
    )
  }

  it("takes at most quadratic time for boxes that a chain of overlaps connects", () => {
    const chained = (count: number) => together(...services.map((service, k) => seen(service, count, shifted(k * 5))))
    const fastest = (count: number) => {
      const scene = chained(count)
      return Math.min(...Array.from({ length: 5 }, () => milliseconds(() => harmonize(scene))))
    }
    fastest(mostPerService / 4)
    // Four times as long is quadratic, eight times cubic.
    assert.isBelow(fastest(mostPerService / 2), 6 * fastest(mostPerService / 4) + 20)
    assert.isBelow(fastest(mostPerService), 1000)
  })

  it("counts the most confident detections of each service, and says what became of the others", () => {
    const many = seen("alpha", mostPerService + 500, grid)
    const few = scene([["beta", [9000, 0, 10, 10], 0.9]])
    const { boxes, rejected } = harmonize(together(many, few))
    assert.lengthOf(boxes, mostPerService + 1)
    assert.lengthOf(rejected, 500)
    const least = Math.min(...boxes.map(({ confidence }) => confidence))
    for (const { detection, reason, rule } of rejected) {
      assert.strictEqual(rule, "surplus")
      assert.strictEqual(reason, "1500 are valid, and the 1000 most confident ones of a service count")
      assert.isAtMost(detection.confidence, least)
    }
  })

  it("counts the same ones whatever their order", () => {
    const many = seen("alpha", mostPerService + 500, grid)
    assert.deepStrictEqual(harmonize({ ...many, detections: shuffled(many.detections, 7) }), harmonize(many))
  })

  it("takes nobody for a dissenter about what does not count", () => {
    const many = seen("alpha", mostPerService + 1, (i) => (i === 0 ? [5000, 0, 20, 20] : grid(i)))
    const { boxes } = harmonize(together(many, scene([["beta", [5000, 0, 20, 20], 0.3]])))
    const found = boxes.find(({ services }) => services[0] === "beta")
    assert.deepStrictEqual<unknown>([found?.status, found?.dissenters, found?.unread], ["confirmed", [], ["alpha"]])
  })
})
