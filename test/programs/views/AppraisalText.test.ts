import { assert, describe, it } from "@effect/vitest"
import { appraise } from "../../../src/domain/corrections/Appraisal.ts"
import * as AppraisalText from "../../../src/programs/views/AppraisalText.ts"

describe("lines", () => {
  it("are the numbers of each detector, and what to put into the configuration", () => {
    const services = [
      appraise("rtdetr", 1, { found: 0, wrong: 0, missed: 0 }),
      appraise("yolov8", 1, { found: 28, wrong: 10, missed: 4 })
    ]
    assert.deepStrictEqual(AppraisalText.lines(12, services), [
      "From the corrections of 12 images:",
      "",
      "detector  right  wrong  missed  precision  recall  trust  proposed",
      "rtdetr        0      0       0  -          -        1.00  -",
      "yolov8       28     10       4  0.73       0.87     1.00  0.72",
      "",
      "To accept, set in the services of service_config.json:",
      '  "yolov8": {"trust": 0.72}'
    ])
  })

  it("say where corrections come from when there are none, and when there are too few", () => {
    assert.match(AppraisalText.lines(0, [])[0]!, /CORRECTIONS=on/)
    const few = [appraise("yolov8", 1, { found: 1, wrong: 0, missed: 0 })]
    assert.match(AppraisalText.lines(1, few).at(-1)!, /takes 20 judged detections/)
  })
})
