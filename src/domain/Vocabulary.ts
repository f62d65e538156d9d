/**
 * What windmill knows about words and emojis, as look-up tables built from the data in `vocabulary/`.
 *
 * Derived rows are only as good as the vocabulary they were derived with, so `version` is stored with them.
 */
import { Brand } from "effect"
import type { Concept } from "./Identifiers.ts"
import { coco } from "./vocabulary/Coco.ts"
import { depictions } from "./vocabulary/Depictions.ts"
import { fingerprint } from "./vocabulary/Fingerprint.ts"
import { synonyms } from "./vocabulary/Synonyms.ts"
import { words } from "./vocabulary/Words.ts"

/** To be raised when the rules of `Concept` change and the data does not. */
const rules = 2

const concept = Brand.nominal<Concept>()
const display = { ...coco, ...words }

/** The classes of COCO: all that a detector trained on it can name. */
export const coco80: ReadonlySet<Concept> = new Set(Object.keys(coco).map(concept))

/** The emoji that stands for a concept in displays. */
export const emojis: ReadonlyMap<string, string> = new Map(Object.entries(display))

/**
 * The concept of every known wording: lower case, words parted by one space. Holds the concepts themselves, their
 * synonyms, and the regular plurals and spellings without spaces of both. What the data says wins over what is formed.
 */
export const wordings: ReadonlyMap<string, Concept> = (() => {
  const given = [
    ...Object.keys(display).map((name) => [name, concept(name)] as const),
    ...Object.entries(synonyms).flatMap(([meaning, others]) =>
      others.map((other) => [other, concept(meaning)] as const)
    )
  ]
  const inflected = given.flatMap(([wording, meaning]) => plurals(wording).map((plural) => [plural, meaning] as const))
  const spaced = [...given, ...inflected]
  const compact = spaced.map(([wording, meaning]) => [wording.replaceAll(" ", ""), meaning] as const)
  return new Map([...compact, ...inflected, ...given])
})()

/** The emoji without what only chooses a rendering: variation selectors and zero-width joiners. */
export const normalizeEmoji = (emoji: string): string => emoji.replace(/[\uFE00-\uFE0F\u180B-\u180D\u200D]/gu, "")

/** The concept an emoji pictures, by normalized emoji, for emojis that picture only one. */
export const depicted: ReadonlyMap<string, Concept> = new Map(
  Object.entries(depictions).flatMap(([meaning, pictures]) =>
    pictures.map((picture) => [normalizeEmoji(picture), concept(meaning)] as const)
  )
)

/** Names rules and data: `1-9c5e11d2`. Two versions are equal when, and in practice only when, both are. */
export const version: string = `${rules}-${fingerprint(JSON.stringify([coco, words, synonyms, depictions]))}`

/** Regular plurals of an English noun, right or not: `boxes`, `knives` and `knifes`. */
function plurals(noun: string): ReadonlyArray<string> {
  if (/[^aeiou]y$/.test(noun)) return [`${noun.slice(0, -1)}ies`]
  if (/(s|x|z|ch|sh)$/.test(noun)) return [`${noun}es`]
  if (noun.endsWith("o")) return [`${noun}s`, `${noun}es`]
  if (noun.endsWith("fe")) return [`${noun}s`, `${noun.slice(0, -2)}ves`]
  if (noun.endsWith("f")) return [`${noun}s`, `${noun.slice(0, -1)}ves`]
  return [`${noun}s`]
}
