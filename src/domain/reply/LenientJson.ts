/** JSON as services write it. */
import type { Schema } from "effect"

/** What Python and others write where JSON has no number. */
const notNumbers = new Set(["NaN", "Infinity", "-Infinity"])

/** Texts, lists and objects of one text. More take seconds to read, and no reply has as many. */
const mostValues = 400_000

/** Whether a text holds more than is read. Quotes and brackets are counted, wherever they are. */
export const isTooMuch = (text: string): boolean => {
  let quotes = 0
  let brackets = 0
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i)
    if (character === quote) quotes++
    else if (character === openArray || character === openObject) brackets++
  }
  return quotes / 2 + brackets > mostValues
}

/**
 * The value of a JSON text; `undefined` when it is none, or too much.
 *
 * The bare words `NaN`, `Infinity` and `-Infinity`, which JSON does not have and Python writes, become texts: that costs
 * the field, and what is recorded still says what was sent.
 */
export const parse = (text: string): Schema.Json | undefined => {
  if (isTooMuch(text)) return undefined
  const value = parseStrictly(text)
  if (value !== undefined) return value
  const mended = withTexts(text)
  return mended === text ? undefined : parseStrictly(mended)
}

/** Whether a value is what stands for a number that is none. */
export const isNotANumber = (value: unknown): value is string => typeof value === "string" && notNumbers.has(value)

const parseStrictly = (text: string): Schema.Json | undefined => {
  try {
    return JSON.parse(text) as Schema.Json
  } catch {
    return undefined
  }
}

/** The text with the words as texts. Texts are passed over, so that words inside of them stay what they are. */
const withTexts = (text: string): string => {
  const token = /"|-?\b(?:NaN|Infinity)\b/g
  let mended = ""
  let done = 0
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const [match] = found
    if (match === '"') {
      token.lastIndex = endOfText(text, found.index + 1)
      continue
    }
    mended += `${text.slice(done, found.index)}"${match}"`
    done = token.lastIndex
  }
  return mended + text.slice(done)
}

/** Where a text that was begun is over. */
const endOfText = (text: string, from: number): number => {
  for (let i = from; i < text.length; i++) {
    const character = text.charCodeAt(i)
    if (character === backslash) i++
    else if (character === quote) return i + 1
  }
  return text.length
}

const quote = 34
const openArray = 91
const backslash = 92
const openObject = 123
