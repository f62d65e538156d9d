/**
 * Text of others (file names, labels, replies, errors about them) where it is printed: on a terminal it must not move the
 * cursor or change its direction, in a log it must not begin a line of its own.
 */

/** The text on one line: control, bidirectional and unpaired characters are shown as the escapes of JSON. */
export const line = (text: string): string => text.replace(unprintable, escape)

/** The same, with its line breaks and tabs. */
export const lines = (text: string): string =>
  text.replace(unprintable, (character) => (character === "\n" || character === "\t" ? character : escape(character)))

const unprintable = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

const escape = (character: string): string =>
  short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
