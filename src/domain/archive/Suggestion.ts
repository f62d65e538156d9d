/** What a word that is being typed may become. */
import { Schema } from "effect"

export const Suggestion = Schema.Struct({
  /** What has this name: something that was found in images, or a group of them. */
  kind: Schema.Literals(["label", "group"]),
  text: Schema.NonEmptyString,
  emoji: Schema.optionalKey(Schema.String)
})
export type Suggestion = typeof Suggestion.Type
