/** A harmonized box as it is stored: named by its content, with the JSON shape of the `merged_boxes` table. */
import { Brand, Result, Schema, SchemaTransformation } from "effect"
import * as BoundingBox from "./BoundingBox.ts"
import { Confidence, Detection } from "./Detection.ts"
import { BoxStatus, type Harmonization, HarmonizedBox, type RejectedDetection } from "./Harmonization.ts"
import { BoxId, Concept, ServiceId } from "./Identifiers.ts"
import { Keypoints, Mask } from "./Mask.ts"

/** A harmonized box with its name. `box` is in whole pixels of the image. */
export const MergedBox = Schema.Struct({ id: BoxId, ...HarmonizedBox.fields })
export type MergedBox = typeof MergedBox.Type

/** The boxes of an image, best first, and the detections that are in none of them. */
export interface MergedBoxes {
  readonly boxes: ReadonlyArray<MergedBox>
  readonly rejected: ReadonlyArray<RejectedDetection>
}

/** What a stored box came from. */
export interface Provenance {
  /** The strategy with version and options. */
  readonly algorithm: string
  /** The results of the contributing services. */
  readonly resultIds: ReadonlyArray<number>
}

/**
 * Names the boxes of an image by concept and position in whole pixels, best box first.
 *
 * A box that is derived again with the same content gets the same id, so what was learned from its crop stays attached.
 * Boxes that agree in all of that are told apart by rank.
 */
export const name = (harmonization: Harmonization): ReadonlyArray<MergedBox> => {
  const seen = new Map<string, number>()
  return harmonization.boxes.map((exact) => {
    const box = { ...exact, box: BoundingBox.round(exact.box) }
    const content = contentOf(box)
    const rank = (seen.get(content) ?? 0) + 1
    seen.set(content, rank)
    return { ...box, id: ranked(content, rank) }
  })
}

/** What a box shows and where, in words of which names are made. */
export const contentOf = ({ box: { height, width, x, y }, concept }: Pick<MergedBox, "box" | "concept">): string =>
  `${concept.replaceAll(" ", "-")}_${x}_${y}_${width}_${height}`

/** What the name of a box says to people: `zebra at 291, 347`. */
export const inWords = (id: BoxId): string => {
  const [, concept, x, y] = /^(.+?)_(\d+)_(\d+)_\d+_\d+(?:_\d+)?$/.exec(id) ?? []
  return concept === undefined ? id : `${concept.replaceAll("-", " ")} at ${x}, ${y}`
}

/** The name of one of the boxes with that content; `rank` tells them apart, from 1. */
export const ranked = (content: string, rank: number): BoxId => boxId(rank === 1 ? content : `${content}_${rank}`)

/** A stored box and what it came from. */
const Stored = Schema.Struct({
  mergedBox: MergedBox,
  algorithm: Schema.String,
  resultIds: Schema.Array(Schema.Int)
})

const Row = Schema.Struct({
  cluster_id: BoxId,
  concept: Concept,
  label: Schema.String,
  emoji: Schema.optionalKey(Schema.String),
  merged_bbox: BoundingBox.ImageBox,
  detection_count: Schema.Int,
  avg_confidence: Confidence,
  evidence: Confidence,
  status: BoxStatus,
  reason: Schema.String,
  contributing_services: Schema.Array(ServiceId),
  dissenters: Schema.Array(ServiceId),
  unread: Schema.optionalKey(Schema.Array(ServiceId)),
  segmentation: Schema.optionalKey(Mask),
  keypoints: Schema.optionalKey(Keypoints),
  detections: Schema.Array(Detection.pipe(Schema.encodeKeys({ box: "bbox", recorded: "recorded_bbox" }))),
  harmonization_algorithm: Schema.String,
  source_result_ids: Schema.Array(Schema.Int)
})
type Row = typeof Row.Type

