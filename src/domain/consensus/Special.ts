/**
 * Findings that do not compete: text, faces, poses, and what is not safe for work.
 *
 * One sighting by one service is enough, in the image or in a crop of it; no quorum can lose it.
 */
import { Order, Schema } from "effect"
import * as BoundingBox from "../BoundingBox.ts"
import * as Concept from "../Concept.ts"
import { Confidence } from "../Detection.ts"
import { BoxId, ServiceId } from "../Identifiers.ts"
import { special } from "./Ballots.ts"
import { highest } from "./Score.ts"
import type { Statement } from "./Statements.ts"

/** One prediction of a special finding. */
export const Sighting = Schema.Struct({
  service: ServiceId,
  /** The box whose crop it was seen in; absent when it was seen in the whole image. */
  boxId: Schema.optionalKey(BoxId),
  /** Where a face is, in image pixels. */
  box: Schema.optionalKey(BoundingBox.ImageBox),
  /** Absent when the service gave none. */
  confidence: Schema.optionalKey(Confidence),
  /** The text that was read. */
  content: Schema.optionalKey(Schema.String)
}).pipe(Schema.encodeKeys({ boxId: "cluster_id", box: "bbox" }))
export type Sighting = typeof Sighting.Type

const channel = {
  detected: Schema.Boolean,
  /** Present when something was detected. */
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

/** The special channels, fed by all that was said. */
export const ofStatements = (statements: ReadonlyArray<Statement>, isHuman: boolean): Special => {
  const text = statements.flatMap((statement) =>
    statement.prediction._tag === "Text" && statement.prediction.hasText
      ? [{ ...sighting(statement, statement.prediction.confidence), content: statement.prediction.text }]
      : []
  )
  const face = statements.flatMap((statement) =>
    statement.prediction._tag === "Face"
      ? [{ ...sighting(statement, statement.prediction.confidence), box: inImage(statement.prediction.box, statement) }]
      : []
  )
  const pose = statements.flatMap((statement) =>
    statement.prediction._tag === "Pose" ? [sighting(statement, undefined)] : []
  )
  const nsfw = statements.flatMap((statement) =>
    statement.prediction._tag === "Nsfw" && statement.prediction.nsfw
      ? [sighting(statement, statement.prediction.confidence)]
      : []
  )
  const words = text.toSorted(wholeImageFirst)[0]?.content
  return {
    text: { ...channelOf(text, Concept.emojiOf(special.text)), ...(words === undefined ? {} : { content: words }) },
    face: channelOf(face, Concept.emojiOf(special.face)),
    pose: channelOf(pose, undefined),
    nsfw: {
      ...channelOf(nsfw, Concept.emojiOf(special.nsfw)),
      ...(nsfw.length === 0 ? {} : { humanContext: isHuman })
    }
  }
}

const channelOf = (sightings: ReadonlyArray<Sighting>, emoji: string | undefined): Special["face"] => {
  if (sightings.length === 0) return { detected: false, sightings }
  const confidence = highest(sightings.map((sighting) => sighting.confidence))
  return {
    detected: true,
    ...(emoji === undefined ? {} : { emoji }),
    ...(confidence === undefined ? {} : { confidence }),
    sightings: sightings.toSorted(wholeImageFirst)
  }
}

const sighting = ({ crop, service }: Statement, confidence: number | undefined): Sighting => ({
  service: service.id,
  ...(crop === undefined ? {} : { boxId: crop.of.id }),
  ...(confidence === undefined ? {} : { confidence })
})

/** The picture a service was given begins at the image's origin, or where its crop was cut. */
const inImage = (box: BoundingBox.CropBox, { crop }: Statement): BoundingBox.ImageBox =>
  crop === undefined ? BoundingBox.imageBox(box) : BoundingBox.toImage(box, crop.region)

/** What compares equal stays in the order of the observation: by box and service. */
const wholeImageFirst: Order.Order<Sighting> = Order.combineAll([
  Order.mapInput(Order.Boolean, ({ boxId }: Sighting) => boxId !== undefined),
  Order.mapInput(Order.flip(Order.Number), ({ confidence }: Sighting) => confidence ?? -1),
  Order.mapInput(Order.String, ({ content }: Sighting) => content ?? ""),
  (a, b) => (a.box === undefined || b.box === undefined ? 0 : sign(BoundingBox.byPosition(a.box, b.box)))
])

const sign = (n: number): -1 | 0 | 1 => (n < 0 ? -1 : n > 0 ? 1 : 0)
