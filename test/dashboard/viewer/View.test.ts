import { assert, describe, it } from "@effect/vitest"
import { Brand } from "effect"
import * as View from "../../../src/dashboard/viewer/View.ts"
import type { Concept } from "../../../src/domain/Identifiers.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import { boxId, serviceId } from "../../support/Facts.ts"

const concept = Brand.nominal<Concept>()

const values = (view: View.View) => Object.fromEntries(Object.entries(view).map(([name, { value }]) => [name, value]))

describe("View", () => {
  it("needs no address as long as everything is as at first", () => {
    assert.deepStrictEqual(View.written(View.make()), [])
  })

  it("is read from the address as it was written", () => {
    const view = View.make()
    view.arrangement.value = "strategies"
    view.detectors.value = new Set([serviceId("yolov8"), serviceId("rtdetr")])
    view.tentative.value = false
    view.names.value = false
    view.disputed.value = true
    view.hidden.value = new Set([concept("dog & cat"), concept("a,b")])
    view.confidence.value = 0.35
    view.position.value = 2
    view.viewport.value = { zoom: 4, x: 0.25, y: 0.5 }
    view.chosen.value = boxId("dog_1_2_3_4")
    const again = View.make(
      new URLSearchParams(View.written(view).map(([name, value]): [string, string] => [name, value]))
    )
    assert.deepStrictEqual(values(again), values(view))
  })

  it("shows what detectors outvoted where they agree on nothing, or as the address says", () => {
    const [confirmed, tentative] = [{ status: "confirmed" }, { status: "tentative" }] as const
    const shown = (query: string) => {
      const view = View.make(new URLSearchParams(query))
      return [[confirmed, tentative], [tentative]].map((boxes) => View.showsTentative(view, boxes))
    }
    assert.deepStrictEqual(shown(""), [false, true])
    assert.deepStrictEqual(shown("on=outvoted"), [true, true])
    assert.deepStrictEqual(shown("off=outvoted"), [false, false])
    View.isCorrecting.value = true
    assert.deepStrictEqual(shown(""), [true, true])
    assert.deepStrictEqual(shown("off=outvoted"), [false, false])
    View.isCorrecting.value = false
    for (const value of [true, false, undefined]) {
      const view = View.make()
      view.tentative.value = value
      const written = View.written(view).map(([name, text]): [string, string] => [name, text])
      assert.strictEqual(View.make(new URLSearchParams(written)).tentative.value, value)
    }
  })

  it("names a strategy with its options", () => {
    const view = View.make(
      new URLSearchParams([["strategy", JSON.stringify({ name: "wbf", options: { mergeIou: 0.7 } })]])
    )
    assert.strictEqual(view.strategy.value?.name, "wbf")
    assert.strictEqual(view.strategy.value?.options["mergeIou"], 0.7)
    const other = View.make(new URLSearchParams([["other", `{"name":"nothing"}`]]))
    assert.strictEqual(other.other.value?.name, Strategies.defaultStrategy.name)
  })

  it("passes over what an address says wrongly", () => {
    const nonsense = "panes=seven&layer=No+Such&least=9&known=-1&at=x&strategy=%7B&off=sky&hide="
    assert.deepStrictEqual(values(View.make(new URLSearchParams(nonsense))), values(View.make()))
  })
})
