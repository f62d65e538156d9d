/**
 * Lines of styled text for a terminal, measured in columns.
 *
 * A line is plain data until `toAnsi`, so that it can be measured, cut and padded without looking into escape sequences.
 * Text from outside (file names, labels, captions) may hold anything: `span` makes it printable.
 */
import { eastAsianWidth } from "get-east-asian-width"

/** How many colors a terminal shows, in bits as `tty.WriteStream.getColorDepth` counts them; `1` is no color. */
export type ColorDepth = 1 | 4 | 8 | 24

export type Color = "red" | "green" | "yellow" | "blue" | "magenta" | "cyan" | "gray"

export interface Style {
  readonly color?: Color
  /** `#rrggbb` behind the text; left out where fewer than 256 colors can be shown. */
  readonly background?: string
  readonly bold?: boolean
}

/** Text of one style on one line. */
export interface Span {
  readonly text: string
  readonly style: Style
}

export type Line = ReadonlyArray<Span>

/** Printable text in a style: line breaks and tabs become spaces; control, bidirectional and unpaired characters go. */
export const span = (text: string, style: Style = {}): Span => ({
  text: text
    .replace(/[\t\n\r\u0085\u2028\u2029]+/g, " ")
    .replace(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ""),
  style
})

/** A line from spans; strings are plain text and `undefined` is nothing. */
export const line = (...parts: ReadonlyArray<Span | string | undefined>): Line =>
  parts.filter((part) => part !== undefined).map((part) => (typeof part === "string" ? span(part) : part))

/**
 * The columns the text takes. Where terminals disagree, as about emoji that some join into one, it is the most that any
 * takes: a line believed too long is cut early, a line believed too short would break the display.
 *
 * @example
 * columns("猫 🧑") // => 5
 */
export const columns = (text: string): number => {
  let sum = 0
  for (const { segment } of graphemes.segment(text)) sum += graphemeColumns(segment)
  return sum
}

/** The columns the line takes. */
export const width = (self: Line): number => self.reduce((sum, { text }) => sum + columns(text), 0)

/** The line in at most `limit` columns. What does not fit ends in `…`. */
export const truncate = (self: Line, limit: number): Line => {
  if (width(self) <= limit) return self
  const kept: Array<Span> = []
  let room = limit - 1
  for (const { style, text } of self) {
    let end = 0
    for (const { index, segment } of graphemes.segment(text)) {
      room -= graphemeColumns(segment)
      if (room < 0) return limit < 1 ? [] : [...kept, { text: `${text.slice(0, end)}…`, style }]
      end = index + segment.length
    }
    kept.push({ text, style })
  }
  return kept
}

/** The line in exactly `size` columns: cut, or filled with spaces at the end (or, with `align: "right"`, in front). */
export const fit = (self: Line, size: number, options: { readonly align?: "left" | "right" } = {}): Line => {
  const cut = truncate(self, size)
  const padding = span(" ".repeat(Math.max(0, size - width(cut))))
  return options.align === "right" ? [padding, ...cut] : [...cut, padding]
}

/** The line for a terminal of that color depth; ends in the default style. */
export const toAnsi = (self: Line, depth: ColorDepth): string =>
  self
    .map(({ style, text }) => {
      const codes = depth === 1 || text === "" ? [] : codesOf(style, depth)
      return codes.length === 0 ? text : `\u001b[${codes.join(";")}m${text}\u001b[0m`
    })
    .join("")
    .trimEnd()

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" })

const graphemeColumns = (grapheme: string): number => {
  let sum = 0
  for (const character of grapheme) {
    if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) continue
    sum += isWide(character) ? 2 : 1
  }
  const joined = grapheme.includes("\u200d")
  if (joined) return Math.max(2, sum)
  return grapheme.includes("\ufe0f") ? 2 : Math.min(2, sum)
}

/** Wide by emoji presentation, or by Unicode's East Asian Width (UAX #11). */
const isWide = (character: string): boolean =>
  /\p{Emoji_Presentation}/u.test(character) || eastAsianWidth(character.codePointAt(0)!) === 2

const colorCodes: Record<Color, number> = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, gray: 90 }

const codesOf = ({ background, bold, color }: Style, depth: ColorDepth): ReadonlyArray<string> => [
  ...(bold === true ? ["1"] : []),
  ...(color === undefined ? [] : [String(colorCodes[color])]),
  ...(background === undefined || depth < 8 ? [] : [backgroundCode(background, depth)])
]

const backgroundCode = (hex: string, depth: ColorDepth): string => {
  const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
  if (depth === 24) return `48;2;${channels.join(";")}`
  const [red = 0, green = 0, blue = 0] = channels.map((value) => Math.round((value / 255) * 5))
  return `48;5;${16 + 36 * red + 6 * green + blue}`
}
