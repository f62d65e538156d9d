/**
 * SVG from untrusted values.
 *
 * What is put into a `markup` template is escaped, in element text and in quoted attributes alike, unless it is markup
 * itself. Labels, captions, file names and text read from pictures therefore stay text.
 */

/** Text that may go into a drawing as it is. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** What a template takes. `undefined` and `false` leave nothing behind; a list is put together without separators. */
export type Value = string | number | Markup | undefined | false | ReadonlyArray<Value>

/** A template whose values are escaped. Attribute values must be in double quotes. */
export const markup = (strings: TemplateStringsArray, ...values: ReadonlyArray<Value>): Markup =>
  new Markup(strings.reduce((text, string, index) => text + toText(values[index - 1]) + string))

/** The text with every character escaped that means something in XML, and without those it cannot hold. */
export const escape = (text: string): string =>
  text
    .replace(/[\p{Cs}\ufffe\uffff]|(?![\t\n])\p{Cc}/gu, "\ufffd")
    .replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)

const toText = (value: Value): string => {
  if (value === undefined || value === false) return ""
  if (value instanceof Markup) return value.text
  if (typeof value === "object") return value.map(toText).join("")
  if (typeof value === "number") return String(value)
  return escape(value)
}
