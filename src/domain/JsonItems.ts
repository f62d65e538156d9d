/** The items of one JSON array whose text comes in pieces, so that a large file is never held whole. */

/** No item is longer, in characters. */
const longestItem = 16 * 1024 * 1024

/** Where a text is no JSON array of values, by the number of the item from 0. */
export interface JsonItemsProblem {
  readonly item: number
  readonly problem: string
}

/** Takes the pieces of a text in their order. */
export interface JsonItems {
  /** The items that are complete with this piece, parsed; or what is wrong, after which nothing follows. */
  readonly next: (piece: string) => ReadonlyArray<unknown> | JsonItemsProblem
  /** What is wrong when the text ends here; `undefined` when the array is complete. */
  readonly end: () => JsonItemsProblem | undefined
}

/** Reads one text. */
export const reader = (): JsonItems => {
  let rest = ""
  /** How far `rest` was looked at. */
  let at = 0
  let depth = 0
  let isText = false
  let isEscaped = false
  let isOver = false
  let items = 0

  const item = (text: string): unknown => {
    items++
    return JSON.parse(text)
  }
  const fail = (problem: string): JsonItemsProblem => ({ item: items, problem })

  const next = (piece: string): ReadonlyArray<unknown> | JsonItemsProblem => {
    rest += piece
    const found: Array<unknown> = []
    try {
      let start = 0
      for (; at < rest.length; at++) {
        const character = rest.charCodeAt(at)
        if (isText) {
          if (isEscaped) isEscaped = false
          else if (character === backslash) isEscaped = true
          else if (character === quote) isText = false
          continue
        }
        if (isSpace(character)) continue
        if (isOver) return fail("something follows the array")
        if (depth === 0) {
          if (character !== openArray) return fail("it is not an array")
          depth = 1
          start = at + 1
        } else if (character === quote) isText = true
        else if (character === openArray || character === openObject) depth++
        else if (character === closeArray || character === closeObject) {
          if (--depth > 0) continue
          const last = rest.slice(start, at)
          if (items > 0 || found.length > 0 || last.trim() !== "") found.push(item(last))
          isOver = true
          start = at + 1
        } else if (character === comma && depth === 1) {
          found.push(item(rest.slice(start, at)))
          start = at + 1
        }
      }
      rest = rest.slice(start)
      at -= start
    } catch (cause) {
      return { item: items - 1, problem: (cause as Error).message }
    }
    return rest.length > longestItem ? fail(`it is longer than ${longestItem} characters`) : found
  }
  return { next, end: () => (isOver ? undefined : fail("the text ends in the middle of the array")) }
}

const quote = 34
const comma = 44
const openArray = 91
const backslash = 92
const closeArray = 93
const openObject = 123
const closeObject = 125

const isSpace = (character: number): boolean =>
  character === 32 || character === 10 || character === 13 || character === 9 || character === 0xfeff
