/**
 * Asking a language model that sees: what is common to the protocols that hold a chat.
 *
 * The model is told what to answer in words and by a JSON schema, which most servers enforce. What comes back is read
 * tolerantly all the same: in a code fence, after thoughts, with fields by other names.
 */
import { Result, Schema } from "effect"
import * as LenientJson from "../reply/LenientJson.ts"
import type { BoxEncoding } from "./BoxEncoding.ts"
import * as Wire from "./Wire.ts"
import type { Json, JsonObject, Read } from "./Wire.ts"

/** Settings of every model that is chatted with. */
export const options = {
  model: Schema.NonEmptyString,
  /** Replaces the words that ask for the answer. The JSON schema is sent as well, unless `structured` is off. */
  prompt: Schema.optionalKey(Schema.NonEmptyString),
  /** A sentence with the things it mentions, names of things, or things with boxes. */
  answer: Schema.optionalKey(Schema.Literals(["caption", "tags", "boxes"])),
  /** Whether the server is sent a JSON schema to hold the model to. */
  structured: Schema.optionalKey(Schema.Boolean),
  temperature: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))),
  /** The longest answer, in tokens. */
  maxTokens: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0)))
}
const Options = Schema.Struct(options)
export type Options = typeof Options.Type

/** How most models that can point write boxes. */
export const boxes: BoxEncoding = { form: "xyxy", unit: "thousandths" }

/** The words that ask for the answer. */
export const promptOf = ({ answer = "caption", prompt }: Options, encoding: BoxEncoding): string => {
  if (prompt !== undefined) return prompt
  switch (answer) {
    case "caption":
      return 'Describe the picture in one sentence, and list the things in it. Answer with JSON: {"caption": "…", "objects": ["…"]}.'
    case "tags":
      return 'Name the things in the picture, each by one or two words, the most important first. Answer with JSON: {"tags": ["…"]}.'
    case "boxes":
      return (
        "Find every object in the picture. Answer with JSON: " +
        `{"objects": [{"label": "…", "box": [${forms[encoding.form]}]}]}, with coordinates ${units[encoding.unit]}.`
      )
  }
}

const forms = {
  xywh: "left, top, width, height",
  xyxy: "left, top, right, bottom",
  yxyx: "top, left, bottom, right",
  cxcywh: "center x, center y, width, height"
}

const units = {
  pixels: "in pixels of the picture",
  normalized: "as fractions of the picture's width and height, from 0 to 1",
  percent: "in percent of the picture's width and height",
  thousandths: "from 0 to 1000, as thousandths of the picture's width and height"
}

/** The JSON schema of the answer. */
export const schemaOf = ({ answer = "caption" }: Options): JsonObject => {
  switch (answer) {
    case "caption":
      return object({ caption: text, objects: list(text) })
    case "tags":
      return object({ tags: list(text) })
    case "boxes":
      return object({ objects: list(object({ label: text, box: list({ type: "number" }) })) })
  }
}

const text = { type: "string" }
const list = (items: Json): JsonObject => ({ type: "array", items })
const object = (properties: JsonObject): JsonObject => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false
})

/** What the model said, as predictions. A caption may come without any JSON around it. */
export const predictions = ({ answer = "caption" }: Options, content: string): Read<ReadonlyArray<Json>> => {
  const value = jsonIn(content)
  switch (answer) {
    case "caption": {
      const caption = Wire.at(value, "caption") ?? Wire.at(value, "description")
      if (typeof caption === "string") return Result.succeed([captioned(caption, Wire.at(value, "objects"))])
      const words = withoutThoughts(content).trim()
      return value === undefined && words !== "" ? Result.succeed([{ text: words }]) : noAnswer("a caption", content)
    }
    case "tags": {
      const tags = listIn(value, ["tags", "labels", "objects"])
      return tags === undefined ? noAnswer("a list of tags", content) : Result.succeed(tags.map(tagged))
    }
    case "boxes": {
      const objects = listIn(value, ["objects", "detections", "boxes"])
      return objects === undefined ? noAnswer("a list of objects", content) : Result.succeed(objects.map(boxed))
    }
  }
}

const captioned = (caption: string, objects: Json | undefined): Json => ({
  text: caption,
  ...(Array.isArray(objects) ? { emoji_mappings: objects.map((word: Json) => ({ word })) } : {})
})

const tagged = (tag: Json): Json => (typeof tag === "string" ? { label: tag } : { ...named(tag) })

const boxed = (found: Json): Json =>
  Wire.defined({ ...named(found), bbox: first(found, ["box", "bbox", "bbox_2d", "box_2d"]) })

const named = (found: Json): JsonObject =>
  Wire.defined({
    label: first(found, ["label", "name", "class"]),
    confidence: first(found, ["confidence", "score"])
  })

const first = (value: Json, names: ReadonlyArray<string>): Json | undefined =>
  names.map((name) => Wire.at(value, name)).find((found) => found !== undefined)

const listIn = (value: Json | undefined, names: ReadonlyArray<string>): ReadonlyArray<Json> | undefined => {
  const found = Array.isArray(value) ? value : value === undefined ? undefined : first(value, names)
  return Array.isArray(found) ? found : undefined
}

const noAnswer = (what: string, content: string) =>
  Wire.unreadable(`Expected ${what}, the model said ${Wire.quote(content)}`)

/** The JSON value in what a model said: all of it, or what is between the first and the last bracket. */
const jsonIn = (content: string): Json | undefined => {
  const words = withoutThoughts(content)
  const whole = LenientJson.parse(words)
  if (typeof whole === "object" && whole !== null) return whole
  const start = words.search(/[[{]/)
  const end = Math.max(words.lastIndexOf("]"), words.lastIndexOf("}"))
  return start < 0 || end < start ? undefined : LenientJson.parse(words.slice(start, end + 1))
}

/** Models that think aloud do so before they answer. */
const withoutThoughts = (content: string): string => content.split("</think>").at(-1)!

/** What a conversation cost, as recorded: `{"usage": {"input_tokens": 812, "output_tokens": 44}}`. */
export const usage = (input: Json | undefined, output: Json | undefined): JsonObject => {
  const tokens = Wire.defined({
    input_tokens: typeof input === "number" ? input : undefined,
    output_tokens: typeof output === "number" ? output : undefined
  })
  return Object.keys(tokens).length === 0 ? {} : { usage: tokens }
}
