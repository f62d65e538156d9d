/**
 * Models of a few hundred bytes in the layout of a model hub, made to be loaded by the code that loads real ones.
 *
 * They are networks that do little: a mean over a picture, a table of words. What they say follows from what they are given, so a
 * test sees whether pictures and texts reach them as they should. No answer of theirs says anything about a photo.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { coco } from "#domain/vocabulary/Coco"
import * as Models from "#farm/models/Models"
import * as Protobuf from "#farm/models/onnx/Protobuf"

type Attributes = Readonly<Record<string, number | ReadonlyArray<number>>>

interface Graph {
  readonly nodes: ReadonlyArray<readonly [operator: string, inputs: ReadonlyArray<string>, output: string, Attributes?]>
  readonly constants?: Readonly<Record<string, readonly [shape: ReadonlyArray<number>, values: ReadonlyArray<number>]>>
  /** The rank of each input, whose sizes may be any. */
  readonly inputs: Readonly<Record<string, readonly ["float" | "integer", number]>>
  readonly outputs: ReadonlyArray<string>
}

const elementTypes = { float: 1, integer: 7 } as const

/** @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the numbers of fields and types */
const onnx = ({ constants = {}, inputs, nodes, outputs }: Graph): Uint8Array =>
  Protobuf.concat([
    Protobuf.integer(1, 8),
    Protobuf.message(7, [
      ...nodes.map(([operator, from, output, attributes = {}]) =>
        Protobuf.message(1, [
          ...from.map((name) => Protobuf.text(1, name)),
          Protobuf.text(2, output),
          Protobuf.text(4, operator),
          ...Object.entries(attributes).map(([name, value]) =>
            Protobuf.message(5, [
              Protobuf.text(1, name),
              ...(typeof value === "number"
                ? [Protobuf.integer(3, value), Protobuf.integer(20, 2)]
                : [...value.map((item) => Protobuf.integer(8, item)), Protobuf.integer(20, 7)])
            ])
          )
        ])
      ),
      Protobuf.text(2, "tiny"),
      ...Object.entries(constants).map(([name, [shape, values]]) =>
        Protobuf.message(5, [
          ...shape.map((size) => Protobuf.integer(1, size)),
          Protobuf.integer(2, elementTypes.float),
          Protobuf.text(8, name),
          Protobuf.bytes(9, new Uint8Array(Float32Array.from(values).buffer))
        ])
      ),
      ...Object.entries(inputs).map(([name, [type, rank]]) =>
        Protobuf.message(11, [
          Protobuf.text(1, name),
          Protobuf.message(2, [
            Protobuf.message(1, [
              Protobuf.integer(1, elementTypes[type]),
              Protobuf.message(
                2,
                Array.from({ length: rank }, (_, axis) => Protobuf.message(1, [Protobuf.text(2, `${name}_${axis}`)]))
              )
            ])
          ])
        ])
      ),
      ...outputs.map((name) =>
        Protobuf.message(12, [
          Protobuf.text(1, name),
          Protobuf.message(2, [Protobuf.message(1, [Protobuf.integer(1, elementTypes.float)])])
        ])
      )
    ]),
    Protobuf.message(8, [Protobuf.integer(2, 13)])
  ])

type Files = Readonly<Record<string, object | Uint8Array>>

const picture = { pixel_values: ["float", 4] } as const

/** How much red, green and blue is in the picture. */
const colors = ["ReduceMean", ["pixel_values"], "colors", { axes: [2, 3], keepdims: 0 }] as const

/** Of pictures come numbers from 0 to 1. */
const processor = (type: string) => ({
  image_processor_type: type,
  do_resize: true,
  size: { height: 8, width: 8 },
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: false
})

/** Words that are tokens; all others are unknown. */
const tokenizer = (words: ReadonlyArray<string>): Files => ({
  "tokenizer_config.json": { tokenizer_class: "PreTrainedTokenizer", unk_token: "[UNK]", pad_token: "[PAD]" },
  "tokenizer.json": {
    version: "1.0",
    added_tokens: ["[UNK]", "[PAD]", "[END]"].map((content, id) => ({ id, content, special: true })),
    normalizer: null,
    pre_tokenizer: { type: "Whitespace" },
    post_processor: null,
    decoder: { type: "WordPiece", prefix: "##", cleanup: false },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(["[UNK]", "[PAD]", "[END]", ...words].map((word, id) => [word, id]))
    }
  }
})

/** A score that is surely a class, and one that is surely none. */
const [sure, never] = [4, -9]

const classes = Object.keys(coco)

/** One row of scores, of which those of some classes are given. */
const scores = (given: Readonly<Record<string, number>>) => classes.map((label) => given[label] ?? never)

/** What comes after each token: `a dog` and then the end. */
const next = [
  [0, 0, 0, 9, 0],
  [0, 0, 0, 9, 0],
  [0, 0, 0, 9, 0],
  [0, 0, 0, 0, 9],
  [0, 0, 9, 0, 0]
]

