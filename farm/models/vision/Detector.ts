/** Detectors of the eighty classes of COCO. */
import * as BoundingBox from "#domain/BoundingBox"
import { coco } from "#domain/vocabulary/Coco"
import * as RawDetections from "../decoding/RawDetections.ts"
import * as CenterNet from "../decoding/CenterNet.ts"
import * as NanoDet from "../decoding/NanoDet.ts"
import type { Network, Output } from "./Network.ts"
import * as Picture from "./Picture.ts"

export interface Detector {
  /** Side of the square the network is given, in pixels. */
  readonly side: number
  readonly input: (square: Uint8Array) => Float32Array
  readonly shape: ReadonlyArray<number>
  /** What was found, in pixels of the square. */
  readonly decode: (
    outputs: Readonly<Record<string, Output>>,
    threshold: number
  ) => ReadonlyArray<RawDetections.RawDetection>
}

const classes = Object.keys(coco)

/** @see https://github.com/610265158/mobilenetv3_centernet */
export const centernet: Detector = {
  side: 512,
  shape: [1, 512, 512, 3],
  input: (square) => Picture.interleaved(square, Picture.linear(1, 0)),
  decode: (outputs, threshold) =>
    CenterNet.decode(
      {
        scores: outputs["tower_0/keypoints"]!.values,
        edges: outputs["tower_0/wh"]!.values,
        side: 128,
        classes: classes.length
      },
      threshold
    )
}

/** @see https://github.com/RangiLyu/nanodet */
export const nanodet: Detector = {
  side: 416,
  shape: [1, 3, 416, 416],
  input: (square) =>
    Picture.planar(square, {
      ...Picture.standardized([103.53, 116.28, 123.675], [57.375, 57.12, 58.395]),
      reversed: true
    }),
  decode: (outputs, threshold) =>
    NanoDet.decode(
      [8, 16, 32].map((stride) => {
        const cells = (416 / stride) ** 2
        const level = Object.values(outputs).filter(({ shape }) => shape[1] === cells)
        return {
          stride,
          scores: level.find(({ shape }) => shape[2] === classes.length)!.values,
          distances: level.find(({ shape }) => shape[2] !== classes.length)!.values
        }
      }),
      { classes: classes.length, side: 416, threshold }
    )
}

/** Least confidence of an answer. */
const threshold = 0.3
/** IoU of two boxes of a class above which the less confident is taken for the same object. */
const overlap = 0.6

export interface Found {
  readonly label: string
  /** Position among the classes. */
  readonly index: number
  readonly confidence: number
  /** Inside the picture, in its pixels. */
  readonly box: BoundingBox.BoundingBox
}

/** The objects in a picture, best first; those of less confidence too when `least` says so. */
export const detect = async (
  { decode, input, shape, side }: Detector,
  network: Network,
  picture: Picture.Picture,
  least = threshold
): Promise<ReadonlyArray<Found>> => {
  const placement = Picture.letterbox(picture, side)
  const square = await Picture.place(picture, placement, { width: side, height: side })
  const candidates = decode(await network(input(square), shape), least)
  return RawDetections.suppress(candidates, { overlap }).flatMap(({ box, confidence, label }) => {
    const inside = BoundingBox.clamp(Picture.boxInPicture(box, placement, picture.full), picture.full)
    return inside.width < 1 || inside.height < 1
      ? []
      : [{ label: classes[label]!, index: label, confidence: Math.min(1, confidence), box: inside }]
  })
}

/** The predictions of a reply. */
export const predictions = (found: ReadonlyArray<Found>) =>
  found.map(({ box, confidence, label }) => {
    const { height, width, x, y } = BoundingBox.round(box)
    return {
      label,
      confidence: Math.round(confidence * 1000) / 1000,
      bbox: { x, y, width, height },
      emoji: coco[label]!
    }
  })
