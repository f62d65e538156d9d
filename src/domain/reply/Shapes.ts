/** The shapes predictions have on the wire, each with how it is read. */
import { Result } from "effect"
import type { EvidenceKind } from "../catalog/Service.ts"
import * as Fields from "./Fields.ts"
import * as LenientJson from "./LenientJson.ts"
import * as Masks from "./Masks.ts"
import { isFace, isShiny, mentions, naming } from "./Naming.ts"
import { items, named, noteSurplus, type Omit } from "./Parts.ts"
import type { Prediction } from "./Prediction.ts"
import * as Sanitize from "./Sanitize.ts"

/** Reads a prediction of one shape. */
type Shape = (fields: Fields.Fields, index: number, omit: Omit) => Fields.Read<Prediction>

/**
 * Reads the prediction at `index` of a reply, or says why it cannot be read.
 *
 * Spatial, color and metadata services have one shape each. All others send several, told apart by the fields that are
 * there, so an unknown service is understood if it words its answer like one of those we know.
 */
export const read = (value: unknown, kind: EvidenceKind, index: number, omit: Omit): Fields.Read<Prediction> => {
  if (!Fields.isFields(value)) return Result.fail(`it is ${Fields.describe(value)}, not an object`)
  const shape = shapeOf(value, kind)
  return shape === undefined ? Result.fail("it has no field of a known prediction") : shape(value, index, omit)
}

const shapeOf = (fields: Fields.Fields, kind: EvidenceKind): Shape | undefined => {
  const has = (name: string) => Fields.field(fields, name) !== undefined
  if (kind === "spatial") return object
  if (kind === "color") return palette
  if (kind === "metadata") return metadata
  if (has("landmarks")) return pose
  if (has("nsfw")) return nsfw
  if (has("has_text") || has("text_regions")) return text
  if (has("keypoints")) return face
  if (has("bbox")) return kind === "specialized" && isFace(fields) ? face : object
  if (has("text") || has("caption")) return kind === "specialized" ? text : caption
  if (has("label")) return label
  return has("palette") || has("primary") ? palette : undefined
}

const object: Shape = (fields, index, omit) => {
  const name = naming(fields)
  if (Result.isFailure(name)) return Result.fail(name.failure)
  const box = Fields.box(Fields.field(fields, "bbox"))
  if (Result.isFailure(box)) return Result.fail(box.failure)
  const confidence = certainty(fields, omit)
  if (Result.isFailure(confidence)) return Result.fail(confidence.failure)
  const mask = optional(fields, "segmentation", omit, Masks.mask) ?? optional(fields, "mask", omit, Masks.mask)
  // Points by name are those of a face; an object has a list of them.
  const hasNames = Fields.isFields(Fields.field(fields, "keypoints"))
  const keypoints = hasNames ? undefined : optional(fields, "keypoints", omit, Masks.keypoints)
  const { concept, emoji, label } = name.success
  return Result.succeed({
    _tag: "Object",
    index,
    concept,
    label,
    emoji,
    confidence: confidence.success,
    box: box.success,
    shiny: isShiny(fields),
    ...(mask === undefined ? undefined : { mask }),
    ...(keypoints === undefined ? undefined : { keypoints })
  })
}

/** A field that may be absent, and is left out when it cannot be read. */
const optional = <A>(
  fields: Fields.Fields,
  name: string,
  omit: Omit,
  read: (value: unknown) => Fields.Read<A>
): A | undefined => {
  const value = Fields.field(fields, name)
  if (value === undefined) return undefined
  const result = read(value)
  if (Result.isSuccess(result)) return result.success
  omit(name, result.failure)
  return undefined
}

const label: Shape = (fields, index, omit) =>
  Result.gen(function* () {
    const name = yield* naming(fields)
    const confidence = yield* certainty(fields, omit)
    return { _tag: "Label", index, ...name, confidence, shiny: isShiny(fields) }
  })

const caption: Shape = (fields, index, omit) => {
  const sentence = Fields.text(Fields.field(fields, "text") ?? Fields.field(fields, "caption"))
  if (sentence === undefined) return Result.fail("no text")
  return Result.succeed({ _tag: "Caption", index, text: sentence, mentions: mentions(fields, omit) })
}

const text: Shape = (fields, index, omit) => {
  const regions = items(Fields.field(fields, "text_regions"), "text_regions", omit, (region, part) =>
    Result.gen(function* () {
      const line = Fields.text(Fields.own(region, "text"))
      if (line === undefined) return yield* Result.fail("no text")
      const confidence = yield* confidenceOf(Fields.own(region, "confidence"), `${part}.confidence`, omit)
      return { text: line, confidence, box: yield* Fields.box(Fields.own(region, "bbox")) }
    })
  )
  const all = Fields.text(Fields.field(fields, "text")) ?? Sanitize.text(regions.map((region) => region.text).join(" "))
  const hasText = Fields.field(fields, "has_text")
  return Result.succeed({
    _tag: "Text",
    index,
    text: all,
    hasText: typeof hasText === "boolean" ? hasText : all.trim().length >= 3,
    emoji: Fields.emoji(Fields.field(fields, "emoji")),
    confidence: regions.reduce<number | undefined>(
      (best, { confidence }) => (confidence === undefined ? best : Math.max(best ?? 0, confidence)),
      undefined
    ),
    regions,
    mentions: mentions(fields, omit)
  })
}

