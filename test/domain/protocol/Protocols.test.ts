import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as Placement from "../../../src/domain/protocol/Placement.ts"
import * as Protocols from "../../../src/domain/protocol/Protocols.ts"
import * as Reply from "../../../src/domain/Reply.ts"
import { bytesOf, Damage, damaged, fixtures, picture, readerOf } from "../../support/ProtocolReplies.ts"

/** What an answer says, in our terms. */
const read = (name: string, bytes = bytesOf(name)) => {
  const { encoding, kind, protocol } = readerOf(name)
  return Result.flatMap(protocol.reply({ headers: {}, bytes }, { kind, picture }), (reply) => {
    const placed = Placement.place(reply, { encoding, sent: picture, picture })
    return Result.map(Reply.decode(placed, kind), (decoded) => ({ ...decoded, data: placed }))
  })
}

const predictionsOf = (name: string) =>
  Result.getOrThrow(read(name)).predictions.map((prediction) => {
    switch (prediction._tag) {
      case "Object":
        return [prediction.label, prediction.confidence, ...Object.values(prediction.box)]
      case "Label":
        return [prediction.label, prediction.confidence]
      case "Caption":
        return [prediction.text, ...prediction.mentions.map(({ concept }) => concept)]
      case "Face":
        return ["face", prediction.confidence, ...Object.values(prediction.box)]
      default:
        return [prediction._tag]
    }
  })

const expected: Readonly<Record<string, unknown>> = {
  "ollama.caption": [["A dog sleeps on a red couch.", "dog", "couch"]],
  "ollama.error": { _tag: "ServiceError", message: 'model "llava:13b" not found, try pulling it first' },
  "openai.boxes": [
    ["dog", undefined, 100, 150, 200, 150],
    ["couch", undefined, 0, 90, 400, 210]
  ],
  "openai.refusal": {
    _tag: "ServiceError",
    message: "The model refuses: I'm sorry, I can't help with identifying people."
  },
  "openai.length": { _tag: "Unreadable", message: 'The answer was cut off at the limit of tokens: raise "maxTokens"' },
  "openai.loading": { _tag: "Busy", message: "Loading model" },
  "deepstack.detection": [
    ["dog", 0.9498, 268, 116, 140, 180],
    ["person", 0.9013, 10, 20, 100, 270]
  ],
  "deepstack.face": [["face", 0.98, 40, 30, 60, 80]],
  "deepstack.scene": [["conference_room", 0.73]],
  "deepstack.codeproject": [["dog", 0.8615, 268, 116, 140, 180]],
  "deepstack.failure": { _tag: "Busy", message: "Unable to create inference session" },
  "huggingface.detection": [
    ["cat", 0.9982, 13, 52, 301, 238],
    ["remote", 0.9961, 40, 72, 136, 44]
  ],
  "huggingface.classification": [
    ["tabby, tabby cat", 0.6711],
    ["Egyptian cat", 0.1573]
  ],
  "huggingface.caption": [["two cats sleep on a pink couch"]],
  "huggingface.loading": { _tag: "Busy", message: "Model facebook/detr-resnet-50 is currently loading" },
  // 400 x 300 in a letterbox of 200 x 200 is 200 x 150, 25 below the top.
  "kserve.boxes": [["dog", 0.91, 100, 150, 200, 100]],
  "json.ultralytics": [
    ["dog", 0.94, 268.2, 116.5, 392 - 268.2, 296.1 - 116.5],
    ["person", 0.9, 10, 20, 100, 270]
  ],
  "json.roboflow": [["dog", 0.94, 268, 116, 124, 180]]
}

describe("reply", () => {
  it.each(fixtures)("reads %s", (name) => {
    const result = read(name)
    if (Result.isFailure(result)) assert.deepEqual(result.failure as unknown, expected[name])
    else assert.deepEqual(predictionsOf(name) as unknown, expected[name])
  })

  it("records what a conversation cost, how long it took, and what was said", () => {
    const ollama = Result.getOrThrow(read("ollama.caption")).data
    assert.deepInclude(ollama as object, {
      metadata: {
        processing_time: 5.043500667,
        usage: { input_tokens: 612, output_tokens: 24 },
        model_info: { framework: "Ollama", model: "llava:13b" }
      },
      original: JSON.parse(new TextDecoder().decode(bytesOf("ollama.caption")))
    })
    const openai = Result.getOrThrow(read("openai.boxes")).data
    assert.deepInclude((openai as { readonly metadata: object }).metadata, {
      usage: { input_tokens: 812, output_tokens: 44 }
    })
  })

  it.prop(
    "is total: whatever an answer is damaged to, it is a reply or says why not",
    [Damage],
    ([damage]) => {
      for (const name of fixtures) {
        const result = read(name, damaged(bytesOf(name), damage))
        if (Result.isFailure(result)) assert.isNotEmpty(result.failure.message, name)
        else {
          Placement.check(result.success.data, picture, readerOf(name).kind)
          assert.doesNotThrow(() => JSON.stringify(result.success.data))
        }
      }
    },
    { arbitrary: { runs: 300 } }
  )

  it.prop(
    "lets a prediction that cannot be read cost no other",
    [Damage],
    ([{ value }]) => {
      for (const [name, list] of [
        ["deepstack.detection", "predictions"],
        ["huggingface.detection", undefined],
        ["json.ultralytics", undefined]
      ] as const) {
        const json = JSON.parse(new TextDecoder().decode(bytesOf(name)))
        const items = list === undefined ? json : json[list]
        items[0] = value
        const { predictions } = Result.getOrThrow(read(name, new TextEncoder().encode(JSON.stringify(json))))
        const kept = predictions.filter(({ index }) => index === 1)
        assert.deepEqual(kept, Result.getOrThrow(read(name)).predictions.slice(1), name)
      }
    },
    { arbitrary: { runs: 100 } }
  )
})

describe("names", () => {
  it("lists every protocol, and each can be asked", () => {
    assert.deepEqual(Protocols.names, ["windmill", "ollama", "openai", "deepstack", "kserve", "huggingface", "json"])
  })
})
