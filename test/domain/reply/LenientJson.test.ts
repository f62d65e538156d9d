import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { readFileSync } from "node:fs"
import * as Reply from "../../../src/domain/Reply.ts"
import * as LenientJson from "../../../src/domain/reply/LenientJson.ts"
import { milliseconds } from "../../support/Processor.ts"

describe("parse", () => {
  it.prop("agrees with JSON on JSON", [Schema.Json], ([value]) => {
    const text = JSON.stringify(value)
    assert.deepEqual(LenientJson.parse(text), JSON.parse(text))
  })

  it.prop("reads numbers that JSON does not have as texts, and leaves texts alone", [Schema.String], ([text]) => {
    const words = `${text} NaN, -Infinity: Infinity`
    const json = `[NaN, {"a": -Infinity, ${JSON.stringify(words)}: Infinity}, ${JSON.stringify(words)}]`
    assert.deepEqual(LenientJson.parse(json), ["NaN", { a: "-Infinity", [words]: "Infinity" }, words])
  })

  it("does not read what is no JSON", () => {
    for (const text of ["", "<html>", '{"a": NaN', "{NaN: 1", "nan", "[NaNs]"]) {
      assert.isUndefined(LenientJson.parse(text), text)
    }
  })
})

describe("a text with very many of anything", () => {
  const count = 300_000
  it.each([
    ["quotes that are escaped", `"${'\\"'.repeat(count)}`],
    ["texts", `[${'"",'.repeat(count)}NaN`],
    ["brackets", "[".repeat(count)],
    ["words that are no numbers", `[${"NaN,".repeat(count)}NaN]`],
    ["signs", "-".repeat(count)]
  ])("is read in a fraction of a second: %s", (_, text) => {
    assert.isBelow(
      milliseconds(() => LenientJson.parse(text)),
      1000
    )
  })

  it("is not read when it holds more than any reply", () => {
    assert.isUndefined(LenientJson.parse(JSON.stringify(Array.from({ length: 500_000 }, () => ""))))
    assert.lengthOf(LenientJson.parse(JSON.stringify(Array.from({ length: 500_000 }, () => 0))) as [], 500_000)
  })
})

describe("a reply with NaN", () => {
  const text = readFileSync(new URL("../../fixtures/misread/nan.txt", import.meta.url), "utf8")

  it("loses the field and no more, and says so", () => {
    const { diagnostics, predictions } = Result.getOrThrow(Reply.decode(LenientJson.parse(text), "spatial"))
    assert.deepEqual(
      predictions.map((prediction) => prediction._tag === "Object" && [prediction.label, prediction.confidence]),
      [
        ["person", 0.91],
        ["dog", undefined]
      ]
    )
    assert.deepEqual(diagnostics, [{ index: 1, part: "confidence", problem: "it is NaN, not a number" }])
  })

  it("loses only the box with NaN in it", () => {
    const reply = LenientJson.parse(
      '{"status": "success", "predictions": [{"label": "dog", "bbox": [1, NaN, 3, 4]}, {"label": "cat", "bbox": [1, 2, 3, 4]}]}'
    )
    const { diagnostics, predictions } = Result.getOrThrow(Reply.decode(reply, "spatial"))
    assert.lengthOf(predictions, 1)
    assert.deepEqual(diagnostics, [{ index: 0, problem: 'bbox: y is "NaN"' }])
  })

  it("loses only the property of metadata that is NaN, however deep", () => {
    const reply = LenientJson.parse(
      '{"status": "success", "predictions": [{"quality": {"blur": {"laplacian": NaN, "score": 0.5}}, "entropy": Infinity}]}'
    )
    const { diagnostics, predictions } = Result.getOrThrow(Reply.decode(reply, "metadata"))
    assert.deepEqual(predictions, [{ _tag: "Metadata", index: 0, properties: { quality: { blur: { score: 0.5 } } } }])
    assert.deepEqual(
      diagnostics.map(({ part }) => part),
      ["quality.blur.laplacian", "entropy"]
    )
  })
})
