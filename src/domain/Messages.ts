/** The messages on the queues. Their spelling on the wire is decided here and nowhere else. */
import { Schema } from "effect"
import { ImageId, ServiceId } from "./Identifiers.ts"
import { ImageReference } from "./ImageReference.ts"
import type { Stage } from "./Staleness.ts"

const version = Schema.Literal(1)

/** Asks the workers of `service` what it says about an image. */
export const Job = Schema.Struct({
  version,
  imageId: ImageId,
  service: ServiceId,
  image: ImageReference
}).pipe(Schema.encodeKeys({ imageId: "image_id" }))
export type Job = typeof Job.Type

/** Says that something about an image may be stale. Losing it costs latency, never work. */
export const Hint = Schema.Struct({ version, imageId: ImageId }).pipe(Schema.encodeKeys({ imageId: "image_id" }))
export type Hint = typeof Hint.Type

/** Characters of a message. What is longer is none of ours, and not read. */
export const longest = 65_536

const text = Schema.String.check(
  Schema.isMaxLength(longest, { message: `Expected a message of at most ${longest} characters` })
)

export const JobJson = text.pipe(Schema.decodeTo(Schema.fromJsonString(Job)))
export const HintJson = text.pipe(Schema.decodeTo(Schema.fromJsonString(Hint)))

/** The queue on which a stage receives its hints. */
export const hintQueue: Record<Stage, string> = {
  harmonize: "queue_bbox_merge",
  consensus: "queue_consensus",
  enrich: "queue_spatial_enrichment"
}

/** The header with the time of publication, in milliseconds since 1970. */
export const publishedHeader = "x-windmill-published"

/** The header that says that a message is published now. */
export const published = (now: number): Readonly<Record<string, string>> => ({ [publishedHeader]: String(now) })

/** The header of a message that may have been published before, and answered. */
export const repeatedHeader = "x-windmill-repeated"

/** The header that says that a message may have been published before. */
export const repeated: Readonly<Record<string, string>> = { [repeatedHeader]: "true" }

/** When a message was published, in milliseconds since 1970, by the clock of who did; `undefined` when it does not say. */
export const publishedAt = (headers: Readonly<Record<string, string>>): number | undefined => {
  const at = Number(headers[publishedHeader] ?? Number.NaN)
  return Number.isFinite(at) ? at : undefined
}

/** Milliseconds between the publication of a message and `now`, by the clocks of two machines; never below 0. */
export const waited = (headers: Readonly<Record<string, string>>, now: number): number | undefined => {
  const at = publishedAt(headers)
  return at === undefined ? undefined : Math.max(0, now - at)
}
