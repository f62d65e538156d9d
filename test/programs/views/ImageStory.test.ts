import { assert, describe, it } from "@effect/vitest"
import { type Image, progressInWords, waitingFor } from "../../../src/domain/archive/Image.ts"
import type { Timeline } from "../../../src/domain/archive/Timeline.ts"
import { revision } from "../../../src/domain/Staleness.ts"
import * as ImageStory from "../../../src/programs/views/ImageStory.ts"
import { boxId, imageId, serviceId } from "../../support/Runs.ts"

const second = (n: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, n))

const image: Image = {
  id: imageId(7),
  filename: "beach.jpg",
  group: "zoo",
  created: second(0),
  status: "working",
  revision: revision(2),
  requested: 3,
  owed: [serviceId("ollama")],
  answered: 2,
  failed: 1,
  path: "/pictures/beach.jpg",
  services: [serviceId("clip"), serviceId("ocr"), serviceId("ollama")],
  results: [],
  crops: [],
  boxes: [],
  corrections: [],
  enrichments: [],
  derivations: [],
  underived: []
}

const timeline: Timeline = {
  imageId: imageId(7),
  waiting: [serviceId("ollama")],
  events: [
    { _tag: "Submitted", at: second(0) },
    {
      _tag: "Answered",
      at: second(2),
      service: serviceId("clip"),
      workerId: "w1",
      attempts: 2,
      handlingTime: 0.5,
      succeeded: true
    },
    {
      _tag: "Answered",
      at: second(3),
      service: serviceId("ocr"),
      workerId: "w2",
      succeeded: false,
      class: "refused",
      reason: "HTTP 400"
    },
    { _tag: "Derived", at: second(3), stage: "consensus", revision: revision(2) },
    { _tag: "Enriched", at: second(4), service: serviceId("face"), boxId: boxId("person_1"), succeeded: true }
  ]
}

describe("ImageStory", () => {
  it("tells what an image does not wait for, as it left the catalog", () => {
    const ollama = serviceId("ollama")
    const text = ImageStory.lines({ ...image, status: "done", withdrawn: [ollama] }, timeline, second(60)).join("\n")
    assert.match(text, /^#7 beach.jpg: done, 2 of 3 answers/)
    assert.include(text, "does not wait for ollama: not in the catalog any more")
    assert.notInclude(text, "waits for")
  })

  it("tells what an image waits for, and what happened to it", () => {
    assert.deepStrictEqual(
      ImageStory.lines(image, timeline, second(60)).map((line) => line.trimEnd()),
      [
        "#7 beach.jpg: working, 2 of 3 answers, 1 failed",
        "group zoo",
        "read from /pictures/beach.jpg",
        "submitted 2026-01-01T12:00:00.000Z, 1 min 0 s ago",
        "waits for ollama",
        "",
        "Story",
        "+0.0 s  submitted",
        "+2 s    clip answered in 0.5 s after 2 attempts by w1",
        "+3 s    ocr failed (refused: HTTP 400) by w2",
        "+3 s    consensus used what was known at revision 2",
        "+4 s    face answered about the crop of person_1"
      ]
    )
  })

  it("says that it waits for who gives no answers now, not that it is worked on", () => {
    const first = (halted: ReadonlyArray<string>) =>
      ImageStory.lines(waitingFor(image, halted.map(serviceId)), timeline, second(60))[0]
    assert.strictEqual(first(["ollama", "clip"]), "#7 beach.jpg: waits for ollama, 2 of 3 answers, 1 failed")
    assert.strictEqual(first(["clip"]), "#7 beach.jpg: working, 2 of 3 answers, 1 failed")
    const other = { ...image, owed: ["ollama", "rtdetr"].map(serviceId) }
    assert.deepInclude(waitingFor(other, [serviceId("ollama")]), { waitsFor: [serviceId("ollama")] })
    assert.strictEqual(progressInWords(waitingFor(other, [serviceId("ollama")])), "working")
  })
})
