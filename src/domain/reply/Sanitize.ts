/**
 * Text as PostgreSQL and UTF-8 can hold it: neither has a place for lone surrogates, and PostgreSQL has none for NUL. Text
 * that is longer than any service needs is cut and ends with `…`: what is derived is stored, indexed and drawn.
 */
import * as Wording from "../Wording.ts"

/** UTF-16 code units that are kept: of a text, of what names something, and of an emoji (the longest have about 35). */
export const longest = { text: 10_000, name: 200, emoji: 64 }

/** Items of one list, or values of one table, that are read. No service sends as many. */
export const mostParts = 1000

/** Nesting that no service sends. Deeper values are replaced, so that reading them cannot exhaust the stack. */
const maxDepth = 32

/** The text with U+FFFD for each NUL and each half of a surrogate pair, cut. */
export const text = (value: string, length: number = longest.text): string => {
  const cut = Wording.cut(value, length)
  return /[\0\p{Cs}]/u.test(cut) ? cut.replace(/[\0\p{Cs}]/gu, "\uFFFD") : cut
}

/**
 * A JSON value with all its text sanitized, the first of its parts, `null` for what is nested too deep, and no key
 * `__proto__`.
 */
export const json = (value: unknown, depth = 0): unknown => {
  if (typeof value === "string") return text(value)
  if (typeof value !== "object" || value === null) return value
  if (depth === maxDepth) return null
  if (Array.isArray(value)) return value.slice(0, mostParts).map((item) => json(item, depth + 1))
  return Object.fromEntries(entries(value).map(([key, item]) => [key, json(item, depth + 1)]))
}

/** The first own properties of an object that came from JSON, keys sanitized, without `__proto__`. */
export const entries = (value: object): ReadonlyArray<readonly [string, unknown]> =>
  Object.keys(value)
    .slice(0, mostParts)
    .flatMap((key) => (key === "__proto__" ? [] : [[text(key, longest.name), (value as Table)[key]] as const]))

type Table = Readonly<Record<string, unknown>>
