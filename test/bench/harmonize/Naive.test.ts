import { assert, describe, it } from "@effect/vitest"
import { naive } from "../../../bench/harmonize/Naive.ts"
import { picture } from "../../../bench/harmonize/Pictures.ts"
import { defaultStrategy } from "../../../src/domain/harmonization/Strategies.ts"

describe("naive", () => {
  it("finds the boxes that the default strategy finds, so that their speed can be compared", () => {
    for (const concepts of [1, 4]) {
      const scene = picture(30, concepts, concepts)
      const essence = ({ harmonize }: typeof naive) =>
        harmonize(scene)
          .boxes.map(({ evidence, services }) => `${evidence.toFixed(9)} ${services.join()}`)
          .sort()
      assert.deepStrictEqual(essence(naive), essence(defaultStrategy))
    }
  })
})
