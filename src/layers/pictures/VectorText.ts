/**
 * Text as SVG path data.
 *
 * A fresh machine or container may have no fonts at all, and then `<text>` draws nothing. Outlines from a font that
 * comes with the install look the same everywhere. The font is Inter (SIL Open Font License) with Latin letters, digits
 * and punctuation; any other character is drawn as the font's placeholder box.
 */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { type Font, type Glyph, parse } from "opentype.js/dist/opentype.mjs"

/** How heavy the letters are. */
export type Weight = "regular" | "semibold"

/** Where text stands: `x` is its left end and `y` its baseline; `size` is the height of an em. All in SVG units. */
export interface Placement {
  readonly x: number
  readonly y: number
  readonly size: number
  /** `semibold` unless given. */
  readonly weight?: Weight
}

/** The value of `d` for a `<path>` that shows the text. Empty for text without ink. */
export const textPath = (text: string, { size, weight = "semibold", x, y }: Placement): string => {
  const font = load(weight)
  const scale = size / font.unitsPerEm
  return layOut(font, text)
    .map(({ glyph, offset }) => pathOf(shapeOf(glyph, font), { x: x + offset * scale, y, scale }))
    .join("")
}

/** A part of an outline: the letter of the path command, and its coordinates in font units from the baseline on, downwards. */
interface Stroke {
  readonly command: string
  readonly coordinates: ReadonlyArray<number>
}

const shapes = new WeakMap<Glyph, ReadonlyArray<Stroke>>()

/** The outline of a glyph. To work it out takes ten times as long as to write it down. */
const shapeOf = (glyph: Glyph, font: Font): ReadonlyArray<Stroke> => {
  const known = shapes.get(glyph)
  if (known !== undefined) return known
  const shape = glyph.getPath(0, 0, font.unitsPerEm).commands.map(({ type, x, x1, x2, y, y1, y2 }) => ({
    command: type,
    coordinates: [x1, y1, x2, y2, x, y].filter((coordinate) => coordinate !== undefined)
  }))
  shapes.set(glyph, shape)
  return shape
}

const pathOf = (
  shape: ReadonlyArray<Stroke>,
  { scale, x, y }: { readonly x: number; readonly y: number; readonly scale: number }
): string =>
  shape
    .map(
      ({ command, coordinates }) =>
        command +
        coordinates.map((coordinate, i) => Math.round(10 * ((i % 2 === 0 ? x : y) + coordinate * scale)) / 10).join(" ")
    )
    .join("")

/** The width text takes at a size, in SVG units. */
export const textWidth = (text: string, size: number, weight: Weight = "semibold"): number => {
  const font = load(weight)
  const last = layOut(font, text).at(-1)
  return last === undefined ? 0 : ((last.offset + last.glyph.advanceWidth) * size) / font.unitsPerEm
}

/** The glyphs of a line with their distance from its left end, in font units. Pairs are not kerned. */
const layOut = (font: Font, text: string): ReadonlyArray<{ readonly glyph: Glyph; readonly offset: number }> => {
  let end = 0
  return Array.from(text, (character) => {
    const glyph = font.charToGlyph(character)
    const offset = end
    end += glyph.advanceWidth
    return { glyph, offset }
  })
}

const files: Readonly<Record<Weight, string>> = {
  regular: "inter-latin-400-normal.woff",
  semibold: "inter-latin-600-normal.woff"
}

const fonts = new Map<Weight, Font>()

/** Reads a face once per process, when it is first needed. */
const load = (weight: Weight): Font => {
  const known = fonts.get(weight)
  if (known !== undefined) return known
  const folder = dirname(createRequire(import.meta.url).resolve("@fontsource/inter/package.json"))
  const font = parse(new Uint8Array(readFileSync(join(folder, "files", files[weight]))).buffer)
  fonts.set(weight, font)
  return font
}
