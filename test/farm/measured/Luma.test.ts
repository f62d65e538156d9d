import { assert, describe, it } from "@effect/vitest"
import * as Luma from "#farm/measured/Luma"

/** A gray picture of 30 x 30 pixels. */
const gray = (value: (x: number, y: number) => number): Luma.Luma =>
  Luma.of({
    width: 30,
    height: 30,
    data: Uint8Array.from({ length: 2700 }, (_, at) => value(Math.floor(at / 3) % 30, Math.floor(at / 90)))
  })

const flat = gray(() => 100)
const step = gray((x) => (x < 15 ? 20 : 220))

describe("of", () => {
  it("weighs red, green and blue as BT.601 does", () => {
    const { values } = Luma.of({ width: 3, height: 1, data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255) })
    assert.deepEqual([...values], [76, 150, 29])
  })
})

describe("statistics", () => {
  it("are the value itself and no deviation for one gray", () => {
    assert.deepEqual(Luma.statistics(flat), { mean: 100, deviation: 0 })
  })

  it("are the middle and half the distance for two grays of equal share", () => {
    assert.deepEqual(Luma.statistics(step), { mean: 120, deviation: 100 })
  })
})

describe("share", () => {
  it("counts from the first value up to but not including the last", () => {
    assert.strictEqual(Luma.share(step, 0, 25), 0.5)
    assert.strictEqual(Luma.share(step, 20, 21), 0.5)
    assert.strictEqual(Luma.share(step, 0, 20), 0)
    assert.strictEqual(Luma.share(step, 0, 256), 1)
  })
})

describe("thirds", () => {
  it("are the means of nine sections, row by row", () => {
    const sections = gray((x, y) => 10 * Math.floor(x / 10) + 100 * Math.floor(y / 15))
    assert.deepEqual(Luma.thirds(sections), [0, 10, 20, 50, 60, 70, 100, 110, 120])
  })
})

describe("symmetry", () => {
  it("is 1 for a picture that is its own mirror image", () => {
    assert.strictEqual(Luma.symmetry(gray((x) => Math.abs(x - 14.5) * 4)), 1)
  })

  it("is what is left of 255 after the mean difference", () => {
    assert.closeTo(Luma.symmetry(step), 1 - 200 / 255, 1e-9)
  })
})

describe("laplacianVariance", () => {
  it("is 0 for a flat picture and for an even slope", () => {
    assert.strictEqual(Luma.laplacianVariance(flat), 0)
    assert.strictEqual(Luma.laplacianVariance(gray((x, y) => 2 * x + 3 * y)), 0)
  })

  it("is the mean square of what a step answers with", () => {
    // 28 of the 28 x 28 inner pixels on each side of the step answer with +200 and -200.
    assert.closeTo(Luma.laplacianVariance(step), (2 * 28 * 200 ** 2) / 28 ** 2, 1e-9)
  })
})

describe("edgeDensity", () => {
  it("is 0 for a flat picture and for a step below the weak threshold", () => {
    assert.strictEqual(Luma.edgeDensity(flat), 0)
    assert.strictEqual(Luma.edgeDensity(gray((x) => (x < 15 ? 100 : 110))), 0)
  })

  it("counts a straight edge once", () => {
    assert.strictEqual(Luma.edgeDensity(step), 28 / 900)
  })

  it("keeps a weak edge only where it continues a strong one", () => {
    const fading = gray((x, y) => (x < 15 ? 100 : y < 15 ? 160 : 125))
    const weak = gray((x) => (x < 15 ? 100 : 125))
    assert.strictEqual(Luma.edgeDensity(weak), 0)
    assert.isAbove(Luma.edgeDensity(fading), 24 / 900)
  })
})
