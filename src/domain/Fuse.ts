/**
 * Fusion alone: results files of detectors in, one results file out. No queue, no database, no service.
 *
 * Also what `import { fuse } from "windmill/fuse"` gives.
 *
 * @see https://cocodataset.org/#format-results
 */
import { Brand, Schema } from "effect"
import { type BoundingBox, imageBox } from "./BoundingBox.ts"
import { Confidence, type Detection } from "./Detection.ts"
import { BoxStatus, type HarmonizedBox, type Strategy } from "./Harmonization.ts"
import type { Offsets } from "./harmonization/Alignment.ts"
import { defaultStrategy, fromConfig } from "./harmonization/Strategies.ts"
import type { Concept, ServiceId } from "./Identifiers.ts"
import { Keypoints, Mask } from "./Mask.ts"

export { fromConfig as strategyOf }
export { learn as learnOffsets, type Offsets, type Pair } from "./harmonization/Alignment.ts"
export type { Strategy } from "./Harmonization.ts"

const Edges = Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite, Schema.Finite])

const ImageId = Schema.Union([Schema.Finite, Schema.String])

/** One object that a detector claims, as COCO writes results. `bbox` is x, y, width and height in pixels. */
export const CocoResult = Schema.Struct({
  image_id: ImageId,
  category_id: Schema.Int,
  bbox: Edges,
  score: Schema.Finite,
  segmentation: Schema.optionalKey(Mask),
  keypoints: Schema.optionalKey(Keypoints)
})
export type CocoResult = typeof CocoResult.Type

/** A fused object, as COCO writes results, and how it came about. `score` is its evidence. */
export const FusedResult = Schema.Struct({
  ...CocoResult.fields,
  score: Confidence,
  status: BoxStatus,
  reason: Schema.String,
  /** Who claimed it: the place in the detector's results counted from 0, its score, and its box. */
  members: Schema.Array(Schema.Struct({ detector: Schema.String, index: Schema.Int, score: Confidence, bbox: Edges })),
  /** Who could have claimed it and did not. */
  dissenters: Schema.Array(Schema.String)
})
export type FusedResult = typeof FusedResult.Type

/** What a detector claims about some images. It has looked at each of them, also where it claims nothing. */
export interface Detector<A> {
  readonly name: string
  readonly results: A
  /** Weight of its word in `[0, 1]`; `1` when left out. */
  readonly trust?: number | undefined
  readonly align?: Offsets | undefined
  /** The categories it can claim; all when left out. It does not dissent about others. */
  readonly categories?: ReadonlyArray<number> | undefined
}

/** A result and its place in the detector's results. */
export interface Placed {
  readonly index: number
  readonly result: CocoResult
}

/**
 * Fuses what detectors claim, image by image, images in the order of their ids and objects best first.
 *
 * @example
 * fuse([{ name: "yolo", results: JSON.parse(yolo) }, { name: "detr", results: JSON.parse(detr) }])
 */
export const fuse = (
  detectors: ReadonlyArray<Detector<ReadonlyArray<CocoResult>>>,
  strategy: Strategy = defaultStrategy
): ReadonlyArray<FusedResult> => {
  const byImage = new Map<CocoResult["image_id"], Array<Array<Placed>>>()
  for (const [which, { results }] of detectors.entries()) {
    for (const [index, result] of results.entries()) {
      let image = byImage.get(result.image_id)
      if (image === undefined) byImage.set(result.image_id, (image = detectors.map(() => [])))
      image[which]!.push({ index, result })
    }
  }
  return [...byImage]
    .sort(([a], [b]) => byId(a, b))
    .flatMap(([image, claims]) =>
      fuseImage(
        image,
        detectors.map((detector, which) => ({ ...detector, results: claims[which]! })),
        strategy
      )
    )
}

/** Numbers before words. */
export const byId = (a: CocoResult["image_id"], b: CocoResult["image_id"]): number => {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

/** Fuses what detectors claim about one image, best first. */
export const fuseImage = (
  image: CocoResult["image_id"],
  detectors: ReadonlyArray<Detector<ReadonlyArray<Placed>>>,
  strategy: Strategy
): ReadonlyArray<FusedResult> => {
  const { boxes } = strategy.harmonize({
    detections: detectors.flatMap(({ name, results }) => results.map((placed) => detectionOf(name, placed))),
    reporters: detectors.map(({ align, categories, name, trust }) => ({
      service: serviceId(name),
      trust,
      align,
      vocabulary: categories && new Set(categories.map((category) => concept(String(category))))
    }))
  })
  return boxes.map((box) => resultOf(image, box))
}

const detectionOf = (name: string, { index, result }: Placed): Detection => {
  const [x, y, width, height] = result.bbox
  const word = String(result.category_id)
  return {
    service: serviceId(name),
    index,
    concept: concept(word),
    label: word,
    box: imageBox({ x, y, width, height }),
    confidence: result.score,
    ...(result.segmentation === undefined ? undefined : { mask: result.segmentation }),
    ...(result.keypoints === undefined ? undefined : { keypoints: result.keypoints })
  }
}

const resultOf = (image: CocoResult["image_id"], box: HarmonizedBox): FusedResult => ({
  image_id: image,
  category_id: Number(box.concept),
  bbox: edgesOf(box.box),
  score: box.evidence,
  ...(box.mask === undefined ? undefined : { segmentation: box.mask }),
  ...(box.keypoints === undefined ? undefined : { keypoints: box.keypoints }),
  status: box.status,
  reason: box.reason,
  members: box.members.map(({ box, confidence, index, recorded, service }) => ({
    detector: service,
    index,
    score: confidence,
    bbox: edgesOf(recorded ?? box)
  })),
  dissenters: box.dissenters
})

const edgesOf = ({ height, width, x, y }: BoundingBox): readonly [number, number, number, number] => [
  x,
  y,
  width,
  height
]

const serviceId = Brand.nominal<ServiceId>()
const concept = Brand.nominal<Concept>()
