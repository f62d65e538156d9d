import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { iou } from "../../../src/domain/BoundingBox.ts"
import { textPath, textWidth } from "../../../src/layers/pictures/VectorText.ts"
import * as LabelPlacement from "../../../src/domain/drawing/LabelPlacement.ts"
import * as OverlaySvg from "../../../src/programs/views/OverlaySvg.ts"
import { factsOf, object, said } from "../../support/Facts.ts"
import { beachFacts, findingsOf, hostileFacts } from "../../support/Records.ts"

/** Letters of equal width, each drawn as a dot, so that the text can be counted. */
const dots: OverlaySvg.Lettering = {
  path: (text, { x, y }) => [...text].map((_, n) => `M${x + n} ${y}h0`).join(""),
  width: (text, size) => [...text].length * size * 0.6
}

const beach = findingsOf(beachFacts)

/** The attributes of all elements of a name whose text holds `mark`. */
const elements = (svg: string, name: string, mark = "") =>
  [...svg.matchAll(new RegExp(`<${name} ([^>]*)/>`, "g"))]
    .map(([, attributes = ""]) => attributes)
    .filter((attributes) => attributes.includes(mark))
    .map((attributes) =>
      Object.fromEntries([...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value ?? ""]))
    )

/** The labels are the only filled rectangles. */
const chips = (svg: string) => elements(svg, "rect", "fill-opacity")

describe("OverlaySvg.draw", () => {
  it("draws every box with a halo, in the color of its concept, dashed when it is tentative", () => {
    const { svg } = OverlaySvg.draw(beach, { width: 800, height: 600 }, dots)
    const outlines = elements(svg, "rect", 'stroke-opacity="1"')
    assert.deepStrictEqual(
      outlines.map(({ x, y, "stroke-dasharray": dashes }) => [x, y, dashes]),
      [
        ["640", "60", "6 4"],
        ["350", "199", undefined],
        ["210", "150", undefined]
      ]
    )
    assert.strictEqual(new Set(outlines.map(({ stroke }) => stroke)).size, 3)
  })

  it("draws no tentative box where a confirmed one is, and each that is elsewhere", () => {
    const [person] = beach.boxes
    const { height, width, x, y } = person!.box
    const beside = (dx: number) => ({
      ...person!,
      status: "tentative" as const,
      box: { x: x + dx * width, y, width, height } as never
    })
    const draw = (...boxes: typeof beach.boxes) =>
      elements(
        OverlaySvg.draw({ ...beach, boxes }, { width: 800, height: 600 }, dots).svg,
        "rect",
        'stroke-opacity="1"'
      )
    assert.strictEqual(person!.status, "confirmed")
    assert.lengthOf(draw(person!, beside(0.3)), 1)
    assert.lengthOf(draw(person!, beside(0.4)), 2)
    assert.lengthOf(draw({ ...person!, status: "tentative" }, beside(0)), 2)
  })

  it("counts the services on the label: full dots saw the box, hollow ones did not", () => {
    const { svg } = OverlaySvg.draw(beach, { width: 800, height: 600 }, dots)
    const pips = elements(svg, "circle").filter(({ "stroke-opacity": opacity }) => opacity === undefined)
    assert.strictEqual(pips.filter(({ fill }) => fill !== "none").length, 3 + 3 + 1)
    assert.strictEqual(pips.filter(({ fill }) => fill === "none").length, 2)
  })

  it("draws faces and poses where they are in the image", () => {
    const { svg } = OverlaySvg.draw(beach, { width: 800, height: 600 }, dots)
    const [face] = elements(svg, "rect", 'stroke="#ffffff"')
    assert.deepInclude(face, { x: "240", y: "162", width: "38", height: "44" })
    assert.strictEqual(elements(svg, "path", 'stroke="#ffffff"').length, 1)
  })

  it("draws the best of very many boxes in bounded time, and says how many it leaves out", () => {
    const [box] = beach.boxes
    const boxes = Array.from({ length: 20_000 }, (_, i) => ({
      ...box!,
      box: { x: (i % 142) * 12, y: Math.floor(i / 142) * 12, width: 11, height: 11 } as never
    }))
    const texts: Array<string> = []
    const spoken = { ...dots, path: (text: string) => (texts.push(text), "M0 0h0") }
    const begun = performance.now()
    const { svg } = OverlaySvg.draw({ ...beach, boxes }, { width: 1704, height: 1692 }, spoken)
    assert.isBelow(performance.now() - begun, 5000)
    assert.strictEqual(elements(svg, "rect", 'stroke-opacity="1"').length, 1000)
    assert.strictEqual(chips(svg).length, LabelPlacement.most)
    assert.strictEqual(texts.at(-1), "19,000 more boxes not drawn")
    assert.isFalse(OverlaySvg.draw(beach, { width: 800, height: 600 }, dots).svg.includes("omission"))
  })

  it("has a size at which it can be read and handled", () => {
    const size = (width: number, height: number) => {
      const overlay = OverlaySvg.draw(beach, { width, height }, dots)
      return [overlay.width, overlay.height]
    }
    assert.deepStrictEqual(size(800, 600), [800, 600])
    assert.deepStrictEqual(size(96, 64), [640, 427])
    assert.deepStrictEqual(size(4000, 6000), [1067, 1600])
    assert.deepStrictEqual(size(20_000, 10), [1600, 1])
  })

  it("cuts a label that would cover the picture", () => {
    const label = "an object with a name that goes on and on and on and on and on and on"
    const { svg } = OverlaySvg.draw(
      findingsOf(factsOf({ rtdetr: said(object(label, [10, 50, 100, 100], 0.9)) })),
      { width: 800, height: 600 },
      dots
    )
    assert.isAtMost(Number(chips(svg)[0]?.["width"]), 270)
  })

  const side = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 3000 }))

  it.prop("keeps every label inside the picture", [hostileFacts, side, side], ([facts, width, height]) => {
    const findings = findingsOf(facts)
    const overlay = OverlaySvg.draw(findings, { width, height }, dots)
    const confirmed = findings.boxes.filter(({ status }) => status === "confirmed")
    const others = findings.boxes.filter(
      ({ box, status }) => status === "tentative" && confirmed.every((other) => iou(box, other.box) < 0.5)
    )
    assert.strictEqual(chips(overlay.svg).length, confirmed.length + others.length)
    for (const chip of chips(overlay.svg)) {
      // Coordinates are written with one digit after the point: both numbers of a sum may be rounded up.
      const [x = 0, y = 0, w = 0, h = 0] = ["x", "y", "width", "height"].map((name) =>
        Math.round(Number(chip[name]) * 10)
      )
      assert.isAtLeast(Math.min(x, y), 0)
      assert.isAtMost(x + w, overlay.width * 10 + 1)
      assert.isAtMost(y + h, overlay.height * 10 + 1)
    }
  })

  it.prop(
    "is drawn from numbers and outlines only, whatever the labels are",
    [hostileFacts],
    ([facts]) => {
      const { svg } = OverlaySvg.draw(
        findingsOf(facts),
        { width: 800, height: 600 },
        { path: textPath, width: textWidth }
      )
      const rest = svg.replace(/<(?:rect|path|circle)(?: [a-z-]+="[-#.,\w ]*")+\/>/g, "")
      assert.match(rest, /^<svg xmlns="[^"]*" width="800" height="600" viewBox="0 0 800 600">\s*<\/svg>$/)
    },
    { arbitrary: { runs: 30 } }
  )
})
