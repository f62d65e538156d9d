/**
 * What is looked for, in one line: `dog "no parking" NOT cat`.
 *
 * Words that follow each other must all be there. `OR` stands between choices and binds less than that; `NOT`, or `-` before a
 * word, means that it must not be there; parentheses group. The three operators are written in capitals. A word is found in any
 * wording (`women` finds what is a `person`), words in quotes as they are written and in this order. `*` at the end of a word
 * stands for any ending.
 */
import { Result, Schema } from "effect"
import * as Concept from "../Concept.ts"

/** What must be there, as the operators say. */
export type Query =
  | Words
  | { readonly _tag: "And" | "Or"; readonly queries: ReadonlyArray<Query> }
  | { readonly _tag: "Not"; readonly query: Query }

/** Words that are to be found. */
export interface Words {
  readonly _tag: "Words"
  readonly text: string
  readonly match: Match
}

/** How words are found: in any wording, exactly, or with any ending. */
export type Match = "wording" | "exact" | "beginning"

/** Why a line is no query: what is wrong with it and, at which character from 0, where. */
export interface Misread {
  readonly problem: string
  readonly at: number
}

/** Reads a query. What is neither word nor operator, a dash between spaces, says nothing. */
export const parse = (text: string): Result.Result<Query, Misread> =>
  Result.gen(function* () {
    const reader: Reader = { tokens: yield* tokensOf(text), next: 0, depth: 0, end: text.length }
    const query = yield* choices(reader)
    const rest = reader.tokens[reader.next]
    return rest === undefined ? query : yield* misread(`")" at character ${rest.at + 1} closes nothing`, rest.at)
  })

/** Writes a query so that `parse` reads the same. */
export const print = (self: Query): string => {
  switch (self._tag) {
    case "Words":
      return self.match === "exact" ? `"${self.text}"` : `${self.text}${self.match === "beginning" ? "*" : ""}`
    case "Not":
      return `NOT ${inner(self.query)}`
    case "And":
      return self.queries.map(inner).join(" ")
    case "Or":
      return self.queries.map(inner).join(" OR ")
  }
}

const inner = (query: Query): string =>
  query._tag === "And" || query._tag === "Or" ? `(${print(query)})` : print(query)

/** A line that `parse` can read. */
export const QueryText = Schema.NonEmptyString.check(
  Schema.isMaxLength(1000),
  Schema.makeFilter((text) => Result.match(parse(text), { onFailure: ({ problem }) => problem, onSuccess: () => true }))
).pipe(Schema.brand("QueryText"))
export type QueryText = typeof QueryText.Type

/** The texts of which one must be there for words to be found: the words, and the concept that they name. */
export const wordings = ({ match, text }: Words): ReadonlyArray<string> => {
  const concept = match === "wording" ? Concept.ofLabel(text) : undefined
  return concept === undefined || concept === text ? [text] : [text, concept]
}

/** Whether something is meant, when `has` says which words it has. */
export const isMet = (self: Query, has: (words: Words) => boolean): boolean => {
  switch (self._tag) {
    case "Words":
      return has(self)
    case "Not":
      return !isMet(self.query, has)
    case "And":
      return self.queries.every((query) => isMet(query, has))
    case "Or":
      return self.queries.some((query) => isMet(query, has))
  }
}

/** What is met by all that does not meet the query. Nothing but words is negated in it. */
export const complement = (self: Query): Query => {
  switch (self._tag) {
    case "Words":
      return { _tag: "Not", query: self }
    case "Not":
      return self.query._tag === "Words" ? self.query : complement(complement(self.query))
    case "And":
    case "Or":
      return { _tag: self._tag === "And" ? "Or" : "And", queries: self.queries.map(complement) }
  }
}

