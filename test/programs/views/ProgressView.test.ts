import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as ProgressView from "../../../src/programs/views/ProgressView.ts"
import * as RunProgress from "../../../src/programs/views/RunProgress.ts"
import { columns } from "../../../src/programs/views/TerminalText.ts"
import { hostileText } from "../../support/HostileText.ts"
import { answered, anyEvent, harmonized, imageId, progressOf, serviceId } from "../../support/Runs.ts"

const started = RunProgress.start({
  at: 0,
  filenames: new Map([[imageId(1), "beach.jpg"]]),
  progress: progressOf({ images: 24 })
})

const halfWay = RunProgress.observe(
  [harmonized(["rtdetr"], 3), harmonized(["detectron2", "rtdetr"], 4), answered("ocr", false, "cannot read")].reduce(
    (state, event) => RunProgress.step(state, event, 1000),
    started
  ),
  progressOf({
    images: 24,
    done: 8,
    boxes: 12,
    services: [
      { service: serviceId("clip"), requested: 24, succeeded: 24, failed: 0 },
      { service: serviceId("ocr"), requested: 24, succeeded: 10, failed: 2 },
      { service: serviceId("face"), requested: 0, succeeded: 0, failed: 0 }
    ],
    stale: { harmonize: 1, consensus: 0, enrich: 0 }
  }),
  2000
)

describe("ProgressView.render", () => {
  it("shows services, stages, images and the latest moments", () => {
    assert.deepStrictEqual(ProgressView.render(halfWay, { width: 72, height: 24, color: 1 }), [
      "clip      ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 24/24  ✔",
      "ocr       ━━━━━━━━━━━━━━━─────────────── 12/24  6.0/s  2 failed",
      "",
      "boxes     12 · harmonized 1× · re-harmonized 1× · 1 image waiting",
      "consensus voted 0×",
      "crops     none yet",
      "",
      "images    ━━━━━━━━━━────────────────────  8/24  4.0 images/s  ETA 2 s",
      "",
      "beach.jpg  3 boxes after rtdetr (harmonized, 1 service)",
      "beach.jpg  boxes 3 → 4 after detectron2 (re-harmonized, 2 services)",
      "beach.jpg  ocr failed: cannot read"
    ])
  })

  it("uses color only where there is some", () => {
    const escape = "\u001b"
    const size = { width: 72, height: 24 }
    assert.notInclude(ProgressView.render(halfWay, { ...size, color: 1 }).join(""), escape)
    assert.include(ProgressView.render(halfWay, { ...size, color: 4 }).join(""), `${escape}[31m2 failed`)
  })

  it("leaves out the moments first, then services that are ready", () => {
    const rows = (height: number) =>
      ProgressView.render(halfWay, { width: 72, height, color: 1 }).map((row) => row.split(" ")[0])
    assert.deepStrictEqual(rows(7), ["clip", "ocr", "boxes", "consensus", "crops", "images", "beach.jpg"])
    assert.deepStrictEqual(rows(6), ["clip", "ocr", "boxes", "consensus", "crops", "images"])
    assert.deepStrictEqual(rows(5), ["…", "boxes", "consensus", "crops", "images"])
    assert.deepStrictEqual(rows(1), ["images"])
  })

  it("fills a bar only when everything is answered", () => {
    const nearly = RunProgress.observe(
      started,
      progressOf({ services: [{ service: serviceId("clip"), requested: 1000, succeeded: 999, failed: 0 }] }),
      1
    )
    assert.include(ProgressView.render(nearly, { width: 80, height: 24, color: 1 })[0], "━─ ")
  })

  it.prop(
    "never takes more columns or rows than there are",
    [
      Arbitrary.array(anyEvent, { maxLength: 12 }),
      hostileText,
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 140 })),
      Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 30 }))
    ],
    ([events, name, width, height]) => {
      const named: RunProgress.RunProgress = { ...halfWay, filenames: new Map([[imageId(2), name]]) }
      const state = events.reduce((self, event, n) => RunProgress.step(self, event, 2000 + n * 300), named)
      const rows = ProgressView.render(state, { width, height, color: 1 })
      assert.isAtMost(rows.length, height)
      for (const row of rows) assert.isAtMost(columns(row), width)
    }
  )
})

describe("ProgressView.plain", () => {
  it("tells what is new since the last time", () => {
    assert.deepStrictEqual(ProgressView.plain(halfWay, { since: started, color: 1 }), [
      "beach.jpg  3 boxes after rtdetr (harmonized, 1 service)",
      "beach.jpg  boxes 3 → 4 after detectron2 (re-harmonized, 2 services)",
      "beach.jpg  ocr failed: cannot read",
      "8/24 images, 36/48 answers, 2 failed, 4.0 images/s, ETA 2 s"
    ])
  })

  it("says nothing when nothing is new", () => {
    assert.deepStrictEqual(ProgressView.plain(halfWay, { since: halfWay, color: 1 }), [])
  })

  it("counts the moments it has no room for", () => {
    const events = Array.from({ length: 80 }, (_, n) => harmonized(["rtdetr"], 1, { image: n + 2 }))
    const state = events.reduce((self, event) => RunProgress.step(self, event, 2000), halfWay)
    assert.deepStrictEqual(ProgressView.plain(state, { since: halfWay, color: 1 }), [
      "image 79  1 box after rtdetr (harmonized, 1 service)",
      "image 80  1 box after rtdetr (harmonized, 1 service)",
      "image 81  1 box after rtdetr (harmonized, 1 service)",
      "… and 77 more events"
    ])
  })

  it("says in words when the count of boxes stayed and the boxes did not", () => {
    const again = RunProgress.step(halfWay, harmonized(["detectron2", "rtdetr", "yolov8"], 4), 2000)
    assert.deepStrictEqual(ProgressView.plain(again, { since: halfWay, color: 1 }), [
      "beach.jpg  boxes 4, refined after yolov8 (re-harmonized, 3 services)"
    ])
  })
})
