/**
 * From the words and emojis of the services to what they mean.
 *
 * Services word the same thing differently (`dining_table`, `Dining Table`, `diningtable`) and give different things the
 * same emoji (chair, couch and bench are all 🪑). A concept is therefore found by the word. The emoji helps only where the
 * word is unknown, and a missing emoji says nothing at all.
 */
import { Brand } from "effect"
import type { Concept } from "./Identifiers.ts"
import * as Vocabulary from "./Vocabulary.ts"

/** Longer labels are sentences or noise. */
const maxLength = 100

/**
 * The concept a label names: the known one when the label is a wording of it, else the label itself in canonical form
 * (lower case, NFC, one space for any run of spaces, `_` and dashes). `undefined` when the label has neither letter nor
 * digit or is longer than 100 characters.
 *
 * @example
 * ofLabel("Dining_Table") // => "dining table"
 * ofLabel("women") // => "person"
 * ofLabel("tabby, domestic cat, cat") // => "cat"
 * ofLabel("golden_retriever") // => "golden retriever"
 */
export const ofLabel = (label: string): Concept | undefined => ofMention(label, undefined)

/**
 * The concept of a word that came with an emoji. A word that is not known takes the concept its emoji pictures, if it
 * pictures exactly one: a `sorrel` with 🐴 is a horse, a `throne` with 🪑 stays a throne.
 */
export const ofMention = (word: string, emoji: string | undefined): Concept | undefined => {
  const known = Vocabulary.wordings.get(word)
  if (known !== undefined) return known
  const wording = canonical(word)
  if (wording === undefined) return undefined
  return Vocabulary.wordings.get(wording) ?? synonym(wording) ?? pictured(emoji) ?? concept(wording)
}

/** Classifiers of ImageNet name a class by all its synonyms, some with its number: `n02123045 tabby, tabby cat`. */
const synonym = (wording: string): Concept | undefined => {
  for (const name of wording.replace(/^n\d{8} /, "").split(",")) {
    const known = Vocabulary.wordings.get(name.trim())
    if (known !== undefined) return known
  }
  return undefined
}

/** The emoji that stands for a concept in displays, where the services sent none. */
export const emojiOf = (self: Concept): string | undefined => Vocabulary.emojis.get(self)

/** The emoji without variation selectors and zero-width joiners: for comparing, never for display. */
export const normalizeEmoji: (emoji: string) => string = Vocabulary.normalizeEmoji

/** Whether the concept is a human being. */
export const isPerson = (self: Concept): boolean => self === "person"

const concept = Brand.nominal<Concept>()

const pictured = (emoji: string | undefined): Concept | undefined =>
  emoji === undefined ? undefined : Vocabulary.depicted.get(normalizeEmoji(emoji))

function canonical(label: string): string | undefined {
  const wording = label
    .toLowerCase()
    .normalize("NFC")
    .replace(/[\s_\p{Pd}\p{Cc}\p{Cs}]+/gu, " ")
    .trim()
  return wording.length <= maxLength && /[\p{L}\p{N}]/u.test(wording) ? wording : undefined
}
