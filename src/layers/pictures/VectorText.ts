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
  return layOut(font, text)
    .map(({ glyph, offset }) => glyph.getPath(x + (offset * size) / font.unitsPerEm, y, size).toPathData(1))
    .join("")
}

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
