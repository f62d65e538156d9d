/** One service of the catalog, complete. */
import { type Duration, Schema } from "effect"
import type { Offsets } from "../harmonization/Alignment.ts"
import type { ServiceId } from "../Identifiers.ts"
import type { Api } from "../protocol/Protocols.ts"
import type { BoxEncoding } from "../protocol/BoxEncoding.ts"
import type { Selection } from "./Selection.ts"

/** What a service's answers are evidence of. */
export const EvidenceKind = Schema.Literals([
  "spatial",
  "semantic",
  "classification",
  "specialized",
  "color",
  "metadata"
])
export type EvidenceKind = typeof EvidenceKind.Type

/** How the image reaches the service: as bytes, as a URL it fetches, or as a path on its own disk. */
export const InputMode = Schema.Literals(["upload", "url", "file"])
export type InputMode = typeof InputMode.Type

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

const ChosenCrops = Schema.Struct({
  /** `all`, `person`, or labels; a label of the vocabulary means all that is the same. */
  labels: Schema.optionalKey(
    Schema.Union([Schema.Literals(["all", "person"]), Schema.NonEmptyArray(Schema.NonEmptyString)])
  ),
  /** The least width and height of a box, in pixels. */
  minSize: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))),
  /** The least evidence of a box, in `[0, 1]`. */
  minConfidence: Schema.optionalKey(Share)
})

/** Which harmonized boxes the service wants as crops: all, those of persons, those of some labels, or a choice of these. */
export const CropWish = Schema.Union([
  Schema.Literals(["all", "person"]),
  Schema.NonEmptyArray(Schema.NonEmptyString),
  ChosenCrops
])
export type CropWish = typeof CropWish.Type

/** Formats in which a picture can be uploaded. */
export const PictureFormat = Schema.Literals(["jpeg", "png", "webp", "gif"])
export type PictureFormat = typeof PictureFormat.Type

/** Files with certificates in PEM, as paths that the process that asks can read. */
export const Tls = Schema.Struct({
  /** Authorities that are trusted besides those of the system. */
  ca: Schema.optionalKey(Schema.NonEmptyString),
  /** What the service is shown of us, and its key. */
  certificate: Schema.optionalKey(Schema.NonEmptyString),
  key: Schema.optionalKey(Schema.NonEmptyString)
})
export type Tls = typeof Tls.Type

export interface Service {
  readonly id: ServiceId
  /** The protocol it speaks, with its options. */
  readonly api: Api
  /** Whether it is asked by https. */
  readonly secure: boolean
  /** A name or an address, IPv6 without brackets. */
  readonly host: string
  readonly port: number
  /** Path of the analysis endpoint, from `/`, and query if there is one. */
  readonly endpoint: string
  /** Path that says whether the service can serve; `undefined` when there is none. */
  readonly health: string | undefined
  /** Headers of every request. Values may name variables of the environment as `${NAME}`; they are secrets in any case. */
  readonly headers: Readonly<Record<string, string>>
  readonly tls: Tls | undefined
  /** Name of the queue its workers consume. */
  readonly queue: string
  readonly kind: EvidenceKind
  readonly input: InputMode
  /** Requests one worker process keeps in flight. */
  readonly concurrency: number
  /** How long one request may take. */
  readonly timeout: Duration.Duration
  readonly crops: CropWish | undefined
  /** Names of what a detector can see: `coco80`, or labels. `undefined`: anything. */
  readonly vocabulary: "coco80" | ReadonlyArray<string> | undefined
  /** Weight of the service's word in `[0, 1]`. */
  readonly trust: number
  /** How a detector's boxes are moved before they are compared; `undefined`: they stay. */
  readonly align: Offsets | undefined
  /** `primary` services are asked about whole images by default; `spatial_only` ones are made for crops. */
  readonly category: "primary" | "spatial_only"
  /** How the service writes boxes. */
  readonly boxes: BoxEncoding
  /** The most pixels of width and height that are sent; larger pictures are scaled down. `undefined`: as they are. */
  readonly maxPictureSize: number | undefined
  /** Formats the service reads; others are sent as the first of these. `undefined`: all. */
  readonly pictureFormats: ReadonlyArray<PictureFormat> | undefined
  /** Which of its predictions count. */
  readonly selection: Selection
}
