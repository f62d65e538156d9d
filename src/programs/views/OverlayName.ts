/** What the file of an overlay is called. */
import type { ImageId } from "../../domain/Identifiers.ts"

/** Bytes that the name of a file may have. */
const maxBytes = 255

const extension = ".jpg"

/**
 * The image's id and what its own name has left of it: a name that every usual file system takes, and that no other image
 * has. Control characters, what changes the direction of writing, and what separates folders or has a meaning to a file system
 * become `_`; a name that is too long is cut between two characters.
 *
 * @example
 * of(7, "a/b?.png") // => "7-a_b_.jpg"
 */
export const of = (imageId: ImageId, filename: string): string => {
  const stem = filename.replace(/(?<=.)\.[^.]*$/su, "").replace(/[\p{Cc}\p{Cs}\p{Bidi_Control}/\\<>:"|?*]/gu, "_")
  const before = `${imageId}-`
  return `${before}${cut(stem, maxBytes - before.length - extension.length)}${extension}`
}

/** As many whole characters as fit into so many bytes of UTF-8. */
const cut = (text: string, bytes: number): string => {
  let left = bytes
  const kept: Array<string> = []
  for (const { segment } of new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)) {
    left -= new TextEncoder().encode(segment).length
    if (left < 0) break
    kept.push(segment)
  }
  return kept.join("")
}
