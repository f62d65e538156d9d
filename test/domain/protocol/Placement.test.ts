import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { readFileSync } from "node:fs"
import * as BoxEncoding from "../../../src/domain/protocol/BoxEncoding.ts"
import * as Placement from "../../../src/domain/protocol/Placement.ts"

const picture = { width: 400, height: 300 }
const reply = (...boxes: ReadonlyArray<Schema.Json>) => ({
  status: "success",
  predictions: boxes.map((bbox) => ({ label: "person", confidence: 0.9, bbox }))
})
const problemOf = (check: Placement.Check): string =>
  check._tag === "Misread" ? check.problem : check.asides.map(({ index, problem }) => `${index}: ${problem}`).join()

const number = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Inside = Schema.Struct({
  x: number,
  y: number,
  width: number,
  height: number,
  form: BoxEncoding.BoxForm,
  unit: BoxEncoding.BoxUnit
})

/** A box of `picture`, at least 8 pixels wide and high, as a service of that encoding writes it. */
const written = ({ form, height, unit, width, x, y }: typeof Inside.Type) => {
  const box = {
    width: 8 + width * (picture.width - 8),
    height: 8 + height * (picture.height - 8)
  }
  const [left, top] = [x * (picture.width - box.width), y * (picture.height - box.height)]
  const scale = BoxEncoding.scaleOf(unit, picture)
  const [l, t, w, h] = [left / scale.x, top / scale.y, box.width / scale.x, box.height / scale.y]
  const four = {
    xywh: [l, t, w, h],
    xyxy: [l, t, l + w, t + h],
    yxyx: [t, l, t + h, l + w],
    cxcywh: [l + w / 2, t + h / 2, w, h]
  }[form]
  return { four, box: [left, top, box.width, box.height] }
}

describe("place", () => {
  it.prop("brings boxes of every form and unit into pixels", [Inside], ([inside]) => {
    const { box, four } = written(inside)
    const placed = Placement.place(reply(four), { encoding: inside, sent: picture, picture }) as unknown as {
      readonly predictions: ReadonlyArray<{ readonly bbox: object }>
    }
    const { bbox } = placed.predictions[0]!
    const values = Array.isArray(bbox) ? bbox : Object.values(bbox)
    values.forEach((value: number, i) => assert.approximately(value, box[i]!, 1e-9 * 400))
  })

  it("brings what was seen in a smaller picture back into the whole one, points and lines of text as well", () => {
    const encoding = BoxEncoding.standard
    const sent = { width: 200, height: 150 }
    const face = { keypoints: { nose: [10, 20], left_eye: { x: 1, y: 2, visibility: 0.5 } }, bbox: [5, 6, 10, 12] }
    const body = {
      keypoints: [1, 2, 2, 3, 4, 0],
      segmentation: [[0, 0, 5, 0, 5, 7]],
      mask: { size: [150, 200], counts: "0" }
    }
    const limbs = {
      keypoints: [
        [1, 2, 2],
        [3, 4]
      ]
    }
    const text = { text_regions: [{ text: "a", bbox: { x: 1, y: 2, width: 3, height: 4 } }, null] }
    const placed = Placement.place({ predictions: [face, text, body, limbs, "odd"] }, { encoding, sent, picture })
    assert.deepEqual(placed, {
      predictions: [
        {
          keypoints: { nose: [20, 40], left_eye: { x: 2, y: 4, visibility: 0.5 } },
          bbox: { x: 10, y: 12, width: 20, height: 24 }
        },
        { text_regions: [{ text: "a", bbox: { x: 2, y: 4, width: 6, height: 8 } }, null] },
        { keypoints: [2, 4, 2, 6, 8, 0], segmentation: [[0, 0, 10, 0, 10, 14]], mask: null },
        {
          keypoints: [
            [2, 4, 2],
            [6, 8]
          ]
        },
        "odd"
      ]
    })
  })

  it("leaves a reply alone that needs nothing", () => {
    const self = reply([1, 2, 3, 4])
    assert.strictEqual(Placement.place(self, { encoding: BoxEncoding.standard, sent: picture, picture }), self)
  })
})

describe("check", () => {
  const caseOf = (name: string): Schema.Json =>
    JSON.parse(readFileSync(new URL(`../../fixtures/misread/${name}.json`, import.meta.url), "utf8"))

  it("does not take fractions for pixels, and names the setting that reads them", () => {
    const check = Placement.check(caseOf("normalized"), picture, "spatial")
    assert.strictEqual(check._tag, "Misread")
    assert.match(problemOf(check), /its 2 boxes are at most 1 on a picture of 400 x 300 pixels: .*"unit": "normalized"/)
  })

  it("does not take corners for width and height, and names the setting that reads them", () => {
    const check = Placement.check(caseOf("corners"), picture, "spatial")
    assert.strictEqual(check._tag, "Misread")
    assert.match(problemOf(check), /would leave the picture of 400 x 300 pixels by far.*"form": "xyxy"/)
  })

  it("sets single boxes aside that lie outside by far, and no others", () => {
    const check = Placement.check(reply([10, 10, 50, 50], [900, 10, 50, 50], [-20, -5, 90, 90]), picture, "spatial")
    assert.strictEqual(problemOf(check), "1: bbox 900, 10, 50, 50 lies outside the picture of 400 x 300 pixels by far")
  })

  it("lets a face exceed the crop it was found in", () => {
    assert.strictEqual(problemOf(Placement.check(reply([200, -40, 300, 300]), picture, "specialized")), "")
  })

  it("sets a reply aside whose boxes are all somewhere else", () => {
    const check = Placement.check(reply([4000, 3000, 10, 10], [2000, 2000, 10, 10]), picture, "spatial")
    assert.match(problemOf(check), /its 2 boxes all lie outside .* say in "boxes" which form and unit/)
  })

  it.prop("finds nothing wrong with boxes inside the picture", [Schema.Array(Inside)], ([many]) => {
    const boxes = many.map((inside) => written({ ...inside, form: "xywh", unit: "pixels" }).box)
    assert.strictEqual(problemOf(Placement.check(reply(...boxes), picture, "spatial")), "")
  })

  it.prop("is total", [Schema.Json, Schema.Array(Schema.Json)], ([any, boxes]) => {
    Placement.check(any, picture, "spatial")
    Placement.check(reply(...boxes), picture, "spatial")
    Placement.place(reply(...boxes), { encoding: { form: "yxyx", unit: "percent" }, sent: picture, picture })
  })
})
