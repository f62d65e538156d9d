/**
 * Findings that do not compete: text, faces, poses, and what is not safe for work.
 *
 * One sighting by one service is enough, about the image or about a crop of it; no quorum can lose it.
 */
import { Schema } from "effect"
import { Confidence } from "../Detection.ts"
import { BoxId, ServiceId } from "../Identifiers.ts"

/** One prediction of a special finding. */
export const Sighting = Schema.Struct({
  service: ServiceId,
  /** The box whose crop it was seen in; absent when it was seen in the whole image. */
  boxId: Schema.optionalKey(BoxId),
  /** Absent when the service gave none. */
  confidence: Schema.optionalKey(Confidence),
  /** The text that was read. */
  content: Schema.optionalKey(Schema.String)
}).pipe(Schema.encodeKeys({ boxId: "cluster_id" }))
export type Sighting = typeof Sighting.Type

const channel = {
  detected: Schema.Boolean,
  emoji: Schema.optionalKey(Schema.String),
  /** The best confidence of a sighting; absent when no service gave one. */
  confidence: Schema.optionalKey(Confidence),
  /** In the whole image first, then most confident first. */
  sightings: Schema.Array(Sighting)
}

/** The special channels of an image. */
export const Special = Schema.Struct({
  /** `content` is the text of the first sighting. */
  text: Schema.Struct({ ...channel, content: Schema.optionalKey(Schema.String) }),
  face: Schema.Struct(channel),
  pose: Schema.Struct(channel),
  /** `humanContext`: whether anybody saw a person, a face or a pose. Present when something was detected. */
  nsfw: Schema.Struct({ ...channel, humanContext: Schema.optionalKey(Schema.Boolean) }).pipe(
    Schema.encodeKeys({ humanContext: "human_context" })
  )
})
export type Special = typeof Special.Type
