import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as Selection from "../../../src/domain/catalog/Selection.ts"
import * as Reply from "../../../src/domain/Reply.ts"
import * as Replies from "../../support/Replies.ts"

const box = [0, 0, 9, 9]
const reply = Result.getOrThrow(
  Reply.decode(
    Replies.success([
      { label: "Traffic_Light", confidence: 0.9, bbox: box },
      { label: "dog", confidence: 0.4, bbox: box },
      { label: "cat", confidence: 0.6, bbox: box },
      { label: "bus", bbox: box },
      { label: "dog", confidence: 0.8, bbox: box }
    ]),
    "spatial"
  )
)
const indices = (selection: Selection.Selection) =>
  Selection.select(selection, reply.predictions).map(({ index }) => index)

describe("select", () => {
  it.each([
    [{}, [0, 1, 2, 3, 4]],
    [{ minConfidence: 0.6 }, [0, 2, 3, 4]],
    [{ minConfidence: { default: 0.5, dog: 0.85, "traffic light": 0.95 } }, [2, 3]],
    [{ labels: { keep: ["dog", "traffic-light".replace("-", " ")] } }, [0, 1, 4]],
    [{ labels: { drop: ["DOG"] } }, [0, 2, 3]],
    [{ labels: { keep: ["dog"] }, minConfidence: 0.5 }, [4]],
    [{ maxPredictions: 2 }, [0, 3]],
    [{ rename: { cat: "dog" }, labels: { keep: ["dog"] } }, [1, 2, 4]]
  ] as const)("keeps by %j predictions %j", (selection, expected) => {
    assert.deepEqual(indices(selection as Selection.Selection), [...expected])
  })

  it("renames to what is meant, concept included", () => {
    const [first] = Selection.select({ rename: { "traffic light": "women" } }, reply.predictions)
    assert.deepInclude(first as object, { label: "women", concept: "person", emoji: undefined })
  })

  it("leaves captions and texts alone", () => {
    const caption = Result.getOrThrow(Reply.decode(Replies.success([{ text: "a dog" }]), "semantic"))
    const selection = { minConfidence: 1, labels: { keep: ["cat"] as const }, maxPredictions: 1 }
    assert.deepEqual(Selection.select(selection, caption.predictions), caption.predictions)
  })

  it.prop(
    "keeps the order, and nothing that was not there",
    [Replies.predictions, Schema.Finite],
    ([predictions, n]) => {
      const { predictions: all } = Result.getOrThrow(Reply.decode(Replies.success(predictions), "specialized"))
      const kept = Selection.select({ minConfidence: Math.abs(n % 1), maxPredictions: 3 }, all)
      assert.deepEqual(
        kept,
        all.filter((prediction) => kept.includes(prediction))
      )
    }
  )
})
