/** What a text names, for replies. */
import { emojiOf, ofLabel } from "#domain/Concept"

/** The words of a text that name something of the vocabulary, at most twenty, in lower case. */
export const mentions = (text: string): ReadonlyArray<{ readonly word: string; readonly emoji: string }> =>
  (text.toLowerCase().match(/\p{L}{3,}/gu) ?? [])
    .flatMap((word) => {
      const emoji = emojiFor(word)
      return emoji === undefined ? [] : [{ word, emoji }]
    })
    .slice(0, 20)

/** The emoji of what a label names. */
export const emojiFor = (label: string): string | undefined => {
  const concept = ofLabel(label)
  return concept && emojiOf(concept)
}
