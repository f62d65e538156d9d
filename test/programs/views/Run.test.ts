import { assert, describe, it } from "@effect/vitest"
import { serviceTotals } from "../../../src/programs/views/Run.ts"
import { beachFacts, findingsOf } from "../../support/Records.ts"
import { progressOf, runOf, serviceId } from "../../support/Runs.ts"

const beach = findingsOf(beachFacts)
const progress = (images: number) =>
  progressOf({
    images,
    services: [
      { service: serviceId("colors"), requested: 2, succeeded: 1, failed: 1, failedCrops: 0 },
      { service: serviceId("ocr"), requested: 0, succeeded: 0, failed: 0, failedCrops: 0 }
    ]
  })

describe("Run.serviceTotals", () => {
  it("counts answers about images and about crops, and leaves out who had nothing to do", () => {
    assert.deepStrictEqual(serviceTotals(runOf({ images: [beach, beach], progress: progress(2) })), [
      { service: serviceId("colors"), requested: 2, succeeded: 1, failed: 1, crops: 4 },
      { service: serviceId("face"), requested: 0, succeeded: 0, failed: 0, crops: 2 },
      { service: serviceId("pose"), requested: 0, succeeded: 0, failed: 0, crops: 2 }
    ])
  })

  it("does not count crops of some of the images only", () => {
    assert.deepStrictEqual(
      serviceTotals(runOf({ images: [beach], progress: progress(2) })).map(({ crops, service }) => [service, crops]),
      [[serviceId("colors"), undefined]]
    )
  })
})
