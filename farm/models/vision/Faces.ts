/** Faces with their eyes, noses, mouths and ears. */
import * as BoundingBox from "#domain/BoundingBox"
import * as BlazeFace from "../decoding/BlazeFace.ts"
import type { Network } from "./Network.ts"
import * as Picture from "./Picture.ts"

const side = 256
/** Least confidence of an answer. */
const threshold = 0.6
/** IoU above which two boxes are the same face. */
const overlap = 0.3

/** The predictions of a reply, best first. Boxes and points may leave the picture, as those of the contract. */
export const predictions = async (network: Network, picture: Picture.Picture) => {
  const placement = Picture.letterbox(picture, side)
  const square = await Picture.place(picture, placement, { width: side, height: side })
  const outputs = await network(Picture.interleaved(square, Picture.linear(1 / 127.5, -1)), [1, side, side, 3])
  const grids = [
    { stride: 16, anchors: 2 },
    { stride: 32, anchors: 6 }
  ].map(({ anchors, stride }) => {
    const level = Object.values(outputs).filter(({ shape }) => shape[1] === anchors * (side / stride) ** 2)
    return {
      stride,
      anchors,
      scores: level.find(({ shape }) => shape[2] === 1)!.values,
      boxes: level.find(({ shape }) => shape[2] !== 1)!.values
    }
  })
  const faces = BlazeFace.decode(grids, { side, threshold })
  const pixel = (point: BlazeFace.Point): [number, number] => {
    const { x, y } = Picture.pointInPicture(point, placement, picture.full)
    return [Math.round(x), Math.round(y)]
  }
  return BlazeFace.blend(faces, (a, b) => BoundingBox.iou(a.box, b.box) > overlap).map(
    ({ box, confidence, keypoints }) => {
      const { height, width, x, y } = BoundingBox.round(Picture.boxInPicture(box, placement, picture.full))
      return {
        label: "face",
        emoji: "🙂",
        confidence: Math.round(confidence * 1000) / 1000,
        bbox: [x, y, width, height],
        keypoints: Object.fromEntries(BlazeFace.keypoints.map((name) => [name, pixel(keypoints[name])]))
      }
    }
  )
}
