/** Any other server that answers with JSON, by declaration: how the picture goes there, and where in the answer what is. */
import { Result, Schema } from "effect"
import * as Fields from "../reply/Fields.ts"
import * as BoxEncoding from "./BoxEncoding.ts"
import * as Path from "./Path.ts"
import type { Body, Protocol, Shown } from "./Protocol.ts"
import * as Wire from "./Wire.ts"

const Place = Schema.String.check(
  Schema.isPattern(Path.pattern, { message: "Expected a place in JSON such as predictions or outputs[0].items" })
)
const SomePlace = Place.check(Schema.isNonEmpty())

export const Options = Schema.Struct({
  /** `POST` unless given. */
  method: Schema.optionalKey(Schema.Literals(["POST", "PUT", "GET"])),
  /** How the picture goes: a file of a form, the body, base64 in a JSON body, or its URL in the query or in a JSON body. */
  picture: Schema.Union([
    Schema.Struct({ as: Schema.Literal("form"), field: Schema.NonEmptyString }),
    Schema.Struct({ as: Schema.Literal("body") }),
    Schema.Struct({
      as: Schema.Literal("base64"),
      path: SomePlace,
      /** Whether it is written as a `data:` URL. */
      dataUrl: Schema.optionalKey(Schema.Boolean)
    }),
    Schema.Struct({ as: Schema.Literal("url"), query: Schema.NonEmptyString }),
    Schema.Struct({ as: Schema.Literal("url"), path: SomePlace })
  ]),
  /** Further fields of the form, or of the JSON body. */
  fields: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json)),
  query: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  /** Where an error is said, if there is one in an answer of HTTP 200. */
  error: Schema.optionalKey(Place),
  /** Where the list of predictions is, the whole answer unless given. What is no list is the only prediction. */
  predictions: Schema.optionalKey(Place),
  /** Where in a prediction. */
  label: Schema.optionalKey(Place),
  confidence: Schema.optionalKey(Place),
  /** What a confidence of certainty is, 1 unless given: 100 for percent. */
  confidenceMax: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0))),
  /** One place, or those of the four numbers in the order of the form. */
  box: Schema.optionalKey(Schema.Union([Place, Schema.Tuple([Place, Place, Place, Place])])),
  text: Schema.optionalKey(Place)
}).check(
  Schema.makeFilter(({ box, label, text }) =>
    box === undefined && label === undefined && text === undefined
      ? { path: ["label"], issue: "Missing: say where label, box or text is" }
      : undefined
  )
)
export type Options = typeof Options.Type

export const protocol = (options: Options, { form }: BoxEncoding.BoxEncoding): Protocol => ({
  endpoint: { path: "/", below: false },
  health: undefined,
  inputs: options.picture.as === "url" ? ["url"] : ["upload"],
  form: { _tag: "File" },
  boxes: BoxEncoding.standard,
  request: (shown) => ({
    method: options.method ?? "POST",
    query: {
      ...options.query,
      ...(shown._tag === "Url" && "query" in options.picture ? { [options.picture.query]: shown.url } : {})
    },
    body: bodyOf(options, shown)
  }),
  reply: (answered) =>
    Result.gen(function* () {
      const body = yield* Wire.json(answered)
      const error = options.error === undefined ? undefined : Path.get(body, Path.parse(options.error))
      if (error !== undefined && error !== null && error !== false && error !== "") {
        return yield* Wire.serviceError(Wire.errorMessage(error) ?? JSON.stringify(error).slice(0, 200))
      }
      const found = Path.get(body, Path.parse(options.predictions ?? ""))
      if (found === undefined)
        return yield* Wire.unreadable(`There is no ${options.predictions} in ${Wire.kindOf(body)}`)
      const list: ReadonlyArray<Wire.Json> = Array.isArray(found) ? found : found === null ? [] : [found]
      const predictions = list.map((item) => predictionOf(options, form, item))
      const isReading = options.text !== undefined && options.box !== undefined
      return Wire.success(isReading ? [{ text_regions: predictions }] : predictions, { original: body })
    })
})

const bodyOf = ({ fields, picture }: Options, shown: Shown): Body => {
  switch (picture.as) {
    case "form":
      return { _tag: "Form", file: picture.field, fields: textsOf(fields ?? {}) }
    case "body":
      return { _tag: "Picture" }
    case "base64":
      return {
        _tag: "Json",
        json: (base64) =>
          Path.set(fields, Path.parse(picture.path), picture.dataUrl === true ? dataUrl(shown, base64) : base64)
      }
    case "url": {
      if ("query" in picture) return { _tag: "None" }
      const url = shown._tag === "Url" ? shown.url : ""
      return { _tag: "Json", json: () => Path.set(fields, Path.parse(picture.path), url) }
    }
  }
}

const textsOf = (fields: Wire.JsonObject): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)])
  )

const dataUrl = (shown: Shown, base64: string): string =>
  `data:${shown._tag === "Picture" ? shown.mediaType : ""};base64,${base64}`

const predictionOf = (options: Options, form: BoxEncoding.BoxForm, item: Wire.Json): Wire.Json => {
  const at = (path: string | undefined) => (path === undefined ? undefined : Path.get(item, Path.parse(path)))
  const confidence = at(options.confidence)
  const certain = Fields.number(confidence)
  const box = boxOf(options, form, at)
  return Wire.defined({
    label: at(options.label),
    text: at(options.text),
    confidence: certain === undefined ? confidence : certain / (options.confidenceMax ?? 1),
    bbox: box as Wire.Json | undefined
  })
}

/** The four values of a box in the order of the form, as they are; what is no box as it is. */
const boxOf = ({ box }: Options, form: BoxEncoding.BoxForm, at: (path: string) => Wire.Json | undefined): unknown => {
  if (box === undefined) return undefined
  if (typeof box !== "string") return box.map((place) => at(place) ?? null)
  const found = at(box)
  return BoxEncoding.fourOf(found, form) ?? found
}
