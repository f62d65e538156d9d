import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Result, Schema } from "effect"
import * as Query from "../../../src/domain/archive/Query.ts"

const words = (text: string, match: Query.Match = "wording"): Query.Query => ({ _tag: "Words", text, match })
const not = (query: Query.Query): Query.Query => ({ _tag: "Not", query })
const and = (...queries: ReadonlyArray<Query.Query>): Query.Query => ({ _tag: "And", queries })
const or = (...queries: ReadonlyArray<Query.Query>): Query.Query => ({ _tag: "Or", queries })

const leaf = Arbitrary.map(
  Arbitrary.all([
    Arbitrary.schema(Schema.Literals(["dog", "Zoë", "🐶", "img_20-1", "a*b", "x-ray", "or", "犬"])),
    Arbitrary.schema(Schema.Literals(["wording", "exact", "beginning"]))
  ]),
  ([text, match]) => words(text, match)
)

/** Queries as deep as people write them. */
const queries = (depth: number): Arbitrary.Arbitrary<Query.Query> => {
  if (depth === 0) return leaf
  const several = Arbitrary.array(queries(depth - 1), { minLength: 2, maxLength: 3 })
  return Arbitrary.map(
    Arbitrary.all([Arbitrary.schema(Schema.Literals(["leaf", "not", "and", "or"])), leaf, queries(depth - 1), several]),
    ([kind, word, query, parts]) =>
      kind === "leaf" ? word : kind === "not" ? not(query) : kind === "and" ? and(...parts) : or(...parts)
  )
}

describe("Query", () => {
  describe("parse", () => {
    it.each([
      ["dog", words("dog")],
      ["dog cat", and(words("dog"), words("cat"))],
      ["dog AND cat", and(words("dog"), words("cat"))],
      ["dog and cat", and(words("dog"), words("and"), words("cat"))],
      ["dog OR cat bird", or(words("dog"), and(words("cat"), words("bird")))],
      ["(dog OR cat) bird", and(or(words("dog"), words("cat")), words("bird"))],
      ["NOT dog", not(words("dog"))],
      ["cat -dog", and(words("cat"), not(words("dog")))],
      ['cat -"no parking"', and(words("cat"), not(words("no parking", "exact")))],
      ["-(cat dog)", not(and(words("cat"), words("dog")))],
      ["NOT NOT dog", not(not(words("dog")))],
      ["beach - 2020", and(words("beach"), words("2020"))],
      ["x-ray", words("x-ray")],
      ["IMG_20*", words("IMG_20", "beginning")],
      ["🐶 🏳️‍🌈", and(words("🐶"), words("🏳️‍🌈"))],
      ['"OR"', words("OR", "exact")]
    ])("reads %s", (text, query) => {
      assert.deepStrictEqual(Query.parse(text), Result.succeed(query))
    })

    it.each([
      ["", "There is no word", 0],
      [" - ", "There is no word", 3],
      ['dog "cat', "The quotation mark at character 5 has no other that closes it", 4],
      ['dog ""', "There is no word between the quotation marks at character 5", 4],
      ["dog OR", "A word is missing after OR", 6],
      ["dog NOT", "A word is missing after NOT", 7],
      ["AND dog", "A word is missing before AND at character 1", 0],
      ["dog OR OR cat", "A word is missing before OR at character 8", 7],
      ["(dog", '"(" at character 1 has no ")"', 0],
      ["dog) cat", '")" at character 4 closes nothing', 3],
      ["()", "A word is missing before ) at character 2", 1],
      ["(".repeat(100_000), "More than 50 parentheses and NOT are within each other at character 51", 50],
      ["NOT ".repeat(100_000), "More than 50 parentheses and NOT are within each other at character 201", 200]
    ])("refuses %s and says where", (text, problem, at) => {
      assert.deepStrictEqual(Query.parse(text), Result.fail({ problem, at }))
    })

    it.prop("reads what print writes", [queries(3)], ([query]) => {
      assert.deepStrictEqual(Query.parse(Query.print(query)), Result.succeed(query))
    })

    it.prop(
      "reads or refuses any text, and names a place in it",
      [
        Arbitrary.map(
          Arbitrary.array(
            Arbitrary.schema(Schema.Literals(['"', "(", ")", "-", " ", "a", "OR ", "NOT ", "*", "\uD83D"]))
          ),
          (parts) => parts.join("")
        )
      ],
      ([text]) => {
        Result.match(Query.parse(text), {
          onFailure: ({ at }) => assert.isTrue(at >= 0 && at <= text.length),
          onSuccess: (query) => assert.deepStrictEqual(Query.parse(Query.print(query)), Result.succeed(query))
        })
      },
      { arbitrary: { runs: 500 } }
    )
  })

  describe("complement", () => {
    /** Has the words that begin with one of these letters. */
    const having =
      (letters: ReadonlyArray<string>) =>
      ({ text }: Query.Words) =>
        letters.some((letter) => text.startsWith(letter))
    const some = Arbitrary.array(Arbitrary.schema(Schema.Literals(["d", "Z", "🐶", "i", "a"])), { maxLength: 3 })

    it.prop("is met by all that does not meet the query", [queries(3), some], ([query, letters]) => {
      const has = having(letters)
      assert.strictEqual(Query.isMet(Query.complement(query), has), !Query.isMet(query, has))
    })

    it.prop("negates nothing but words", [queries(3)], ([query]) => {
      const negated = (query: Query.Query): ReadonlyArray<Query.Query> =>
        query._tag === "Not" ? [query.query] : query._tag === "Words" ? [] : query.queries.flatMap(negated)
      for (const each of negated(Query.complement(query))) assert.strictEqual(each._tag, "Words")
    })
  })

  it("looks for the concept of a word, too, unless it is in quotes or has any ending", () => {
    assert.deepStrictEqual(Query.wordings({ _tag: "Words", text: "Women", match: "wording" }), ["Women", "person"])
    assert.deepStrictEqual(Query.wordings({ _tag: "Words", text: "Women", match: "exact" }), ["Women"])
    assert.deepStrictEqual(Query.wordings({ _tag: "Words", text: "wom", match: "beginning" }), ["wom"])
    assert.deepStrictEqual(Query.wordings({ _tag: "Words", text: "dog", match: "wording" }), ["dog"])
  })

  it.each([
    ["do", "dog", "dog "],
    ["cat -do", "dog", "cat -dog "],
    ["cat NOT din", "dining table", 'cat NOT "dining table" '],
    ['cat "din', "dining table", 'cat "dining table" '],
    ["(cat OR do", "dog", "(cat OR dog "],
    ["cat ", "dog", "cat dog "],
    ["o", "OR", '"OR" '],
    ["g", 'my "best" group', '"my  best  group" ']
  ])("completes %s by %s", (text, suggestion, completed) => {
    assert.strictEqual(Query.complete(text, suggestion), completed)
    assert.isTrue(Result.isSuccess(Query.parse(Query.complete(text, suggestion).replace("(", ""))))
  })
})
