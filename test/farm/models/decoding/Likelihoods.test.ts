import { assert, describe, it } from "@effect/vitest"
import * as Likelihoods from "#farm/models/decoding/Likelihoods"
import * as Queries from "#farm/models/decoding/Queries"

describe("softmax", () => {
  it("gives likelihoods that sum to 1, also of scores without bound", () => {
    assert.deepStrictEqual(Likelihoods.softmax([1000, 1000, -1000]), [0.5, 0.5, 0])
  })
})

describe("likeliest", () => {
  it("takes the most likely first, and of equal ones the first", () => {
    assert.deepStrictEqual(Likelihoods.likeliest([0.2, 0.4, 0.05, 0.4], { least: 0.1, most: 2 }), [
      { index: 1, likelihood: 0.4 },
      { index: 3, likelihood: 0.4 }
    ])
  })
})

describe("decode of queries", () => {
  it("takes of each query its best class where that is likely enough, and turns centers into corners", () => {
    const scores = Float32Array.of(-9, 2, -9, -9, -9, 0, 9, 8, 7)
    const boxes = Float32Array.of(0.5, 0.5, 0.25, 0.5, 0.5, 0.5, 1, 1, 0.25, 0.25, 0.5, 0.5)
    const found = Queries.decode({ scores, boxes, classes: 3 }, 0.6)
    assert.deepStrictEqual(
      found.map(({ box, label }) => ({ box, label })),
      [
        { label: 0, box: { x: 0, y: 0, width: 0.5, height: 0.5 } },
        { label: 1, box: { x: 0.375, y: 0.25, width: 0.25, height: 0.5 } }
      ]
    )
  })
})