/** The last word of a line that is being typed, and the line before it: what a suggestion replaces, and what it keeps. */
export const typing = (text: string): { readonly before: string; readonly word: string } => {
  const quote = text.split('"').length % 2 === 0 ? text.lastIndexOf('"') : -1
  const begin = quote >= 0 ? quote : (/[^\s()"]*$/.exec(text)?.index ?? text.length)
  const word = text.slice(begin).replace(/^["-]/, "")
  return { before: text.slice(0, begin) + (text[begin] === "-" ? "-" : ""), word }
}

/** The line with a suggestion in the place of the word that was being typed. */
export const complete = (text: string, suggestion: string): string => {
  const plain = /^[^\s()"-][^\s()"]*$/.test(suggestion) && !operators.has(suggestion)
  return `${typing(text).before}${plain ? suggestion : `"${suggestion.replaceAll('"', " ").trim()}"`} `
}

const operators: ReadonlySet<string> = new Set(["AND", "OR", "NOT"])

type Token =
  | { readonly _tag: "AND" | "OR" | "NOT" | "(" | ")"; readonly at: number }
  | { readonly _tag: "Words"; readonly at: number; readonly text: string; readonly match: Match }

/** Parentheses and quotes part words, as spaces do; a `-` is an operator at the beginning of what follows it. */
const tokenPattern = /\s+|([()])|"([^"]*)("?)|(-)(?=[^\s)-])|([^\s()"]+)/gy

const tokensOf = (text: string): Result.Result<ReadonlyArray<Token>, Misread> => {
  const tokens: Array<Token> = []
  for (const match of text.matchAll(tokenPattern)) {
    const { index: at } = match
    const [, parenthesis, quoted, closing, dash, word] = match
    if (parenthesis !== undefined) tokens.push({ _tag: parenthesis as "(" | ")", at })
    else if (dash !== undefined) tokens.push({ _tag: "NOT", at })
    else if (quoted !== undefined) {
      if (closing === "") return misread(`The quotation mark at character ${at + 1} has no other that closes it`, at)
      if (!isFindable(quoted)) return misread(`There is no word between the quotation marks at character ${at + 1}`, at)
      tokens.push({ _tag: "Words", at, text: quoted, match: "exact" })
    } else if (word !== undefined) {
      if (operators.has(word)) tokens.push({ _tag: word as "AND" | "OR" | "NOT", at })
      else if (!isFindable(word)) continue
      else if (/[^*]\*$/.test(word)) tokens.push({ _tag: "Words", at, text: word.slice(0, -1), match: "beginning" })
      else tokens.push({ _tag: "Words", at, text: word, match: "wording" })
    }
  }
  return Result.succeed(tokens)
}

const misread = (problem: string, at: number) => Result.fail({ problem, at })

/** Whether there is more than signs that part words. */
const isFindable = (text: string): boolean => /[\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}]/u.test(text)

interface Reader {
  readonly tokens: ReadonlyArray<Token>
  next: number
  /** How many parentheses and `NOT` the next token is within. */
  depth: number
  /** The length of the line. */
  readonly end: number
}

const choices = (reader: Reader): Result.Result<Query, Misread> => listOf("Or", reader, all)

const all = (reader: Reader): Result.Result<Query, Misread> => listOf("And", reader, one)

/** Queries that an operator stands between, of which `AND` may be left out. */
const listOf = (_tag: "And" | "Or", reader: Reader, part: (reader: Reader) => Result.Result<Query, Misread>) =>
  Result.gen(function* () {
    const queries = [yield* part(reader)]
    while (reader.next < reader.tokens.length) {
      const token = reader.tokens[reader.next]!
      if (token._tag === _tag.toUpperCase()) reader.next++
      else if (_tag === "Or" || token._tag === "OR" || token._tag === ")") break
      queries.push(yield* part(reader))
    }
    return queries.length === 1 ? queries[0]! : ({ _tag, queries } satisfies Query)
  })

const one = (reader: Reader): Result.Result<Query, Misread> =>
  Result.gen(function* () {
    const token = reader.tokens[reader.next++]
    if (token === undefined) {
      const before = reader.tokens.at(-1)
      return yield* misread(
        before === undefined ? "There is no word" : `A word is missing after ${before._tag}`,
        reader.end
      )
    }
    switch (token._tag) {
      case "Words":
        return { _tag: "Words", text: token.text, match: token.match } satisfies Query
      case "NOT":
        return { _tag: "Not", query: yield* within(reader, token, one) } satisfies Query
      case "(": {
        const query = yield* within(reader, token, choices)
        if (reader.tokens[reader.next++] !== undefined) return query
        return yield* misread(`"(" at character ${token.at + 1} has no ")"`, token.at)
      }
      default:
        return yield* misread(`A word is missing before ${token._tag} at character ${token.at + 1}`, token.at)
    }
  })

/** Parentheses and `NOT` within each other. Each takes a part of the stack, and no person writes as many. */
const deepest = 50

const within = (reader: Reader, { at }: Token, read: (reader: Reader) => Result.Result<Query, Misread>) => {
  if (reader.depth === deepest) {
    return misread(`More than ${deepest} parentheses and NOT are within each other at character ${at + 1}`, at)
  }
  reader.depth++
  const query = read(reader)
  reader.depth--
  return query
}