const face: Shape = (fields, index, omit) =>
  Result.gen(function* () {
    const box = yield* Fields.box(Fields.field(fields, "bbox"))
    const confidence = yield* confidenceOf(Fields.field(fields, "confidence"), "confidence", omit)
    const emoji = Fields.emoji(Fields.field(fields, "emoji"))
    const keypoints = named(Fields.field(fields, "keypoints"), "keypoints", omit, Fields.point)
    return { _tag: "Face", index, emoji, confidence, box, keypoints }
  })

const pose: Shape = (fields, index, omit) => {
  const landmarks = named(Fields.field(fields, "landmarks"), "landmarks", omit, landmark)
  return Object.keys(landmarks).length === 0
    ? Result.fail("no landmark can be read: x and y are fractions of the picture")
    : Result.succeed({ _tag: "Pose", index, landmarks })
}

const nsfw: Shape = (fields, index, omit) =>
  Result.gen(function* () {
    const verdict = Fields.field(fields, "nsfw")
    if (typeof verdict !== "boolean")
      return yield* Result.fail(`nsfw is ${Fields.describe(verdict)}, not true or false`)
    const confidence = yield* confidenceOf(Fields.field(fields, "confidence"), "confidence", omit)
    return { _tag: "Nsfw", index, nsfw: verdict, emoji: Fields.emoji(Fields.field(fields, "emoji")), confidence }
  })

const palette: Shape = (fields, index, omit) => {
  const whole = Fields.field(fields, "palette")
  const primary = Fields.field(fields, "primary")
  const colors = items(
    Fields.isFields(whole) ? Fields.own(whole, "colors") : whole,
    "palette.colors",
    omit,
    (color) => {
      const code = hex(color)
      return code === undefined ? Result.fail("no hex color") : Result.succeed({ hex: code, name: markerName(color) })
    }
  )
  const main = Fields.isFields(primary) ? hex(primary) : undefined
  if (main === undefined && colors.length === 0) return Result.fail("no color can be read")
  const temperature = Fields.isFields(whole) ? Fields.text(Fields.own(whole, "temperature")) : undefined
  return Result.succeed({ _tag: "Palette", index, temperature, primary: main, colors })
}

const metadata: Shape = (fields, index, omit) => {
  noteSurplus(fields, "properties", omit)
  const properties = Sanitize.json(withoutNotANumber(fields, omit)) as Fields.Fields
  return Result.succeed({ _tag: "Metadata", index, properties })
}

/** A confidence; one that is no number (`NaN`) is as good as none. */
const confidenceOf = (value: unknown, part: string, omit: Omit): Fields.Read<number | undefined> => {
  if (!LenientJson.isNotANumber(value)) return Fields.confidence(value)
  omit(part, `it is ${value}, not a number`)
  return Result.succeed(undefined)
}

/** Other names of a confidence. Whoever sends one is not as sure as who says nothing of it is taken to be. */
const otherNames = ["score", "probability", "conf"]

/** The confidence of an object or a label; refused when it goes by another name. */
const certainty = (fields: Fields.Fields, omit: Omit): Fields.Read<number | undefined> => {
  const value = Fields.field(fields, "confidence")
  const other =
    value === undefined ? otherNames.find((name) => typeof Fields.field(fields, name) === "number") : undefined
  return other === undefined
    ? confidenceOf(value, "confidence", omit)
    : Result.fail(`no confidence, but ${other}: "api": "json" with "confidence": "${other}" reads that`)
}

/** Nesting in which fields without a number are looked for. */
const maxDepth = 8

/** The fields without those that are no numbers. */
const withoutNotANumber = (fields: Fields.Fields, omit: Omit, path: ReadonlyArray<string> = []): Fields.Fields =>
  Object.fromEntries(
    Sanitize.entries(fields).flatMap(([name, value]): ReadonlyArray<readonly [string, unknown]> => {
      const at = [...path, name]
      if (!LenientJson.isNotANumber(value)) {
        return [[name, Fields.isFields(value) && at.length < maxDepth ? withoutNotANumber(value, omit, at) : value]]
      }
      omit(at.join("."), `it is ${value}, not a number`)
      return []
    })
  )

/** Widths and heights of the picture that a landmark may lie outside of it: who is cut off has feet below. */
const outside = 2

/** A point in fractions of the picture; what lies far outside is in pixels, and of which picture is not known. */
const landmark = (value: unknown) => {
  if (!Fields.isFields(value)) return undefined
  const visibility = Result.getOrUndefined(Fields.confidence(Fields.own(value, "visibility")))
  const point = Fields.point(value)
  if (point === undefined || [point.x, point.y].some((at) => at < -outside || at > 1 + outside)) return undefined
  return { ...point, visibility }
}

const hex = (color: Fields.Fields): string | undefined => {
  const code = Fields.text(Fields.own(color, "hex"))?.toLowerCase()
  return code !== undefined && /^#[0-9a-f]{6}$/.test(code) ? code : undefined
}

/** The name in the first color system the service sent: every text but `hex` and `temperature` is one. */
const markerName = (color: Fields.Fields): string | undefined => {
  for (const [key, value] of Object.entries(color)) {
    if (key !== "hex" && key !== "temperature" && typeof value === "string") return Fields.name(value)
  }
  return undefined
}
