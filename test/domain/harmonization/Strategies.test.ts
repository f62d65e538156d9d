import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { defaults } from "../../../src/domain/harmonization/Quorum.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"

const problems = (json: unknown) => Result.getOrThrow(Result.flip(Strategies.fromConfig(json)))

describe("defaultStrategy", () => {
  it("is quorum with its defaults", () => {
    assert.strictEqual(Strategies.defaultStrategy.name, "quorum")
    assert.deepStrictEqual(Strategies.defaultStrategy.options, defaults)
  })
})

describe("fromConfig", () => {
  it("builds every strategy by its name alone", () => {
    for (const name of Strategies.names) {
      assert.strictEqual(Result.getOrThrow(Strategies.fromConfig(name)).name, name)
      assert.strictEqual(Result.getOrThrow(Strategies.fromConfig({ name })).name, name)
    }
  })

  it("keeps the defaults of what is not set", () => {
    const strategy = Result.getOrThrow(Strategies.fromConfig({ name: "quorum", options: { gate: "majority" } }))
    assert.deepStrictEqual(strategy.options, { ...defaults, gate: "majority" })
  })

  it("names every problem with its path", () => {
    const found = problems({ name: "quorum", options: { mergeIou: 1.5, gate: "loud", mergeiou: 0.5 } })
    assert.deepStrictEqual(found.map(({ path }) => path).sort(), [
      "options.gate",
      "options.mergeIou",
      "options.mergeiou"
    ])
    for (const { message } of found) assert.isNotEmpty(message)
  })

  it("lists the known names when the name is unknown", () => {
    const [problem] = problems("quorom")
    assert.strictEqual(problem?.path, "name")
    for (const name of Strategies.names) assert.include(problem?.message, name)
  })

  it("refuses options that the strategy does not have", () => {
    assert.deepStrictEqual(
      problems({ name: "cross_service_clustering_v1", options: { mergeIou: 0.3 } }).map(({ path }) => path),
      ["options.mergeIou"]
    )
  })

  it("refuses what is no strategy at all", () => {
    for (const json of [null, 3, [], {}, { name: 3 }]) assert.isNotEmpty(problems(json))
  })
})
