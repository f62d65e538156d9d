import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { Detection } from "../../src/domain/Detection.ts"
import { ServiceId } from "../../src/domain/Identifiers.ts"
import * as Reply from "../../src/domain/Reply.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { fixture, fixtures, success } from "../support/Replies.ts"

const horse = { concept: "horse", word: "horse", emoji: "🐴", shiny: false }
const man = { concept: "person", word: "man", emoji: "🧑", shiny: false }
const leadingAHorse = {
  _tag: "Caption",
  index: 0,
  text: "a man leading a horse on a beach",
  mentions: [man, horse, { concept: "beach", word: "beach", emoji: "🌊", shiny: false }]
}
const horseLabel = {
  _tag: "Label",
  index: 0,
  concept: "horse",
  label: "horse",
  emoji: "🐴",
  confidence: 0.412,
  shiny: false
}
const closeFace = {
  _tag: "Face",
  index: 0,
  emoji: "🙂",
  confidence: 0.912,
  box: { x: 42, y: 18, width: 60, height: 60 }
}
const nose = { x: 0.512, y: 0.121, visibility: 0.999 }

const {
  predictions: [metadata]
} = fixture("metadata") as { predictions: [Schema.Json] }

/** What each recorded success says. */
const expected: Record<
  string,
  { predictions: ReadonlyArray<object>; diagnostics?: ReadonlyArray<object>; unread?: ReadonlySet<string> }
> = {
  blip: { predictions: [leadingAHorse] },
  "blip.word-mappings": { predictions: [leadingAHorse] },
  "blip.properties": { predictions: [leadingAHorse] },
  clip: {
    predictions: [
      horseLabel,
      {
        _tag: "Label",
        index: 1,
        concept: "rodeo",
        label: "rodeo",
        emoji: undefined,
        confidence: 0.201,
        shiny: false
      }
    ]
  },
  "clip.detection": {
    predictions: [
      horseLabel,
      {
        _tag: "Object",
        index: 1,
        concept: "horse",
        label: "sorrel",
        emoji: "🐴",
        confidence: 0.377,
        box: { x: 12, y: 60, width: 300, height: 220 },
        shiny: false
      }
    ]
  },
  colors: {
    predictions: [
      {
        _tag: "Palette",
        index: 0,
        temperature: "cool",
        primary: "#de532b",
        colors: [
          { hex: "#31418f", name: "Iris (B79)" },
          { hex: "#d27d33", name: "Leather (E39)" }
        ]
      }
    ]
  },
  "colors.prismacolor": {
    predictions: [
      {
        _tag: "Palette",
        index: 0,
        temperature: "neutral",
        primary: "#f15b29",
        colors: [{ hex: "#f15b29", name: "Pumpkin Orange (PM 153)" }]
      }
    ]
  },
  detectron2: {
    predictions: [
      {
        _tag: "Object",
        index: 0,
        concept: "person",
        label: "person",
        emoji: "🧑",
        confidence: 0.998,
        box: { x: 34, y: 51, width: 120, height: 310 },
        shiny: false
      },
      {
        _tag: "Object",
        index: 1,
        concept: "dining table",
        label: "dining table",
        emoji: "🪑",
        confidence: 0.871,
        box: { x: 0, y: 240, width: 633, height: 187 },
        shiny: false
      }
    ],
    diagnostics: [{ index: 2, problem: "no bbox" }],
    unread: new Set(["bottle"])
  },
  face: {
    predictions: [
      {
        ...closeFace,
        keypoints: {
          right_eye: { x: 58, y: 38 },
          left_eye: { x: 84, y: 37 },
          nose_tip: { x: 71, y: 50 },
          mouth_center: { x: 71, y: 63 },
          right_ear_tragion: { x: 47, y: 43 },
          left_ear_tragion: { x: 98, y: 42 }
        }
      },
      {
        _tag: "Face",
        index: 1,
        emoji: "🙂",
        confidence: 0.254,
        box: { x: -7, y: -3, width: 31, height: 31 },
        keypoints: { right_eye: { x: -1, y: 8 }, left_eye: { x: 12, y: 7 } }
      }
    ]
  },
  "face.properties": {
    predictions: [
      {
        ...closeFace,
        keypoints: { right_eye: { x: 58, y: 38 }, left_eye: { x: 84, y: 37 }, nose_tip: { x: 71, y: 50 } }
      }
    ]
  },
  inception_v3: {
    predictions: [
      {
        _tag: "Label",
        index: 0,
        concept: "horse",
        label: "sorrel",
        emoji: "🐴",
        confidence: 0.83,
        shiny: false
      },
      {
        _tag: "Label",
        index: 1,
        concept: "dog",
        label: "golden_retriever",
        emoji: "🐶",
        confidence: 0.16,
        shiny: false
      },
      {
        _tag: "Label",
        index: 2,
        concept: "worm fence",
        label: "worm_fence",
        emoji: undefined,
        confidence: 0.15,
        shiny: false
      }
    ]
  },
  metadata: {
    predictions: [{ _tag: "Metadata", index: 0, properties: metadata }]
  },
  nsfw2: { predictions: [{ _tag: "Nsfw", index: 0, nsfw: false, emoji: undefined, confidence: 0.987 }] },
  "nsfw2.flagged": { predictions: [{ _tag: "Nsfw", index: 0, nsfw: true, emoji: "🔞", confidence: 0.734 }] },
  ocr: {
    predictions: [
      {
        _tag: "Text",
        index: 0,
        text: "STOP here",
        hasText: true,
        emoji: "💬",
        confidence: 0.991,
        regions: [
          { text: "STOP", confidence: 0.991, box: { x: 200, y: 88, width: 61, height: 24 } },
          { text: "here", confidence: 0.873, box: { x: 204, y: 118, width: 48, height: 20 } }
        ],
        mentions: [{ concept: "stop sign", word: "stop", emoji: "🛑", shiny: false }]
      }
    ]
  },
  "ocr.no-text": {
    predictions: [
      {
        _tag: "Text",
        index: 0,
        text: "",
        hasText: false,
        emoji: undefined,
        confidence: undefined,
        regions: [],
        mentions: []
      }
    ]
  },
  ollama: {
    predictions: [
      {
        _tag: "Caption",
        index: 0,
        text: "A man leads a brown horse along the shore.",
        mentions: [man, { ...horse, shiny: true }]
      }
    ]
  },
  "ollama.no-mappings": {
    predictions: [{ _tag: "Caption", index: 0, text: "The picture is entirely gray.", mentions: [] }]
  },
  pose: {
    predictions: [
      {
        _tag: "Pose",
        index: 0,
        landmarks: {
          nose,
          left_shoulder: { x: 0.6, y: 0.3, visibility: 0.99 },
          left_ankle: { x: 0.58, y: 1.042, visibility: 0.312 }
        }
      }
    ]
  },
  "pose.properties": { predictions: [{ _tag: "Pose", index: 0, landmarks: { nose } }] },
  "pose.nobody": { predictions: [] },
  rtdetr: {
    predictions: [
      {
        _tag: "Object",
        index: 0,
        concept: "horse",
        label: "horse",
        emoji: "🐴",
        confidence: 0.94,
        box: { x: 12, y: 60, width: 300, height: 220 },
        shiny: false
      },
      {
        _tag: "Object",
        index: 1,
        concept: "dining table",
        label: "dining table",
        emoji: undefined,
        confidence: 0.262,
        box: { x: 401, y: 310, width: 239, height: 118 },
        shiny: false
      }
    ]
  },
  yolov8: {
    predictions: [
      {
        _tag: "Object",
        index: 0,
        concept: "person",
        label: "person",
        emoji: "🧑",
        confidence: 0.931,
        box: { x: 33, y: 50, width: 121, height: 309 },
        shiny: false
      },
      {
        _tag: "Object",
        index: 1,
        concept: "parking meter",
        label: "parking meter",
        emoji: "🅿️",
        confidence: 0.418,
        box: { x: 512, y: 96, width: 40, height: 133 },
        shiny: true
      }
    ]
  }
}

