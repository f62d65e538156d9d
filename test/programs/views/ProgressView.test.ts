import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { PipelineEvent } from "../../../src/domain/PipelineEvent.ts"
import * as News from "../../../src/programs/views/News.ts"
import * as PipelineView from "../../../src/programs/views/PipelineView.ts"
import * as ProgressView from "../../../src/programs/views/ProgressView.ts"
import { columns } from "../../../src/programs/views/TerminalText.ts"
import type { Counts } from "../../../src/services/Progress.ts"
import { hostileText } from "../../support/HostileText.ts"
import { answered, anyEvent, harmonized, imageId, progressOf, serviceId } from "../../support/Runs.ts"

/** The state at `at`, in milliseconds since the first count, of nothing. */
const stateOf = (news: News.News, progress: Counts, at = 0): ProgressView.RunProgress => {
  const none = {
    ...progress,
    done: 0,
    services: progress.services.map((each) => ({ ...each, succeeded: 0, failed: 0 }))
  }
  const paces = PipelineView.paced(PipelineView.noPaces, none, PipelineView.withAll(none), 0)
  const without = PipelineView.withAll(progress)
  return { news, progress: { at: new Date(at), ...PipelineView.progressState(progress, without, paces, at) } }
}

/** The state after some more events. */
const after = (self: ProgressView.RunProgress, ...events: ReadonlyArray<PipelineEvent>): ProgressView.RunProgress => ({
  ...self,
  news: events.reduce(News.step, self.news)
})

const started = stateOf(News.start(new Map([[imageId(1), "beach.jpg"]])), progressOf({ images: 24 }))

const { news } = after(
  started,
  harmonized(["rtdetr"], 3),
  harmonized(["detectron2", "rtdetr"], 4),
  answered("ocr", false, "cannot read")
)

const halfWay = stateOf(
  news,
  progressOf({
    images: 24,
    done: 8,
    boxes: 12,
    services: [
      { service: serviceId("clip"), requested: 24, succeeded: 24, failed: 0, failedCrops: 0 },
      { service: serviceId("ocr"), requested: 24, succeeded: 10, failed: 2, failedCrops: 0 },
      { service: serviceId("face"), requested: 0, succeeded: 0, failed: 0, failedCrops: 0 }
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

  it("says why a service has to be asked again", () => {
    const postponed = PipelineEvent.Postponed({ imageId: imageId(1), service: serviceId("ocr"), reason: "busy" })
    assert.include(
      ProgressView.render(after(halfWay, postponed), { width: 100, height: 24, color: 1 })[1],
      "2 failed  waits: busy"
    )
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
    const nearly = stateOf(
      news,
      progressOf({
        services: [{ service: serviceId("clip"), requested: 1000, succeeded: 999, failed: 0, failedCrops: 0 }]
      })
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
      const named = { ...halfWay, news: { ...halfWay.news, filenames: new Map([[imageId(2), name]]) } }
      const state = after(named, ...events)
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
    const state = after(halfWay, ...events)
    assert.deepStrictEqual(ProgressView.plain(state, { since: halfWay, color: 1 }), [
      "image 79  1 box after rtdetr (harmonized, 1 service)",
      "image 80  1 box after rtdetr (harmonized, 1 service)",
      "image 81  1 box after rtdetr (harmonized, 1 service)",
      "… and 77 more events"
    ])
  })

  it("says in words when the count of boxes stayed and the boxes did not", () => {
    const again = after(halfWay, harmonized(["detectron2", "rtdetr", "yolov8"], 4))
    assert.deepStrictEqual(ProgressView.plain(again, { since: halfWay, color: 1 }), [
      "beach.jpg  boxes 4, refined after yolov8 (re-harmonized, 3 services)"
    ])
  })
})
