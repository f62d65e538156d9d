/**
 * Reading the fields of a prediction, whatever they hold.
 *
 * Written by hand rather than as schemas: every field has its own idea of what may be missing, mended or refused, and a
 * refusal is one sentence for a diagnostic.
 */
import { Result } from "effect"
import * as BoundingBox from "../BoundingBox.ts"
import * as Sanitize from "./Sanitize.ts"

/** A JSON object, nothing known about its values. */
export type Fields = Readonly<Record<string, unknown>>

/** A value, or why there is none. */
export type Read<A> = Result.Result<A, string>

/** Pixels. Beyond are no pictures, and the arithmetic of boxes would lose pixels to rounding. */
const maxCoordinate = 2 ** 26

/** Pixels. A side below would vanish when it is added to a coordinate. */
const minSide = 2 ** -10

/** Probabilities computed with 32 bits miss their bounds by this much at most. */
const roundingError = 1e-6

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The own property of that name; `undefined` when absent or null. */
export const own = (self: Fields, name: string): unknown =>
  Object.hasOwn(self, name) ? (self[name] ?? undefined) : undefined

/** The property of that name, or the one in `properties`, where services kept them until September 2025. */
export const field = (self: Fields, name: string): unknown => {
  const value = own(self, name)
  if (value !== undefined) return value
  const properties = own(self, "properties")
  return isFields(properties) ? own(properties, name) : undefined
}

/** What a value is, for a diagnostic. */
export const describe = (value: unknown): string => {
  if (value === undefined) return "nothing"
  if (value === null) return "null"
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === "string") return `"${Sanitize.text(value.slice(0, 40))}"`
  return typeof value === "object" ? "an object" : String(value)
}

/** Sanitized text; `undefined` for anything that is not text. */
export const text = (value: unknown): string | undefined =>
  typeof value === "string" ? Sanitize.text(value) : undefined

/** What names something, as text that is kept. */
export const name = (value: string): string => Sanitize.text(value, Sanitize.longest.name)

/** An emoji as the service sent it. Absent, null and empty are all no emoji. */
export const emoji = (value: unknown): string | undefined => {
  const symbol = text(value)
  return symbol === undefined || symbol.trim() === "" ? undefined : Sanitize.text(symbol, Sanitize.longest.emoji)
}

/** A finite number, also one written as a decimal string. */
export const number = (value: unknown): number | undefined => {
  const result = typeof value === "string" && isDecimal(value) ? Number(value) : value
  return typeof result === "number" && Number.isFinite(result) ? result + 0 : undefined
}

/** A coordinate in pixels. */
export const pixel = (value: unknown): number | undefined => {
  const result = number(value)
  return result === undefined || Math.abs(result) > maxCoordinate ? undefined : result
}

const isDecimal = (value: string): boolean =>
  value.length <= 40 && /^\s*[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)

/**
 * A confidence in `[0, 1]`; absent and null stay absent. A number outside is refused, not rescaled: whether `87` is a
 * percentage, a logit or an error cannot be known.
 */
export const confidence = (value: unknown): Read<number | undefined> => {
  if (value === undefined || value === null) return Result.succeed(undefined)
  const result = number(value)
  if (result === undefined) return Result.fail(`confidence is ${describe(value)}, not a number`)
  if (result < -roundingError || result > 1 + roundingError) {
    return Result.fail(`confidence is ${result}, not in [0, 1]`)
  }
  return Result.succeed(Math.min(Math.max(result, 0), 1))
}

/**
 * A box from `{x, y, width, height}` or `[x, y, width, height]`. One drawn from its other corner, with negative width or
 * height, is turned round. It may reach outside the picture.
 */
export const box = (value: unknown): Read<BoundingBox.CropBox> => {
  if (value === undefined || value === null) return Result.fail("no bbox")
  const sides = Array.isArray(value) ? value : isFields(value) ? sideNames.map((name) => own(value, name)) : []
  if (sides.length !== 4) return Result.fail(`bbox is ${describe(value)}, not x, y, width, height`)
  const numbers = sides.map(pixel)
  const bad = numbers.indexOf(undefined)
  if (bad >= 0) return Result.fail(`bbox: ${sideNames[bad]} is ${describe(sides[bad])}`)
  const [x, y, width, height] = numbers as [number, number, number, number]
  if (Math.abs(width) < minSide) return Result.fail(`bbox: width is ${width}`)
  if (Math.abs(height) < minSide) return Result.fail(`bbox: height is ${height}`)
  return Result.succeed(
    BoundingBox.cropBox({
      x: Math.min(x, x + width),
      y: Math.min(y, y + height),
      width: Math.abs(width),
      height: Math.abs(height)
    })
  )
}

const sideNames = ["x", "y", "width", "height"]

/** A point from `[x, y]` or `{x, y}`. */
export const point = (value: unknown): { readonly x: number; readonly y: number } | undefined => {
  const [x, y] = Array.isArray(value)
    ? value.map(number)
    : isFields(value)
      ? [number(own(value, "x")), number(own(value, "y"))]
      : []
  return x === undefined || y === undefined ? undefined : { x, y }
}
