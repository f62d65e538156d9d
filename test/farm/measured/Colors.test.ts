import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Colors from "#farm/measured/Colors"
import * as Markers from "#farm/measured/Markers"
import { checkPredictions } from "../../support/FarmReplies.ts"

type Stripe = readonly [columns: number, color: Markers.Rgb]

/** A picture of 100 x 100 pixels with vertical stripes: so many columns of each color. */
const stripes = (...colors: ReadonlyArray<Stripe>) => {
  const row = colors.flatMap(([columns, color]) => Array.from({ length: columns }, () => color).flat())
  return { width: 100, height: 100, data: Uint8Array.from(Array.from({ length: 100 }, () => row).flat()) }
}

const Prediction = Schema.Tuple([
  Schema.Struct({
    primary: Schema.Struct({ copic: Schema.String }),
    palette: Schema.Struct({
      temperature: Schema.String,
      colors: Schema.Array(Schema.Struct({ copic: Schema.String, hex: Schema.String }))
    })
  })
])
const analyze = (...colors: ReadonlyArray<Stripe>) =>
  Schema.decodeUnknownSync(Prediction)(Colors.predictions(stripes(...colors)))[0]

const blue: Markers.Rgb = [0x31, 0x41, 0x8f]
const leather: Markers.Rgb = [0xd2, 0x7d, 0x33]
const red: Markers.Rgb = [0xe9, 0x28, 0x3f]

describe("predictions", () => {
  it("name the colors by markers, the most frequent first", () => {
    const { palette, primary } = analyze([60, blue], [40, leather])
    assert.deepEqual(
      palette.colors.map(({ copic, hex }) => [copic, hex]),
      [
        ["Iris (B79)", "#31418f"],
        ["Leather (E39)", "#d27d33"]
      ]
    )
    assert.strictEqual(primary.copic, "Iris (B79)")
  })

  it("show the color of the marker and not of the pixels", () => {
    const { palette } = analyze([100, [0x33, 0x43, 0x8f]])
    assert.deepEqual(
      palette.colors.map(({ hex }) => hex),
      ["#31418f"]
    )
  })

  it("have the temperature of most colors, and are neutral in a tie", () => {
    assert.strictEqual(analyze([50, blue], [50, leather]).palette.temperature, "cool")
    assert.strictEqual(analyze([50, red], [50, leather]).palette.temperature, "warm")
    assert.strictEqual(analyze([50, red], [50, blue]).palette.temperature, "neutral")
  })

  it.prop(
    "have the form of the contract for any picture",
    [Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))).check(Schema.isMinLength(3))],
    ([bytes]) => {
      const data = Uint8Array.from(bytes.slice(0, 3 * Math.floor(bytes.length / 3)))
      checkPredictions("colors", Colors.predictions({ width: data.length / 3, height: 1, data }))
    }
  )
})

describe("nearest", () => {
  it("finds a marker for its own color, and the least squared distance for others", () => {
    assert.strictEqual(Markers.nearest(blue).name, "Iris (B79)")
    assert.strictEqual(Markers.nearest([0, 0, 0]).name, "Black (100)")
    assert.strictEqual(Markers.nearest([255, 255, 255]).name, "Colorless (0)")
  })
})