/** The `merged_data` of a row of `merged_boxes`, from and to a box with its provenance. Nothing of the box is lost. */
export const MergedBoxData = Row.pipe(
  Schema.decodeTo(
    Schema.toType(Stored),
    SchemaTransformation.transform({
      decode: (row: Row) => ({
        mergedBox: boxOf(row),
        algorithm: row.harmonization_algorithm,
        resultIds: row.source_result_ids
      }),
      encode: ({ mergedBox, algorithm, resultIds }: typeof Stored.Type) => rowOf(mergedBox, { algorithm, resultIds })
    })
  )
)

/** The JSON of `merged_data`. */
export type MergedBoxData = typeof MergedBoxData.Encoded

/** The `merged_data` of a box: what encoding by the schema gives, in a fraction of the time. */
export const toData = (self: MergedBox, provenance: Provenance): MergedBoxData => ({
  ...toDetails(self),
  ...namesOf(self, provenance)
})

/** What the `merged_data` of a box says beyond its name, its status and its provenance. */
export const toDetails = (self: MergedBox): Omit<MergedBoxData, keyof Names> => ({
  ...detailsOf(self),
  detections: self.members.map(memberOf)
})

/** The box of a `merged_data`. A failure says what is wrong with the data. */
export const fromData = (data: unknown): Result.Result<MergedBox, Schema.SchemaError> =>
  Result.map(decode(data), ({ mergedBox }) => mergedBox)

const decode = Schema.decodeUnknownResult(MergedBoxData)

const boxId = Brand.nominal<BoxId>()

const memberOf = (self: Detection): MergedBoxData["detections"][number] => ({
  service: self.service,
  index: self.index,
  concept: self.concept,
  label: self.label,
  ...(self.emoji === undefined ? {} : { emoji: self.emoji }),
  bbox: self.box,
  ...(self.recorded === undefined ? {} : { recorded_bbox: self.recorded }),
  confidence: self.confidence,
  ...(self.mask === undefined ? {} : { mask: self.mask }),
  ...(self.keypoints === undefined ? {} : { keypoints: self.keypoints })
})

const rowOf = (self: MergedBox, provenance: Provenance): Row => ({
  ...detailsOf(self),
  detections: self.members,
  ...namesOf(self, provenance)
})

type Names = Pick<Row, "cluster_id" | "status" | "harmonization_algorithm" | "source_result_ids">

const namesOf = ({ id, status }: MergedBox, { algorithm, resultIds }: Provenance): Names => ({
  cluster_id: id,
  status,
  harmonization_algorithm: algorithm,
  source_result_ids: resultIds
})

const detailsOf = (self: MergedBox): Omit<Row, keyof Names | "detections"> => ({
  concept: self.concept,
  label: self.label,
  ...(self.emoji === undefined ? {} : { emoji: self.emoji }),
  merged_bbox: self.box,
  detection_count: self.members.length,
  avg_confidence: self.confidence,
  evidence: self.evidence,
  reason: self.reason,
  contributing_services: self.services,
  dissenters: self.dissenters,
  ...(self.unread === undefined ? {} : { unread: self.unread }),
  ...(self.mask === undefined ? {} : { segmentation: self.mask }),
  ...(self.keypoints === undefined ? {} : { keypoints: self.keypoints })
})

function boxOf(row: Row): MergedBox {
  return {
    id: row.cluster_id,
    concept: row.concept,
    label: row.label,
    ...(row.emoji === undefined ? {} : { emoji: row.emoji }),
    box: row.merged_bbox,
    evidence: row.evidence,
    confidence: row.avg_confidence,
    services: row.contributing_services,
    dissenters: row.dissenters,
    ...(row.unread === undefined ? {} : { unread: row.unread }),
    status: row.status,
    reason: row.reason,
    ...(row.segmentation === undefined ? {} : { mask: row.segmentation }),
    ...(row.keypoints === undefined ? {} : { keypoints: row.keypoints }),
    members: row.detections
  }
}
