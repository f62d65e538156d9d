import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { harmonizationInput, observe } from "../../../src/domain/Derive.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import * as Selection from "../../../src/domain/catalog/Selection.ts"
import * as Reply from "../../../src/domain/Reply.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import { factsOf, object, said, type Wire } from "../../support/Facts.ts"
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
  Selection.select(selection, reply.predictions).predictions.map(({ index }) => index)

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
    const [first] = Selection.select({ rename: { "traffic light": "women" } }, reply.predictions).predictions
    assert.deepInclude(first as object, { label: "women", concept: "person", emoji: undefined })
  })

  it("leaves captions and texts alone", () => {
    const caption = Result.getOrThrow(Reply.decode(Replies.success([{ text: "a dog" }]), "semantic"))
    const selection = { minConfidence: 1, labels: { keep: ["cat"] as const }, maxPredictions: 1 }
    assert.deepEqual(Selection.select(selection, caption.predictions).predictions, caption.predictions)
  })

  it.prop(
    "keeps the order, and nothing that was not there",
    [Replies.predictions, Schema.Finite],
    ([predictions, n]) => {
      const { predictions: all } = Result.getOrThrow(Reply.decode(Replies.success(predictions), "specialized"))
      const kept = Selection.select({ minConfidence: Math.abs(n % 1), maxPredictions: 3 }, all).predictions
      assert.deepEqual(
        kept,
        all.filter((prediction) => kept.includes(prediction))
      )
    }
  )
})

describe("a service that is told what to name", () => {
  const detector = (id: string, settings: object) =>
    Result.getOrThrow(ServiceCatalog.decode({ services: { [id]: { port: 1, kind: "spatial", ...settings } } }))[0]!
  const dog = object("dog", [10, 10, 50, 50], 0.9)

  /** Who dissents from the dog that one detector saw and another did not report. */
  const dissenters = (settings: object, ...reported: ReadonlyArray<Wire>) => {
    const catalog = [detector("a", {}), detector("b", { ...settings, endpoint: "/b" })]
    const observation = observe(factsOf({ a: said(dog), b: said(...reported) }), catalog)
    const { boxes } = Strategies.defaultStrategy.harmonize(harmonizationInput(observation))
    const box = boxes.find(({ concept }) => concept === "dog")
    return box!.dissenters
  }

  it("abstains from what it may not name, and from what was one too many", () => {
    assert.deepStrictEqual<unknown>(dissenters({ labels: { drop: ["dog"] } }, dog), [])
    assert.deepStrictEqual<unknown>(dissenters({ labels: { keep: ["cat"] } }, dog), [])
    assert.deepStrictEqual<unknown>(dissenters({ maxPredictions: 1 }, object("cat", [100, 100, 9, 9], 0.95), dog), [])
  })

  it("saw nothing where it is less sure than it has to be", () => {
    assert.deepStrictEqual<unknown>(dissenters({ minConfidence: 0.95 }, dog), ["b"])
    assert.deepStrictEqual<unknown>(dissenters({}, dog), [])
  })
})
