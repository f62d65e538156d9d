import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as Viewport from "../../../src/dashboard/viewer/Viewport.ts"

const between = (minimum: number, maximum: number) => Schema.Finite.check(Schema.isBetween({ minimum, maximum }))

const size = { width: 800, height: 600 }
/** A place, and a factor to enlarge by. */
const step = Arbitrary.schema(Schema.Struct({ x: between(0, 1), y: between(0, 1), factor: between(0.2, 5) }))
const steps = Arbitrary.array(step, { maxLength: 6 })

const after = (all: ReadonlyArray<Viewport.Place & { readonly factor: number }>) =>
  all.reduce(
    (viewport, { factor, x, y }) =>
      Viewport.moved(Viewport.zoomed(viewport, factor, { x, y }), { x: x - 0.5, y: y - 0.5 }),
    Viewport.whole
  )

describe("Viewport", () => {
  it.prop("never shows what is outside of the picture", [steps], ([all]) => {
    const { height, width, x, y } = Viewport.shown(after(all), size)
    assert.isAtLeast(x, -1e-9)
    assert.isAtLeast(y, -1e-9)
    assert.isAtMost(x + width, size.width + 1e-9)
    assert.isAtMost(y + height, size.height + 1e-9)
  })

  it.prop("keeps a place where it is while it is enlarged", [steps, step], ([all, { factor, ...share }]) => {
    const before = after(all)
    const seen = Viewport.shown(before, { width: 1, height: 1 })
    const place = { x: seen.x + share.x * seen.width, y: seen.y + share.y * seen.height }
    const then = Viewport.shown(Viewport.zoomed(before, Math.max(1, factor), place), { width: 1, height: 1 })
    assert.closeTo((place.x - then.x) / then.width, share.x, 1e-6)
    assert.closeTo((place.y - then.y) / then.height, share.y, 1e-6)
  })

  it.prop("is read from an address as it was written, to a ten-thousandth", [steps], ([all]) => {
    const viewport = after(all)
    const read = Viewport.parse(Viewport.print(viewport) ?? null)
    assert.closeTo(read.zoom, viewport.zoom, 1e-4)
    assert.closeTo(read.x, viewport.x, 1e-4)
    assert.closeTo(read.y, viewport.y, 1e-4)
  })

  it("is the whole picture for an address that says nothing, or nonsense", () => {
    for (const text of [null, "", "1", "2,x,y", "NaN,0,0"]) assert.deepStrictEqual(Viewport.parse(text), Viewport.whole)
    assert.deepStrictEqual(Viewport.parse("1e9,5,-5"), { zoom: Viewport.most, x: 1 - 0.0125, y: 0.0125 })
  })
})
