/** Answers of other model servers as documented, each with the protocol that reads it, and what becomes of them on the way. */
import { Schema } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import type { EvidenceKind } from "../../src/domain/ServiceCatalog.ts"
import type { Protocol } from "../../src/domain/protocol/Protocol.ts"
import * as Protocols from "../../src/domain/protocol/Protocols.ts"

const folder = new URL("../fixtures/protocols/", import.meta.url)

/** The names of all documented answers. */
export const fixtures: ReadonlyArray<string> = readdirSync(folder)
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.slice(0, -".json".length))

export const bytesOf = (name: string): Uint8Array => readFileSync(new URL(`${name}.json`, folder))

/** The picture every answer is about. */
export const picture = { width: 400, height: 300 }

const boxes = { form: "xyxy", unit: "thousandths" } as const

/** The settings that read an answer, by the beginning of its name. */
const readers: Readonly<Record<string, { readonly api: Protocols.Api; readonly kind: EvidenceKind }>> = {
  "ollama.": { api: { name: "ollama", options: { model: "llava:13b" } }, kind: "semantic" },
  "openai.": { api: { name: "openai", options: { model: "qwen", answer: "boxes" } }, kind: "spatial" },
  "deepstack.face": { api: { name: "deepstack", options: { task: "face" } }, kind: "specialized" },
  "deepstack.scene": { api: { name: "deepstack", options: { task: "scene" } }, kind: "classification" },
  "deepstack.": { api: { name: "deepstack", options: {} }, kind: "spatial" },
  "huggingface.detection": { api: { name: "huggingface", options: {} }, kind: "spatial" },
  "huggingface.caption": { api: { name: "huggingface", options: {} }, kind: "semantic" },
  "huggingface.": { api: { name: "huggingface", options: {} }, kind: "classification" },
  "kserve.": {
    api: {
      name: "kserve",
      options: {
        model: "ssd",
        input: { name: "images", width: 200, height: 200 },
        head: { type: "boxes", boxes: "boxes", scores: "scores", classes: "classes", unit: "normalized" }
      }
    },
    kind: "spatial"
  },
  "json.ultralytics": {
    api: {
      name: "json",
      options: { picture: { as: "form", field: "file" }, label: "name", confidence: "confidence", box: "box" }
    },
    kind: "spatial"
  },
  "json.roboflow": {
    api: {
      name: "json",
      options: {
        picture: { as: "base64", path: "image.value" },
        predictions: "predictions",
        label: "class",
        confidence: "confidence",
        box: ["x", "y", "width", "height"]
      }
    },
    kind: "spatial"
  }
}

/** How an answer is read. */
export const readerOf = (name: string) => {
  const prefix = Object.keys(readers).find((prefix) => name.startsWith(prefix))!
  const { api, kind } = readers[prefix]!
  const encoding =
    api.name === "openai"
      ? boxes
      : ({
          form: name === "json.ultralytics" ? "xyxy" : name === "json.roboflow" ? "cxcywh" : "xywh",
          unit: "pixels"
        } as const)
  const protocol: Protocol = Protocols.of(api, encoding)
  return { protocol, kind, encoding }
}

/** Where to damage an answer, and how. */
export const Damage = Schema.Struct({
  way: Schema.Literals(["byte", "cut", "value", "key"]),
  at: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.999_999 })),
  value: Schema.Union([
    Schema.Json,
    Schema.Literals(["NaN", "", "person", "\u0000", -1, 0, 1e308, 0.5, 87, true]),
    Schema.Null
  ])
})
export type Damage = typeof Damage.Type

/** The answer with one thing about it changed. */
export const damaged = (bytes: Uint8Array, { at, value, way }: Damage): Uint8Array => {
  const place = Math.floor(at * bytes.length)
  switch (way) {
    case "cut":
      return bytes.slice(0, place)
    case "byte":
      return bytes.with(place, bytes[place]! ^ 0x55)
    case "value":
    case "key": {
      const json = JSON.parse(new TextDecoder().decode(bytes)) as Schema.Json
      const places = placesIn(json)
      return new TextEncoder().encode(
        JSON.stringify(changed(json, places[Math.floor(at * places.length)]!, way, value))
      )
    }
  }
}

type Place = ReadonlyArray<string | number>

const placesIn = (json: Schema.Json, at: Place = []): ReadonlyArray<Place> => [
  at,
  ...(typeof json === "object" && json !== null
    ? Object.entries(json).flatMap(([key, item]) => placesIn(item as Schema.Json, [...at, key]))
    : [])
]

const changed = (json: Schema.Json, [step, ...rest]: Place, way: "value" | "key", value: Schema.Json): Schema.Json => {
  if (step === undefined) return value
  const inside = json as { readonly [key: string]: Schema.Json }
  const item = changed(inside[step]!, rest, way, value)
  if (Array.isArray(json)) return (json as Array<Schema.Json>).with(Number(step), item)
  const { [step]: _, ...others } = inside
  return { ...others, [way === "key" && rest.length === 0 ? `${step}_` : step]: item }
}
