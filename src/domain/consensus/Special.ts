/**
 * Findings that do not compete: text, captions, faces, poses, and what is not safe for work.
 *
 * One sighting by one service is enough, in the image or in a crop of it; no quorum can lose it.
 */
import { Schema } from "effect"
import * as BoundingBox from "../BoundingBox.ts"
import * as Concept from "../Concept.ts"
import { Confidence } from "../Detection.ts"
import { BoxId, ServiceId } from "../Identifiers.ts"
import { special } from "./Ballots.ts"
import * as Distinct from "./Distinct.ts"
import { highest } from "./Score.ts"
import type { Statement } from "./Statements.ts"

/** A face, a pose, a text or a caption, by the sighting that stands for all of it; or one prediction of the other. */
export const Sighting = Schema.Struct({
  service: ServiceId,
  /** The box whose crop it was seen in; absent when it was seen in the whole image. */
  boxId: Schema.optionalKey(BoxId),
  /** Where a face is, in image pixels. */
  box: Schema.optionalKey(BoundingBox.ImageBox),
  /** Absent when the service gave none. */
  confidence: Schema.optionalKey(Confidence),
  /** The text that was read, or the caption. */
  content: Schema.optionalKey(Schema.String)
}).pipe(Schema.encodeKeys({ boxId: "cluster_id", box: "bbox" }))
export type Sighting = typeof Sighting.Type

const channel = {
  detected: Schema.Boolean,
  /** Present when something was detected. */
  emoji: Schema.optionalKey(Schema.String),
  /** The best confidence of all that saw it; absent when no service gave one. */
  confidence: Schema.optionalKey(Confidence),
  /** One for each face, pose, text or caption: in the whole image first, then most confident first. */
  sightings: Schema.Array(Sighting)
}

/** The special channels of an image. */
export const Special = Schema.Struct({
  /** `content` is the text of the first sighting. */
  text: Schema.Struct({ ...channel, content: Schema.optionalKey(Schema.String) }),
  /** Absent when there is none. */
  caption: Schema.optionalKey(Schema.Struct(channel)),
  face: Schema.Struct(channel),
  pose: Schema.Struct(channel),
  /** `humanContext`: whether any service saw a person, a face or a pose. Present when something was detected. */
  nsfw: Schema.Struct({ ...channel, humanContext: Schema.optionalKey(Schema.Boolean) }).pipe(
    Schema.encodeKeys({ humanContext: "human_context" })
  )
})
export type Special = typeof Special.Type

/** The JSON of the special channels: what encoding by the schema gives, in a fraction of the time. */
export const toData = ({ caption, face, nsfw, pose, text }: Special): typeof Special.Encoded => {
  const { humanContext, ...verdict } = channelData(nsfw)
  return {
    text: channelData(text),
    ...(caption === undefined ? {} : { caption: channelData(caption) }),
    face: channelData(face),
    pose: channelData(pose),
    nsfw: humanContext === undefined ? verdict : { ...verdict, human_context: humanContext }
  }
}

const channelData = <A extends { readonly sightings: ReadonlyArray<Sighting> }>(channel: A) => ({
  ...channel,
  sightings: channel.sightings.map(sightingData)
})

const sightingData = ({ box, boxId, ...rest }: Sighting): typeof Sighting.Encoded => ({
  ...rest,
  ...(boxId === undefined ? {} : { cluster_id: boxId }),
  ...(box === undefined ? {} : { bbox: box })
})

/** The special channels, fed by all that was said. */
export const ofStatements = (statements: ReadonlyArray<Statement>, isHuman: boolean): Special => {
  const text = Distinct.texts(statements)
  const caption = Distinct.captions(statements)
  const face = Distinct.faces(statements)
  const pose = Distinct.poses(statements)
  const faceConfidence = highest(
    statements.map(({ prediction }) => (prediction._tag === "Face" ? prediction.confidence : undefined))
  )
  const nsfw = statements.flatMap((statement) =>
    statement.prediction._tag === "Nsfw" && statement.prediction.nsfw
      ? [Distinct.by(statement, statement.prediction.confidence).sighting]
      : []
  )
  const words = text.toSorted(Distinct.wholeImageFirst)[0]?.content
  return {
    text: { ...channelOf(text, Concept.emojiOf(special.text)), ...(words === undefined ? {} : { content: words }) },
    ...(caption.length === 0 ? {} : { caption: channelOf(caption, undefined) }),
    face: channelOf(face, Concept.emojiOf(special.face), faceConfidence),
    pose: channelOf(pose, undefined),
    nsfw: {
      ...channelOf(nsfw, Concept.emojiOf(special.nsfw)),
      ...(nsfw.length === 0 ? {} : { humanContext: isHuman })
    }
  }
}

const channelOf = (
  sightings: ReadonlyArray<Sighting>,
  emoji: string | undefined,
  confidence = highest(sightings.map((sighting) => sighting.confidence))
): Special["face"] => {
  if (sightings.length === 0) return { detected: false, sightings }
  return {
    detected: true,
    ...(emoji === undefined ? {} : { emoji }),
    ...(confidence === undefined ? {} : { confidence }),
    sightings: sightings.toSorted(Distinct.wholeImageFirst)
  }
}
