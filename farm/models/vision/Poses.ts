/** The body of the person a picture is about. */
import * as MoveNet from "../decoding/MoveNet.ts"
import type { Network } from "./Network.ts"
import * as Picture from "./Picture.ts"

const side = 192

/** The one prediction of a reply, or none when no person can be seen. Landmarks are fractions of the picture. */
export const predictions = async (network: Network, picture: Picture.Picture) => {
  const placement = Picture.letterbox(picture, side)
  const square = await Picture.place(picture, placement, { width: side, height: side })
  const outputs = await network(Picture.interleaved(square, Picture.linear(1, 0)), [1, side, side, 3])
  const landmarks = MoveNet.decode(Object.values(outputs)[0]!.values)
  if (!MoveNet.isSomebody(landmarks)) return []
  const fraction = (value: number) => Math.round(value * 1000) / 1000
  const degrees = (from: string, at: string, to: string) =>
    Math.round(10 * MoveNet.angle(landmarks[from]!, landmarks[at]!, landmarks[to]!)) / 10
  return [
    {
      landmarks: Object.fromEntries(
        Object.entries(landmarks).map(([name, { visibility, x, y }]) => {
          const point = Picture.pointInPicture({ x: x * side, y: y * side }, placement, { width: 1, height: 1 })
          return [name, { x: fraction(point.x), y: fraction(point.y), visibility: fraction(visibility) }]
        })
      ),
      pose_analysis: {
        joint_angles: {
          left_elbow: degrees("left_shoulder", "left_elbow", "left_wrist"),
          right_elbow: degrees("right_shoulder", "right_elbow", "right_wrist"),
          left_knee: degrees("left_hip", "left_knee", "left_ankle"),
          right_knee: degrees("right_hip", "right_knee", "right_ankle")
        }
      }
    }
  ]
}
