/** Recorded replies, and generators of replies as services send them and as they had better not. */
import { readdirSync, readFileSync } from "node:fs"
import { Arbitrary, Schema } from "effect"
import { EvidenceKind } from "../../src/domain/ServiceCatalog.ts"

const folder = new URL("../fixtures/replies/", import.meta.url)

/** The names of all recorded replies. */
export const fixtures: ReadonlyArray<string> = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.slice(0, -".json".length))

/** A recorded reply by its name. */
export const fixture = (name: string): Schema.Json => JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"))

/** A successful reply with these predictions. */
export const success = (predictions: unknown): unknown => ({ service: "any", status: "success", predictions })

export const kind = EvidenceKind

/** Any JSON, and the values that are nearly what a field should be. */
const noise = Schema.Union([
  Schema.Json,
  Schema.Null,
  Schema.Literals(["", " ", "0.5", "12", "NaN", "Infinity", "0x10", "87%", -1, 0, 1, 2, 87, 1e308, true]),
  Schema.Literals(["\u0000", "a\u0000b", "\uD83D", "person\uDE00", "__proto__", "constructor", "\uFE0F", "\u200D"])
])

/** What the contract says, but one time in twelve noise. */
const nearly = <S extends Schema.Top>(schema: S) => Schema.Union([...Array.from({ length: 11 }, () => schema), noise])

const pixels = Schema.Int.check(Schema.isBetween({ minimum: -50, maximum: 700 }))
const coordinate = nearly(Schema.Union([pixels, pixels, pixels, pixels, pixels, Schema.Finite]))
const box = nearly(
  Schema.Union([
    Schema.Struct({ x: coordinate, y: coordinate, width: coordinate, height: coordinate }),
    Schema.Tuple([coordinate, coordinate, coordinate, coordinate])
  ])
)
const share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const word = Schema.Union([
  Schema.Literals(["person", "Dining_Table", "couch", "chair", "traffic-light", "women", "sorrel", "face", "ottoman"]),
  Schema.String
])
const emoji = Schema.Literals(["🧑", "🪑", "🐴", "⌨️", "", "🔞"])
const mapping = Schema.Struct({ word: nearly(word), emoji: nearly(emoji), shiny: Schema.optionalKey(noise) })
const point = Schema.Union([
  Schema.Tuple([coordinate, coordinate]),
  Schema.Struct({ x: coordinate, y: coordinate, visibility: Schema.optionalKey(nearly(share)) })
])
const color = Schema.Struct({
  hex: nearly(Schema.Literals(["#de532b", "#DE532B", "#fff"])),
  temperature: nearly(Schema.Literals(["cool", "warm"])),
  copic: Schema.optionalKey(nearly(Schema.Literal("Leather (E39)")))
})

const wireFields = {
  label: nearly(word),
  bbox: box,
  emoji: Schema.optionalKey(nearly(emoji)),
  confidence: Schema.optionalKey(nearly(share)),
  shiny: Schema.optionalKey(noise)
}
const looseFields = {
  ...wireFields,
  label: Schema.optionalKey(wireFields.label),
  bbox: Schema.optionalKey(wireFields.bbox)
}
const richFields = {
  text: Schema.optionalKey(nearly(Schema.String)),
  caption: Schema.optionalKey(nearly(Schema.String)),
  emoji_mappings: Schema.optionalKey(nearly(Schema.Array(nearly(mapping)))),
  word_mappings: Schema.optionalKey(nearly(Schema.Record(Schema.String, nearly(emoji)))),
  has_text: Schema.optionalKey(nearly(Schema.Boolean)),
  text_regions: Schema.optionalKey(
    nearly(Schema.Array(nearly(Schema.Struct({ text: nearly(Schema.String), bbox: box }))))
  ),
  nsfw: Schema.optionalKey(nearly(Schema.Boolean)),
  keypoints: Schema.optionalKey(nearly(Schema.Record(Schema.String, nearly(point)))),
  landmarks: Schema.optionalKey(nearly(Schema.Record(Schema.String, nearly(point)))),
  primary: Schema.optionalKey(nearly(color)),
  palette: Schema.optionalKey(nearly(Schema.Struct({ colors: nearly(Schema.Array(nearly(color))) })))
}

/** One prediction: like a detector's, like that of any other service, its fields under `properties`, or noise. */
const prediction = Schema.Union([
  Schema.Struct(wireFields),
  Schema.Struct({ ...looseFields, ...richFields }),
  Schema.Struct({ ...looseFields, properties: nearly(Schema.Struct(richFields)) }),
  noise
])

/** The predictions of one reply. */
export const predictions: Arbitrary.Arbitrary<Array<unknown>> = Arbitrary.array(Arbitrary.schema(prediction), {
  maxLength: 6
})

/** A whole body: a reply, an envelope in which every field may be missing or wrong, or any JSON at all. */
export const body: Arbitrary.Arbitrary<unknown> = Arbitrary.schema(
  Schema.Union([
    Schema.Struct({ status: Schema.Literal("success"), predictions: nearly(Schema.Array(prediction)) }),
    Schema.Struct({
      status: Schema.optionalKey(nearly(Schema.Literals(["success", "error", "Success", "failed"]))),
      error: Schema.optionalKey(nearly(Schema.Struct({ message: nearly(Schema.String) }))),
      predictions: Schema.optionalKey(nearly(Schema.Array(prediction)))
    }),
    noise
  ])
)