/** Why each recorded failure is none. */
const refused: Record<string, Reply.ReplyProblem> = {
  "clip.detection-object": { _tag: "Unreadable", message: "Expected an array of predictions, got an object" },
  error: { _tag: "ServiceError", message: "Failed to download image: 404 Client Error" },
  "error.model-info": {
    _tag: "ServiceError",
    message: "Failed to process uploaded image: cannot identify image file"
  },
  "error.flat": { _tag: "ServiceError", message: "File too large" },
  "error.no-status": { _tag: "ServiceError", message: "Internal server error" }
}

const kindOf = (name: string) => ServiceCatalog.find(ServiceCatalog.standard, name.split(".")[0]!)?.kind ?? "spatial"

describe("Reply", () => {
  describe("decode", () => {
    it("is tried with every recorded reply, at least one of every service", () => {
      assert.deepStrictEqual([...Object.keys(expected), ...Object.keys(refused)].sort(), [...fixtures].sort())
      for (const { id } of ServiceCatalog.standard) assert.property(expected, id)
    })

    it.each(Object.keys(expected))("understands %s", (name) => {
      const { diagnostics = [], ...others } = expected[name]!
      assert.deepStrictEqual(
        Reply.decode(fixture(name), kindOf(name)) as unknown,
        Result.succeed({ diagnostics, ...others })
      )
    })

    it.each(Object.keys(refused))("refuses %s", (name) => {
      assert.deepStrictEqual(Reply.decode(fixture(name), kindOf(name)), Result.fail(refused[name]!))
    })
  })

  describe("detections", () => {
    const service = ServiceId.make("yolov8")

    it("are the objects of the reply, in image pixels, each with its position in it", () => {
      const reply = Result.getOrThrow(Reply.decode(fixture("yolov8"), "spatial"))
      assert.deepStrictEqual(Reply.detections(reply, service) as unknown, [
        {
          service: "yolov8",
          index: 0,
          concept: "person",
          label: "person",
          emoji: "🧑",
          box: { x: 33, y: 50, width: 121, height: 309 },
          confidence: 0.931
        },
        {
          service: "yolov8",
          index: 1,
          concept: "parking meter",
          label: "parking meter",
          emoji: "🅿️",
          box: { x: 512, y: 96, width: 40, height: 133 },
          confidence: 0.418
        }
      ])
    })

    it("leave out labels, and keep the index of the reply", () => {
      const reply = Result.getOrThrow(Reply.decode(fixture("clip.detection"), "classification"))
      assert.deepStrictEqual(
        Reply.detections(reply, service).map(({ index, label }) => [index, label]),
        [[1, "sorrel"]]
      )
    })

    it("have the default confidence and no emoji when the service sent none", () => {
      const bbox = { x: 1, y: 2, width: 3, height: 4 }
      const reply = Result.getOrThrow(Reply.decode(success([{ label: "cat", bbox }]), "spatial"))
      const [detection] = Reply.detections(reply, service)
      assert.strictEqual(detection!.confidence, 0.75)
      assert.notProperty(detection, "emoji")
      assert.isTrue(Schema.is(Detection)(detection))
    })
  })
})
