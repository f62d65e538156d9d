/** JSON as services write it. */
import type { Schema } from "effect"
import { textOf } from "../Web.ts"

/** What Python and others write where JSON has no number. */
const notNumbers = new Set(["NaN", "Infinity", "-Infinity"])

/**
 * The value of a JSON text; `undefined` when it is none.
 *
 * The bare words `NaN`, `Infinity` and `-Infinity`, which JSON does not have and Python writes, become texts: that costs
 * the field, and what is recorded still says what was sent.
 */
export const parse = (text: string): Schema.Json | undefined => parseStrictly(text) ?? parseStrictly(withTexts(text))

/** Whether a value is what stands for a number that is none. */
export const isNotANumber = (value: unknown): value is string => typeof value === "string" && notNumbers.has(value)

/** The value of a JSON text in UTF-8. */
export const parseBytes = (bytes: Uint8Array): Schema.Json | undefined => parse(textOf(bytes))

const parseStrictly = (text: string): Schema.Json | undefined => {
  try {
    return JSON.parse(text) as Schema.Json
  } catch {
    return undefined
  }
}

/** Texts are matched first, so that words inside of them stay what they are. */
const textOrWord = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/gs

const withTexts = (text: string): string =>
  text.replace(textOrWord, (match) => (match.startsWith('"') ? match : `"${match}"`))
