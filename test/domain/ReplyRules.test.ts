/** The rules for tolerant readers of the service contract, one by one. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as Reply from "../../src/domain/Reply.ts"
import type { EvidenceKind } from "../../src/domain/ServiceCatalog.ts"
import * as Floods from "../support/Floods.ts"
import { success } from "../support/Replies.ts"
import { milliseconds } from "../support/Processor.ts"

const bbox = { x: 10, y: 20, width: 30, height: 40 }

const decoded = (predictions: unknown, kind: EvidenceKind) =>
  Result.getOrThrow(Reply.decode(success(predictions), kind))

/** The only prediction of a reply without diagnostics. */
const only = <Tag extends Reply.Prediction["_tag"]>(tag: Tag, prediction: unknown, kind: EvidenceKind) => {
  const reply = decoded([prediction], kind)
  assert.deepStrictEqual(reply.diagnostics, [])
  assert.strictEqual(reply.predictions[0]?._tag, tag)
  return reply.predictions[0] as Extract<Reply.Prediction, { _tag: Tag }>
}

/** The diagnostic of the only prediction. */
const problem = (prediction: unknown, kind: EvidenceKind) => {
  const reply = decoded([prediction], kind)
  assert.deepStrictEqual(reply.predictions, [])
  assert.strictEqual(reply.diagnostics.length, 1)
  assert.notProperty(reply.diagnostics[0], "part")
  return reply.diagnostics[0]?.problem
}

const failure = (body: unknown) => {
  const result = Reply.decode(body, "spatial")
  return Result.isFailure(result) ? result.failure : undefined
}

