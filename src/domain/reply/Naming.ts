/** Reading the words by which services name what they see. */
import { Result } from "effect"
import * as Concept from "../Concept.ts"
import * as Fields from "./Fields.ts"
import type { Mention } from "./Prediction.ts"
import { items, type Omit } from "./Parts.ts"
import * as Sanitize from "./Sanitize.ts"

/** What is seen: the service's word, its emoji, and the concept both stand for. */
export const naming = (fields: Fields.Fields) => {
  const word = Fields.text(Fields.field(fields, "label"))
  if (word === undefined) return Result.fail("no label")
  const emoji = Fields.emoji(Fields.field(fields, "emoji"))
  const concept = Concept.ofMention(word, emoji)
  return concept === undefined
    ? Result.fail(`label ${Fields.describe(word)} names nothing`)
    : Result.succeed({ concept, label: Fields.name(word), emoji })
}

/** Words that name something: `emoji_mappings: [{word, emoji}]`, or `word_mappings: {word: emoji}` as sent before. */
export const mentions = (fields: Fields.Fields, omit: Omit): ReadonlyArray<Mention> => {
  const name = Fields.field(fields, "emoji_mappings") === undefined ? "word_mappings" : "emoji_mappings"
  const wire = Fields.field(fields, name)
  const list = Fields.isFields(wire) ? Sanitize.entries(wire).map(([word, emoji]) => ({ word, emoji })) : wire
  return items(list, name, omit, mention)
}

/** Whether a part of a prediction is one of the words that name something. */
export const isMention = (part: string): boolean =>
  part.startsWith("emoji_mappings") || part.startsWith("word_mappings")

const mention = (fields: Fields.Fields): Fields.Read<Mention> => {
  const word = Fields.text(Fields.own(fields, "word"))
  if (word === undefined) return Result.fail("no word")
  const emoji = Fields.emoji(Fields.own(fields, "emoji"))
  const concept = Concept.ofMention(word, emoji)
  return concept === undefined
    ? Result.fail(`word ${Fields.describe(word)} names nothing`)
    : Result.succeed({ concept, word: Fields.name(word), emoji, shiny: isShiny(fields) })
}

/** Whether the label says that a face is seen. */
export const isFace = (fields: Fields.Fields): boolean => {
  const word = Fields.text(Fields.field(fields, "label"))
  return word !== undefined && Concept.ofLabel(word) === "face"
}

/** The gem that one prediction in 2,500 wears. */
export const isShiny = (fields: Fields.Fields): boolean => Fields.own(fields, "shiny") === true
