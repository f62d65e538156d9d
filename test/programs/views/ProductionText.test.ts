import { assert, describe, it } from "@effect/vitest"
import * as ProductionText from "../../../src/programs/views/ProductionText.ts"

const production = { images: 500, jobs: 6500, pending: 0, total: 1500, elapsed: 2 }

describe("progress", () => {
  it("says how far it is, how fast, and how long the rest takes", () => {
    assert.strictEqual(ProductionText.progress(production), "500 of 1,500 images, 6,500 jobs, 3250 jobs/s, 4 s left")
  })

  it("foretells nothing before the first batch", () => {
    assert.strictEqual(ProductionText.progress({ ...production, images: 0, jobs: 0 }), "0 of 1,500 images, 0 jobs")
  })
})

describe("summary", () => {
  it("says what was published, and what had been before", () => {
    assert.strictEqual(ProductionText.summary(production), "500 images: 6,500 jobs published in 2 s")
    assert.strictEqual(
      ProductionText.summary({ ...production, images: 1, jobs: 1, pending: 12 }),
      "1 image: 1 job published in 2 s, 12 published earlier and not answered yet"
    )
  })
})