/** The files of each model, of which the sizes are all that is not as on a hub. */
export const files: Readonly<Record<Models.HubServiceName, Files>> = {
  captions: {
    "config.json": {
      model_type: "vision-encoder-decoder",
      is_encoder_decoder: true,
      decoder_start_token_id: 1,
      eos_token_id: 2,
      pad_token_id: 1,
      encoder: { model_type: "vit" },
      decoder: { model_type: "gpt2", vocab_size: 5, n_layer: 1, n_head: 1, n_embd: 3, add_cross_attention: true }
    },
    "generation_config.json": { decoder_start_token_id: 1, eos_token_id: 2, pad_token_id: 1 },
    "preprocessor_config.json": processor("ViTImageProcessor"),
    ...tokenizer(["a", "dog"]),
    "onnx/encoder_model_quantized.onnx": onnx({
      inputs: picture,
      nodes: [["ReduceMean", ["pixel_values"], "last_hidden_state", { axes: [3], keepdims: 0 }]],
      outputs: ["last_hidden_state"]
    }),
    "onnx/decoder_model_merged_quantized.onnx": onnx({
      inputs: { input_ids: ["integer", 2], encoder_hidden_states: ["float", 3] },
      constants: { next: [[5, 5], next.flat()] },
      nodes: [["Gather", ["next", "input_ids"], "logits"]],
      outputs: ["logits"]
    })
  },
  // A text points where its words do on the average: dogs to red, and all that is unknown away from all colors.
  clip: {
    "config.json": { model_type: "clip" },
    "preprocessor_config.json": processor("CLIPImageProcessor"),
    ...tokenizer(["dog", "broccoli"]),
    "onnx/vision_model_quantized.onnx": onnx({
      inputs: picture,
      nodes: [colors, ["Identity", ["colors"], "image_embeds"]],
      outputs: ["image_embeds"]
    }),
    "onnx/text_model_quantized.onnx": onnx({
      inputs: { input_ids: ["integer", 2] },
      constants: {
        words: [
          [5, 3],
          [-0.1, -0.1, -0.1, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 5, 0]
        ]
      },
      nodes: [
        ["Gather", ["words", "input_ids"], "each"],
        ["ReduceMean", ["each"], "text_embeds", { axes: [1], keepdims: 0 }]
      ],
      outputs: ["text_embeds"]
    })
  },
  imagenet: {
    "config.json": {
      model_type: "vit",
      id2label: { 0: "red fox, Vulpes vulpes", 1: "broccoli", 2: "seashore, coast" }
    },
    "preprocessor_config.json": processor("ViTImageProcessor"),
    "onnx/model_quantized.onnx": onnx({
      inputs: picture,
      constants: { ten: [[], [10]] },
      nodes: [colors, ["Mul", ["colors", "ten"], "logits"]],
      outputs: ["logits"]
    })
  },
  // A dog and a toothbrush, the last of the classes, and something that is likely nothing.
  rtdetr: {
    "config.json": { model_type: "rt_detr" },
    "preprocessor_config.json": processor("RTDetrImageProcessor"),
    "onnx/model.onnx": onnx({
      inputs: picture,
      constants: {
        scores: [[1, 3, 80], [scores({ dog: sure }), scores({ toothbrush: 1 }), scores({ cat: -1 })].flat()],
        places: [
          [1, 3, 4],
          [0.5, 0.5, 0.5, 0.5, 0.25, 0.75, 0.5, 0.5, 0.5, 0.5, 1, 1]
        ]
      },
      nodes: [
        ["Identity", ["scores"], "logits"],
        ["Identity", ["places"], "pred_boxes"]
      ],
      outputs: ["logits", "pred_boxes"]
    })
  }
}

/** Serves them as the hub does, but for what is replaced by `changes`: `{ "clip/config.json": "" }`. */
export const serve = async (changes: Readonly<Record<string, object | Uint8Array>> = {}) => {
  const known = new Map<string, Buffer>()
  for (const [name, all] of Object.entries(files)) {
    const { repository, revision } = Models.hubServices[name as Models.HubServiceName]
    for (const [path, content] of Object.entries(all)) {
      const given = changes[`${name}/${path}`] ?? content
      const bytes = given instanceof Uint8Array ? Buffer.from(given) : Buffer.from(JSON.stringify(given))
      known.set(`/${repository}/resolve/${revision}/${path}`, bytes)
    }
  }
  const server = createServer(({ url = "" }, response) => {
    const bytes = known.get(decodeURIComponent(url))
    response.writeHead(bytes === undefined ? 404 : 200, { "content-length": bytes?.length ?? 0 }).end(bytes)
  })
  await new Promise<void>((resume) => server.listen(0, "127.0.0.1", resume))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((resume) => server.close(() => resume()))
    }
  }
}