describe("Reply.decode", () => {
  describe("of texts that are too long", () => {
    const long = "🐴".repeat(1500)

    it("cuts each and marks that it did", () => {
      const dog = only("Object", { label: `dog${" ".repeat(5000)}`, emoji: long, confidence: 0.9, bbox }, "spatial")
      assert.strictEqual(dog.concept, "dog")
      assert.strictEqual(dog.emoji, `${"🐴".repeat(31)}…`)
      assert.lengthOf(dog.label, 200)
      const caption = only(
        "Caption",
        { text: "x".repeat(1e6), emoji_mappings: [{ word: "dog", emoji: long }] },
        "semantic"
      )
      assert.strictEqual(caption.text, `${"x".repeat(9_999)}…`)
      assert.strictEqual(caption.mentions[0]!.emoji, dog.emoji)
      const lines = Array.from({ length: 50 }, () => ({ text: "y".repeat(1000), bbox, confidence: 0.5 }))
      const text = only("Text", { text_regions: lines, has_text: true }, "specialized")
      assert.lengthOf(text.text, 10_000)
    })

    it("keeps the longest emojis there are", () => {
      const family = "👩🏽‍❤️‍💋‍👨🏿👩🏽‍🦽‍➡️🏴󠁧󠁢󠁥󠁮󠁧󠁿"
      assert.strictEqual(only("Object", { label: "dog", emoji: family, bbox }, "spatial").emoji, family)
    })
  })

  describe("of an error", () => {
    it.each([
      [{ status: "error", error: { message: "no image" }, predictions: [] }, "no image"],
      [{ status: "error", error: "no image" }, "no image"],
      [{ status: "ERROR", message: "no image" }, "no image"],
      [{ error: "no image" }, "no image"],
      [{ error: { message: "no image" }, predictions: [] }, "no image"],
      [{ status: "error" }, 'The service says status "error" without a message'],
      [{ status: "failed", predictions: [] }, 'The service says status "failed" without a message'],
      [{ status: "error", error: { message: "" } }, 'The service says status "error" without a message'],
      [{ status: 500, error: { code: 7 } }, "The service says status 500 without a message"],
      [{ status: "error", error: "a\u0000b" }, "a\uFFFDb"]
    ])("reads %j", (body, message) => {
      assert.deepStrictEqual(failure(body), { _tag: "ServiceError", message })
    })

    it("keeps a message short", () => {
      assert.strictEqual(failure({ status: "error", error: "x".repeat(10_000) })?.message.length, 500)
    })

    it.each([
      [null, "Expected an object, got null"],
      [[], "Expected an object, got an array of 0"],
      ["<html>", 'Expected an object, got "<html>"'],
      [{}, "Expected an array of predictions, got nothing"],
      [{ status: "success" }, "Expected an array of predictions, got nothing"],
      [{ status: "success", predictions: { objects: [] } }, "Expected an array of predictions, got an object"],
      [
        JSON.parse('{"__proto__":{"status":"success","predictions":[]}}'),
        "Expected an array of predictions, got nothing"
      ]
    ])("cannot read %j", (body, message) => {
      assert.deepStrictEqual(failure(body), { _tag: "Unreadable", message })
    })

    it.each([
      [{ status: "success", predictions: [] }],
      [{ status: " Success ", error: null, predictions: [] }],
      [{ predictions: [] }],
      [{ error: null, predictions: [] }],
      [{ error: "", predictions: [] }],
      [{ error: false, predictions: [] }]
    ])("takes %j for a success that found nothing", (body) => {
      assert.deepStrictEqual(Reply.decode(body, "spatial"), Result.succeed({ predictions: [], diagnostics: [] }))
    })
  })

  describe("of a bbox", () => {
    it.each([
      [{ x: 10, y: 20, width: 30, height: 40 }, bbox],
      [[10, 20, 30, 40], bbox],
      [{ x: "10", y: " 20 ", width: "3e1", height: "40.0" }, bbox],
      [{ ...bbox, angle: 12 }, bbox],
      [{ x: 40, y: 60, width: -30, height: -40 }, bbox],
      [[-7, -3, 31, 900], { x: -7, y: -3, width: 31, height: 900 }],
      [[0.25, -0, 1.5, 2.5], { x: 0.25, y: 0, width: 1.5, height: 2.5 }]
    ])("reads %j", (wire, box) => {
      assert.deepStrictEqual({ ...only("Object", { label: "cat", bbox: wire }, "spatial").box }, box)
    })

    it.each([
      [undefined, "no bbox"],
      [null, "no bbox"],
      [[], "bbox is an array of 0, not x, y, width, height"],
      [[1, 2, 3], "bbox is an array of 3, not x, y, width, height"],
      ["10,20,30,40", 'bbox is "10,20,30,40", not x, y, width, height'],
      [{ x: 1, y: 2, width: 3 }, "bbox: height is nothing"],
      [{ ...bbox, x: null }, "bbox: x is nothing"],
      [{ ...bbox, width: 0 }, "bbox: width is 0"],
      [{ ...bbox, height: 0 }, "bbox: height is 0"],
      [{ ...bbox, height: 1e-9 }, "bbox: height is 1e-9"],
      [{ ...bbox, x: Number.NaN }, "bbox: x is NaN"],
      [{ ...bbox, y: Number.POSITIVE_INFINITY }, "bbox: y is Infinity"],
      [{ ...bbox, y: "Infinity" }, 'bbox: y is "Infinity"'],
      [{ ...bbox, y: "" }, 'bbox: y is ""'],
      [{ ...bbox, y: "0x10" }, 'bbox: y is "0x10"'],
      [{ ...bbox, width: 1e300 }, "bbox: width is 1e+300"],
      [{ ...bbox, width: [30] }, "bbox: width is an array of 1"]
    ])("sets aside %j", (wire, reason) => {
      assert.strictEqual(problem({ label: "cat", bbox: wire }, "spatial"), reason)
    })
  })

  it("takes no time over endless digits", () => {
    const reason = problem({ label: "cat", bbox: { ...bbox, y: `${"9".repeat(1_000_000)}x` } }, "spatial")
    assert.strictEqual(reason, `bbox: y is "${"9".repeat(40)}"`)
  })

  describe("of a confidence", () => {
    it.each([
      [0.5, 0.5],
      [0, 0],
      [1, 1],
      ["0.5", 0.5],
      [1.0000001, 1],
      [-1e-9, 0],
      [undefined, undefined],
      [null, undefined]
    ])("reads %j", (wire, confidence) => {
      assert.strictEqual(only("Label", { label: "cat", confidence: wire }, "classification").confidence, confidence)
    })

    it.each([
      [87, "confidence is 87, not in [0, 1]"],
      [-0.1, "confidence is -0.1, not in [0, 1]"],
      ["87%", 'confidence is "87%", not a number'],
      [true, "confidence is true, not a number"],
      [Number.NaN, "confidence is NaN, not a number"]
    ])("sets aside %j instead of guessing its scale", (wire, reason) => {
      assert.strictEqual(problem({ label: "cat", confidence: wire }, "classification"), reason)
    })
  })

  describe("of a label", () => {
    it("keeps the service's wording beside the concept", () => {
      const { concept, label } = only("Object", { label: "Dining_Table", bbox }, "spatial")
      assert.deepStrictEqual([String(concept), label], ["dining table", "Dining_Table"])
    })

    it.each([
      [undefined, "no label"],
      [7, "no label"],
      ["", 'label "" names nothing'],
      ["???", 'label "???" names nothing']
    ])("sets aside %j", (label, reason) => {
      assert.strictEqual(problem({ label, bbox }, "spatial"), reason)
    })

    it("holds only what PostgreSQL can store", () => {
      assert.strictEqual(only("Object", { label: "a\u0000b\uD83D", bbox }, "spatial").label, "a\uFFFDb\uFFFD")
      assert.strictEqual(only("Object", { label: "dog 🐶", bbox }, "spatial").label, "dog 🐶")
    })
  })

  describe("of an emoji", () => {
    it.each([[undefined], [null], [""], [" "], [7]])("takes %j for none", (emoji) => {
      assert.isUndefined(only("Object", { label: "cat", emoji, bbox }, "spatial").emoji)
    })

    it("keeps it as it was sent, with variation selectors", () => {
      assert.strictEqual(only("Object", { label: "keyboard", emoji: "⌨️", bbox }, "spatial").emoji, "⌨️")
    })
  })

  describe("of mentions", () => {
    const horse = { concept: "horse", word: "horse", emoji: "🐴", shiny: false }

    it.each([
      [{ text: "t", emoji_mappings: [{ word: "horse", emoji: "🐴" }] }],
      [{ text: "t", emoji_mappings: { horse: "🐴" } }],
      [{ text: "t", word_mappings: { horse: "🐴" } }],
      [{ text: "t", word_mappings: [{ word: "horse", emoji: "🐴" }] }],
      [{ text: "t", properties: { word_mappings: { horse: "🐴" } } }],
      [{ text: "t", emoji_mappings: null, properties: { emoji_mappings: [{ word: "horse", emoji: "🐴" }] } }],
      [{ properties: { caption: "t", word_mappings: { horse: "🐴" } } }]
    ])("reads %j", (prediction) => {
      const caption = only("Caption", prediction, "semantic")
      assert.strictEqual(caption.text, "t")
      assert.deepStrictEqual(caption.mentions as unknown, [horse])
    })

    it("leaves out what is none, and says so", () => {
      const mappings = [{ emoji: "🐴" }, { word: "horse", emoji: "🐴" }, "cat", { word: "!" }]
      const reply = decoded([{ text: "t", emoji_mappings: mappings }], "semantic")
      assert.deepStrictEqual(reply.predictions as unknown, [
        { _tag: "Caption", index: 0, text: "t", mentions: [horse] }
      ])
      assert.deepStrictEqual(reply.diagnostics, [
        { index: 0, part: "emoji_mappings[0]", problem: "no word" },
        { index: 0, part: "emoji_mappings[2]", problem: 'it is "cat", not an object' },
        { index: 0, part: "emoji_mappings[3]", problem: 'word "!" names nothing' }
      ])
    })

    it("counts the caption when the mappings cannot be read at all", () => {
      const reply = decoded([{ text: "t", word_mappings: "horse" }], "semantic")
      assert.strictEqual(reply.predictions.length, 1)
      assert.deepStrictEqual(reply.diagnostics, [
        { index: 0, part: "word_mappings", problem: 'it is "horse", not an array' }
      ])
    })

    it("is safe from names that mean something to JavaScript", () => {
      const words = JSON.parse('{"__proto__":"🐴","constructor":"🐴","toString":null}')
      const { mentions } = only("Caption", { text: "t", word_mappings: words }, "semantic")
      assert.deepStrictEqual(
        mentions.map(({ word }) => word),
        ["constructor", "toString"]
      )
    })
  })

  describe("of text", () => {
    it("leaves out bad regions and takes the confidence of the best", () => {
      const regions = [
        { text: "a", confidence: 0.5, bbox },
        { text: "b", confidence: 0.9, bbox: [1, 2, 0, 4] },
        { text: "c", bbox },
        { text: "d", confidence: 0.6, bbox }
      ]
      const reply = decoded([{ text: "a c d", has_text: true, text_regions: regions }], "specialized")
      const [prediction] = reply.predictions
      assert.isTrue(prediction?._tag === "Text" && prediction.confidence === 0.6 && prediction.regions.length === 3)
      assert.deepStrictEqual(reply.diagnostics, [{ index: 0, part: "text_regions[1]", problem: "bbox: width is 0" }])
    })

    it("is there from three characters on when the service does not say", () => {
      assert.isFalse(only("Text", { text: " ab " }, "specialized").hasText)
      assert.isTrue(only("Text", { text: "abc" }, "specialized").hasText)
      assert.isFalse(only("Text", { text: "abc", has_text: false }, "specialized").hasText)
    })

    it("is the text of the regions when there is no other", () => {
      const regions = [
        { text: "STOP", bbox },
        { text: "here", bbox }
      ]
      assert.strictEqual(only("Text", { text_regions: regions }, "specialized").text, "STOP here")
    })
  })

  describe("of a confidence by another name", () => {
    it.each(["score", "probability", "conf"])("does not take %s for none, and says what reads it", (name) => {
      const expected = `no confidence, but ${name}: "api": "json" with "confidence": "${name}" reads that`
      assert.strictEqual(problem({ label: "dog", bbox, [name]: 0.1 }, "spatial"), expected)
      assert.strictEqual(problem({ label: "dog", [name]: 0.1 }, "classification"), expected)
    })

    it("goes by the confidence when both are there", () => {
      assert.strictEqual(only("Object", { label: "dog", bbox, confidence: 0.9, score: 0.1 }, "spatial").confidence, 0.9)
    })
  })

  describe("of keypoints and landmarks", () => {
    it("leaves out those that are no points", () => {
      const keypoints = { nose_tip: [1, 2], left_eye: [1], right_eye: { x: 3, y: 4 }, mouth_center: null }
      const reply = decoded([{ bbox: [1, 2, 3, 4], keypoints }], "specialized")
      const [face] = reply.predictions
      assert.deepStrictEqual(face?._tag === "Face" && face.keypoints, {
        nose_tip: { x: 1, y: 2 },
        right_eye: { x: 3, y: 4 }
      })
      assert.deepStrictEqual(
        reply.diagnostics.map(({ part }) => part),
        ["keypoints.left_eye", "keypoints.mouth_center"]
      )
    })

    it("reads a face without keypoints, and needs its box", () => {
      assert.deepStrictEqual(only("Face", { label: "face", bbox: [1, 2, 3, 4] }, "specialized").keypoints, {})
      assert.strictEqual(problem({ label: "face", keypoints: {} }, "specialized"), "no bbox")
    })

    it("does not take a pose for seen without a landmark", () => {
      const none = "no landmark can be read: x and y are fractions of the picture"
      assert.strictEqual(problem({ landmarks: {} }, "specialized"), none)
      assert.strictEqual(problem({ landmarks: { nose: { x: 0.5 } } }, "specialized"), none)
    })

    it("takes pixels for no fractions, and lets a body leave the picture", () => {
      const pixels = { nose: { x: 412, y: 80 }, left_ankle: { x: 0.4, y: 610 } }
      assert.match(problem({ landmarks: pixels }, "specialized")!, /fractions of the picture$/)
      const cut = { left_ankle: { x: 0.4, y: 1.9 } }
      assert.deepStrictEqual(Object.keys(only("Pose", { landmarks: cut }, "specialized").landmarks), ["left_ankle"])
    })

    it("does not need visibility", () => {
      assert.deepStrictEqual(only("Pose", { landmarks: { nose: { x: 0.5, y: 0.1 } } }, "specialized").landmarks, {
        nose: { x: 0.5, y: 0.1, visibility: undefined }
      })
    })
  })

  describe("of colors", () => {
    it("leaves out those without a hex code", () => {
      const colors = [{ hex: "#00ff00" }, { hex: "green" }, { hex: "#00F" }]
      const reply = decoded([{ palette: { colors } }], "color")
      const [palette] = reply.predictions
      assert.deepStrictEqual(palette?._tag === "Palette" && palette.colors, [{ hex: "#00ff00", name: undefined }])
      assert.deepStrictEqual(
        reply.diagnostics.map(({ part }) => part),
        ["palette.colors[1]", "palette.colors[2]"]
      )
    })

    it("needs one", () => {
      assert.strictEqual(problem({ primary: { hex: "red" }, palette: { colors: [] } }, "color"), "no color can be read")
    })
  })

  describe("of metadata", () => {
    it("keeps every property, with text PostgreSQL can store", () => {
      const wire = JSON.parse('{"exif_data":{"EXIF:Make\\u0000":["a\\u0000"],"__proto__":1},"phash":null,"n":-1.5}')
      assert.deepStrictEqual(only("Metadata", wire, "metadata").properties, {
        exif_data: { "EXIF:Make\uFFFD": ["a\uFFFD"] },
        phash: null,
        n: -1.5
      })
    })

    it("survives any depth", () => {
      const deep = JSON.parse(`${'{"a":['.repeat(20_000)}1${"]}".repeat(20_000)}`)
      assert.isAtMost(JSON.stringify(only("Metadata", deep, "metadata").properties).length, 200)
    })
  })

  describe("of a service nobody has met", () => {
    it.each([
      ["specialized", { label: "wheelchair", bbox }, "Object"],
      ["semantic", { label: "wheelchair", bbox }, "Object"],
      ["semantic", { text: "a wheelchair" }, "Caption"],
      ["specialized", { text: "EXIT" }, "Text"],
      ["specialized", { label: "smiling" }, "Label"],
      ["classification", { nsfw: true }, "Nsfw"],
      ["specialized", { primary: { hex: "#00ff00" } }, "Palette"],
      ["spatial", { label: "person", bbox, keypoints: { nose: [1, 2] } }, "Object"],
      ["color", { text: "#00ff00", primary: { hex: "#00ff00" } }, "Palette"],
      ["metadata", { text: "EXIT" }, "Metadata"]
    ] as const)("of kind %s goes by the fields that are there: %j is %s", (kind, prediction, tag) => {
      only(tag, prediction, kind)
    })

    it.each(["spatial", "semantic", "classification", "specialized", "color", "metadata"] as const)(
      "of kind %s sets aside what is no object",
      (kind) => {
        assert.strictEqual(problem([], kind), "it is an array of 0, not an object")
      }
    )

    it("sets aside what has no field it knows", () => {
      assert.strictEqual(problem({ depth_map: "…" }, "specialized"), "it has no field of a known prediction")
    })
  })

  describe("of many predictions", () => {
    const seen = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ label: "person", confidence: (i % 1000) / 1000, bbox: [i, 0, 9, 9] }))
    const decoded = (predictions: ReadonlyArray<unknown>) =>
      Result.getOrThrow(Reply.decode({ status: "success", predictions }, "spatial"))
    const overlooked =
      " not looked at: of a reply it is the 5000 most confident predictions, with at most 100000 values together"

    it("counts the most confident ones, in the order of the reply, and says how many are set aside", () => {
      const { diagnostics, predictions, unread } = decoded(seen(3000))
      assert.lengthOf(predictions, 1000)
      for (const prediction of predictions) assert.isAtLeast((prediction as { confidence: number }).confidence, 0.666)
      const indices = predictions.map(({ index }) => index)
      assert.deepStrictEqual(
        indices,
        indices.toSorted((a, b) => a - b)
      )
      assert.deepStrictEqual(diagnostics, [
        { index: -1, problem: "2000 set aside: the 1000 most confident predictions count" }
      ])
      assert.deepStrictEqual<unknown>(unread, new Set(["person"]))
    })

    it("sums up what cannot be read beyond a hundred, and says nothing of silence", () => {
      const { diagnostics, predictions, unread } = decoded(Array.from({ length: 200_000 }, () => 0))
      assert.isEmpty(predictions)
      assert.lengthOf(diagnostics, 102)
      assert.deepStrictEqual(diagnostics.slice(-2), [
        { index: -1, problem: "4900 more could not be read" },
        { index: -1, problem: `195000${overlooked}` }
      ])
      assert.strictEqual(unread, "anything")
    })

    it("looks at the most confident ones of very many, whatever their order", () => {
      const reply = seen(20_000).map((one, i) => ({ ...one, confidence: (i % 10_000) / 10_000 }))
      const { diagnostics, predictions, unread } = decoded(reply)
      assert.lengthOf(predictions, 1000)
      for (const prediction of predictions) assert.isAtLeast((prediction as { confidence: number }).confidence, 0.95)
      assert.deepStrictEqual(diagnostics, [
        { index: -1, problem: "4000 set aside: the 1000 most confident predictions count" },
        { index: -1, problem: `15000${overlooked}` }
      ])
      assert.strictEqual(unread, "anything")
      const boxes = (reply: Reply.Reply) =>
        reply.predictions.map((prediction) => JSON.stringify((prediction as { box: unknown }).box)).sort()
      assert.deepStrictEqual(boxes(decoded(reply.toReversed())), boxes({ diagnostics, predictions }))
    })

    it("passes over a prediction that holds too much, and reads the others", () => {
      const words = (count: number) => Array.from({ length: count }, () => ({ word: "dog" }))
      const heavy = Array.from({ length: 1000 }, () => ({ emoji_mappings: words(1000) }))
      const { diagnostics, predictions } = decoded([
        { label: "dog", bbox, confidence: 1, properties: heavy },
        ...seen(2)
      ])
      assert.deepStrictEqual(
        predictions.map(({ index }) => index),
        [1, 2]
      )
      assert.deepStrictEqual(diagnostics, [{ index: -1, problem: `1${overlooked}` }])
    })

    it.each(Object.keys(Floods.replies))("takes a fraction of a second for a hundred thousand %s", (what) => {
      const body = Floods.replies[what]!(100_000)
      const kind = what === "fields" || what === "levels" ? "metadata" : "specialized"
      assert.isBelow(
        milliseconds(() => Reply.decode(body, kind)),
        1000
      )
    })

    it("bounds the lists inside a prediction", () => {
      const many = Array.from({ length: 100_000 }, () => ({ word: "dog", emoji: "🐶" }))
      const { diagnostics, predictions, unread } = Result.getOrThrow(
        Reply.decode({ status: "success", predictions: [{ text: "dogs", emoji_mappings: many }] }, "semantic")
      )
      assert.lengthOf((predictions[0] as { mentions: ReadonlyArray<unknown> }).mentions, 1000)
      assert.deepStrictEqual(diagnostics, [
        { index: 0, part: "emoji_mappings", problem: "99000 of 100000 items are left out" }
      ])
      assert.strictEqual(unread, "anything")
    })
  })
})
