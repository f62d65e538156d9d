import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type { Run } from "../../../src/programs/views/Run.ts"
import * as SummaryView from "../../../src/programs/views/SummaryView.ts"
import { columns } from "../../../src/programs/views/TerminalText.ts"
import { beachFacts, findingsOf, hostileFacts } from "../../support/Records.ts"
import { runOf, serviceId } from "../../support/Runs.ts"

const beach = findingsOf(beachFacts)
const render = (run: Run, options: Partial<SummaryView.Options> = {}) =>
  SummaryView.render(run, { width: 100, color: 1, limit: 10, ...options })

describe("SummaryView.render", () => {
  it("says what is not in the run, those with one reason together", () => {
    const absent = [
      { service: "face", reason: "onnxruntime-node is not installed: run npm ci without --omit=optional." },
      { service: "pose", reason: "onnxruntime-node is not installed: run npm ci without --omit=optional." },
      { service: "nsfw", reason: "run npx windmill models add nsfw to have it." }
    ]
    assert.includeMembers(
      [...render(runOf({ absent }))],
      [
        "not asked   face, pose: onnxruntime-node is not installed: run npm ci without --omit=optional.",
        "not asked   nsfw: run npx windmill models add nsfw to have it."
      ]
    )
  })

  it("says how to have all models that are only to be added in one command", () => {
    const absent = ["clip", "nanodet_g"].map((service) => ({
      service,
      reason: `run npx windmill models add ${service.replace("_", "-")} to have it.`
    }))
    assert.include(
      render(runOf({ absent })),
      "not asked   clip, nanodet_g: run npx windmill models add clip nanodet-g to have them."
    )
  })

  it("shows what was found, then the totals, then where to look further", () => {
    const requested = [...beachFacts.requested, serviceId("metadata")]
    const images = [findingsOf({ ...beachFacts, requested })]
    assert.deepStrictEqual(
      render(runOf({ images, simulated: true, unusable: [{ image: "a.gif", detail: "is empty" }] })),
      [
        "beach-01.jpg",
        "  boxes     person 0.95 [detectron2 rtdetr yolov8]  horse 0.92 [detectron2 rtdetr yolov8]",
        "            1 tentative",
        "  consensus 🧑 person 4 votes  🐴 horse 5",
        "  seen      text “SURF SCHOOL”  1 face  1 pose",
        "  colors    person Cadmium (R08), Night Blue (B99)  horse Leather (E39)",
        "  failed    ollama (unavailable): It is unavailable",
        "            face on horse (refused): It is refused",
        "  waiting   metadata",
        "",
        "1 picture left out",
        "  a.gif is empty",
        "",
        "service    answered    failed   waiting     crops",
        "clip              3         0         1",
        "ocr               2         2         0",
        "",
        "3 of 4 images complete, 1 of them before: 12 boxes, 30 crop answers in 8 s (0.3 images/s)",
        "",
        "report      .windmill/report.html",
        "overlays    .windmill/overlays",
        "database    psql windmill",
        "note        the answers are simulated; only those of colors and metadata come from the pixels"
      ]
    )
  })

  it("puts boxes together that the same services agree on", () => {
    const [person, ...others] = beach.boxes
    const alone = { ...person!, services: [serviceId("yolov8")], confidence: 0.5 }
    const boxes = [person!, person!, alone, ...others.slice(0, 1)]
    assert.include(
      render(runOf({ images: [{ ...beach, boxes }] }), { width: 200 })[1],
      "person ×2 0.95 [detectron2 rtdetr yolov8]  person 0.50 [yolov8]  horse 0.92"
    )
  })

  it("shows colors as colors where the terminal can", () => {
    const escape = "\u001b"
    const swatch = `${escape}[48;2;181;70;47m  ${escape}[0m`
    assert.include(render(runOf({ images: [beach] }), { color: 24 }).join("\n"), swatch)
    assert.notInclude(render(runOf({ images: [beach] }), { color: 1 }).join("\n"), escape)
  })

  it("says how many images it does not show, and where they are", () => {
    const images = [beach, beach, beach]
    assert.include(render(runOf({ images }), { limit: 1 }), "… and 2 more images, see .windmill/report.html")
    assert.include(render(runOf({ images, places: {} }), { limit: 1 }), "… and 2 more images, in the database")
  })

  it("says when there was nothing to do", () => {
    const again = runOf({ doneBefore: 4 })
    assert.include(render(again), "Nothing to do: all 4 images were already complete.")
    const one = runOf({ doneBefore: 1, progress: { ...again.progress, images: 1, done: 1 } })
    assert.include(render(one), "Nothing to do: the image was already complete.")
    assert.notInclude(render(runOf({})).join("\n"), "Nothing to do")
  })

  it("keeps paths and commands whole", () => {
    const database = "psql 'host=/a/long/way/to/.windmill/postgres dbname=windmill user=windmill'"
    assert.include(render(runOf({ database }), { width: 20 }), `database    ${database}`)
  })

  it.prop(
    "is never wider than the terminal, save paths and commands, and never controls it",
    [hostileFacts, Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 120 }))],
    ([facts, width]) => {
      const images = [findingsOf(facts)]
      const lines = render(runOf({ images, places: {}, database: "" }), { width })
      for (const line of lines.slice(0, -1)) assert.isAtMost(columns(line), width)
      assert.notMatch(lines.join(""), /\p{Cc}/u)
    }
  )
})
