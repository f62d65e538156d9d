/**
 * What was learned from the crop of a box, with its coordinates mapped back into the image.
 *
 * A service sees the crop as a picture of its own. Boxes and points are given both in pixels of the image and as the
 * service sent them.
 */
import { Brand } from "effect"
import * as BoundingBox from "./BoundingBox.ts"
import type { BoxId, ServiceId } from "./Identifiers.ts"
import type { CropReply, ImageReply } from "./Observation.ts"
import type { Prediction } from "./Reply.ts"

/** A point; the field that holds it says in which space. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A face. Its box may exceed the crop. */
export interface Face {
  readonly confidence: number | undefined
  readonly box: BoundingBox.ImageBox
  /** In image pixels, by name (`left_eye`, …). */
  readonly keypoints: Readonly<Record<string, Point>>
  readonly inCrop: {
    readonly box: BoundingBox.CropBox
    /** In pixels of the crop. */
    readonly keypoints: Readonly<Record<string, Point>>
  }
}

/** A landmark of a body and how surely it is visible, in `[0, 1]` when the service says so. */
export interface Landmark extends Point {
  readonly visibility: number | undefined
}

/** The pose of a person. */
export interface Pose {
  /** In image pixels, by MediaPipe name; may lie outside the crop. */
  readonly landmarks: Readonly<Record<string, Landmark>>
  /** As fractions of the crop's width and height. */
  readonly inCrop: { readonly landmarks: Readonly<Record<string, Landmark>> }
}

/** The colors of a crop. */
export type Palette = Extract<Prediction, { readonly _tag: "Palette" }>

/** What one service said about the crop of one box, in the order of its reply. */
export interface Enrichment {
  readonly boxId: BoxId
  readonly service: ServiceId
  /** What was cut, in image pixels. */
  readonly region: BoundingBox.ImageBox
  readonly faces: ReadonlyArray<Face>
  readonly poses: ReadonlyArray<Pose>
  readonly palettes: ReadonlyArray<Palette>
  /** All predictions, these and others, in crop space. */
  readonly predictions: ReadonlyArray<Prediction>
}

/** The answer about a crop in image space. A crop is never scaled: one of its pixels is one pixel of the image. */
export const ofCrop = ({ boxId, region, reply, service }: CropReply): Enrichment => {
  const faces: Array<Face> = []
  const poses: Array<Pose> = []
  const palettes: Array<Palette> = []
  for (const prediction of reply.predictions) {
    switch (prediction._tag) {
      case "Face":
        faces.push(faceOf(prediction, region))
        break
      case "Pose":
        poses.push(poseOf(prediction, region))
        break
      case "Palette":
        palettes.push(prediction)
        break
      default:
        break
    }
  }
  return { boxId, service: service.id, region, faces, poses, palettes, predictions: reply.predictions }
}

/** The answer about a whole image of that size: a crop of everything, of no box. */
export const ofImage = (reply: ImageReply, { height, width }: BoundingBox.Size): Enrichment =>
  ofCrop({ ...reply, boxId: wholeImage, region: BoundingBox.imageBox({ x: 0, y: 0, width, height }) })

const wholeImage = Brand.nominal<BoxId>()("whole image")

const faceOf = (
  { box, confidence, keypoints }: Extract<Prediction, { readonly _tag: "Face" }>,
  region: BoundingBox.ImageBox
): Face => ({
  confidence,
  box: BoundingBox.toImage(box, region),
  keypoints: mapValues(keypoints, ({ x, y }) => ({ x: x + region.x, y: y + region.y })),
  inCrop: { box, keypoints }
})

const poseOf = ({ landmarks }: Extract<Prediction, { readonly _tag: "Pose" }>, region: BoundingBox.ImageBox): Pose => ({
  landmarks: mapValues(landmarks, ({ visibility, x, y }) => ({
    x: x * region.width + region.x,
    y: y * region.height + region.y,
    visibility
  })),
  inCrop: { landmarks }
})

const mapValues = <A, B>(record: Readonly<Record<string, A>>, f: (a: A) => B): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]))
