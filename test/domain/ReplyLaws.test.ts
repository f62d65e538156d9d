import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { BoundingBox, iou } from "../../src/domain/BoundingBox.ts"
import { Confidence, Detection } from "../../src/domain/Detection.ts"
import { ServiceId } from "../../src/domain/Identifiers.ts"
import * as Reply from "../../src/domain/Reply.ts"
import * as Replies from "../support/Replies.ts"

const often = { arbitrary: { runs: 500 } }
const decoded = (predictions: ReadonlyArray<unknown>, kind: typeof Replies.kind.Type) =>
  Result.getOrThrow(Reply.decode(Replies.success(predictions), kind))

/** All values inside a value, keys of objects included. */
const inside = (value: unknown): ReadonlyArray<unknown> =>
  typeof value === "object" && value !== null
    ? [value, ...Object.entries(value).flatMap(([key, item]) => [key, ...inside(item)])]
    : [value]

describe("Reply", () => {
  describe("decode", () => {
    it.prop(
      "never throws, and says what is wrong in words",
      [Replies.body, Replies.kind],
      ([body, kind]) => {
        const result = Reply.decode(body, kind)
        if (Result.isFailure(result)) assert.isNotEmpty(result.failure.message)
        else for (const { problem } of result.success.diagnostics) assert.isNotEmpty(problem)
      },
      often
    )

    it.prop(
      "reads every prediction or sets it aside, in the order of the reply",
      [Replies.predictions, Replies.kind],
      ([predictions, kind]) => {
        const reply = decoded(predictions, kind)
        const setAside = reply.diagnostics.filter(({ part }) => part === undefined)
        const read = reply.predictions.map(({ index }) => index)
        const indices = [...read, ...setAside.map(({ index }) => index)]
        assert.deepStrictEqual(
          indices.sort((a, b) => a - b),
          predictions.map((_, index) => index)
        )
        assert.deepStrictEqual(
          read,
          read.toSorted((a, b) => a - b)
        )
        for (const { index, part } of reply.diagnostics) if (part !== undefined) assert.include(read, index)
      },
      often
    )

    it.prop(
      "reads every prediction as if it were the only one",
      [Replies.predictions, Replies.kind],
      ([predictions, kind]) => {
        const alone = predictions.map((prediction, index) => {
          const reply = decoded([prediction], kind)
          return {
            predictions: reply.predictions.map((it) => ({ ...it, index })),
            diagnostics: reply.diagnostics.map((it) => ({ ...it, index })),
            unread: reply.unread
          }
        })
        const { unread, ...reply } = decoded(predictions, kind)
        assert.deepStrictEqual(reply, {
          predictions: alone.flatMap((it) => it.predictions),
          diagnostics: alone.flatMap((it) => it.diagnostics)
        })
        const concepts = alone.flatMap((it) => (it.unread === "anything" ? [] : [...(it.unread ?? [])]))
        if (alone.some((it) => it.unread === "anything")) assert.strictEqual(unread, "anything")
        else assert.deepStrictEqual(unread, concepts.length === 0 ? undefined : new Set(concepts))
      },
      often
    )

    it.prop(
      "lets through only text that can be stored, finite numbers and no prototypes",
      [Replies.predictions, Replies.kind],
      ([predictions, kind]) => {
        for (const value of inside(decoded(predictions, kind))) {
          if (typeof value === "number") assert.isTrue(Number.isFinite(value))
          if (typeof value === "string") assert.notMatch(value, /[\0\p{Cs}]/u)
          if (typeof value === "object" && value !== null) assert.isFalse(Object.hasOwn(value, "__proto__"))
        }
      },
      often
    )

    it.prop(
      "lets through only confidences in [0, 1] and boxes that overlap themselves",
      [Replies.predictions, Schema.Literals(["spatial", "specialized", "classification"])],
      ([predictions, kind]) => {
        for (const value of inside(decoded(predictions, kind).predictions)) {
          if (typeof value !== "object" || value === null) continue
          if ("box" in value) assert.isTrue(Schema.is(BoundingBox)(value.box) && iou(value.box, value.box) > 0.999)
          if ("confidence" in value && value.confidence !== undefined) {
            assert.isTrue(Schema.is(Confidence)(value.confidence))
          }
        }
      },
      often
    )
  })

  describe("detections", () => {
    it.prop(
      "fit the schema they are stored with, one per object",
      [Replies.predictions],
      ([predictions]) => {
        const reply = decoded(predictions, "spatial")
        const detections = Reply.detections(reply, ServiceId.make("yolov8"))
        for (const detection of detections) assert.isTrue(Schema.is(Detection)(detection))
        assert.deepStrictEqual(
          detections.map(({ index }) => index),
          reply.predictions.map(({ index }) => index)
        )
      },
      often
    )
  })
})
