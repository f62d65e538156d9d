/** Ground truth and results as COCO writes them. */
import { Schema } from "effect"
import { imageBox, type ImageBox } from "../../src/domain/BoundingBox.ts"

const Box = Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite, Schema.Finite])

/** An annotation file. Only what the measures need is read. */
export const GroundTruthFile = Schema.Struct({
  images: Schema.Array(Schema.Struct({ id: Schema.Int })),
  annotations: Schema.Array(
    Schema.Struct({
      image_id: Schema.Int,
      category_id: Schema.Int,
      bbox: Box,
      area: Schema.optionalKey(Schema.Finite),
      iscrowd: Schema.optionalKey(Schema.Union([Schema.Int, Schema.Boolean]))
    })
  ),
  categories: Schema.Array(Schema.Struct({ id: Schema.Int, name: Schema.String }))
})

/** A results file of one detector. */
export const ResultsFile = Schema.Array(
  Schema.Struct({ image_id: Schema.Int, category_id: Schema.Int, bbox: Box, score: Schema.Finite })
)

/** An object that is there. A crowd may be found any number of times, and need not be found. */
export interface Truth {
  readonly image: number
  readonly category: number
  readonly box: ImageBox
  /** Square pixels of the object, which decide its size class; of its mask when the file has masks. */
  readonly area: number
  readonly crowd: boolean
}

/** An object that a detector or a strategy claims. */
export interface Prediction {
  readonly image: number
  readonly category: number
  readonly box: ImageBox
  readonly score: number
}

/** The images that were annotated, ascending, and what is on them. */
export interface GroundTruth {
  readonly images: ReadonlyArray<number>
  readonly truths: ReadonlyArray<Truth>
  readonly categories: ReadonlyMap<number, string>
}

/** The ground truth in a parsed annotation file. */
export const groundTruth = (json: unknown): GroundTruth => {
  const file = Schema.decodeUnknownSync(GroundTruthFile)(json)
  return {
    images: file.images.map(({ id }) => id).sort((a, b) => a - b),
    truths: file.annotations.map(({ area, bbox, category_id, image_id, iscrowd }) => ({
      image: image_id,
      category: category_id,
      box: boxOf(bbox),
      area: area ?? bbox[2] * bbox[3],
      crowd: iscrowd === true || iscrowd === 1
    })),
    categories: new Map(file.categories.map(({ id, name }) => [id, name]))
  }
}

/** The predictions in a parsed results file. */
export const predictions = (json: unknown): ReadonlyArray<Prediction> =>
  Schema.decodeUnknownSync(ResultsFile)(json).map(({ bbox, category_id, image_id, score }) => ({
    image: image_id,
    category: category_id,
    box: boxOf(bbox),
    score
  }))

/** The ground truth of some of the images. */
export const restrict = (self: GroundTruth, images: ReadonlyArray<number>): GroundTruth => {
  const kept = new Set(images)
  return { ...self, images, truths: self.truths.filter(({ image }) => kept.has(image)) }
}

const boxOf = ([x, y, width, height]: readonly [number, number, number, number]): ImageBox =>
  imageBox({ x, y, width, height })
