/** Where a face and its landmarks are on a head. */
import type { BoundingBox } from "#domain/BoundingBox"
import type { Head, Point } from "./Figure.ts"

/** The six keypoints of a face detector. `left` and `right` are the person's own. */
export type Keypoint = "right_eye" | "left_eye" | "nose_tip" | "mouth_center" | "right_ear_tragion" | "left_ear_tragion"

/** The keypoints, in the units of the head; `undefined` for a face that looks away. */
export const keypoints = (head: Head): Readonly<Record<Keypoint, Point>> | undefined => {
  if (head.turn === "away") return undefined
  const offsets = head.turn === "front" ? front : profile
  // A profile is described as it looks to the right; looking left it is the mirror image with the sides exchanged.
  const mirrored = head.turn === "left"
  const at = (name: Keypoint): Point => {
    const [x, y] = offsets[mirrored ? exchanged[name] : name]
    return { x: head.center.x + (mirrored ? -x : x) * head.width, y: head.center.y + y * head.height }
  }
  return {
    right_eye: at("right_eye"),
    left_eye: at("left_eye"),
    nose_tip: at("nose_tip"),
    mouth_center: at("mouth_center"),
    right_ear_tragion: at("right_ear_tragion"),
    left_ear_tragion: at("left_ear_tragion")
  }
}

/** The square from the brows to the chin that a face detector reports; `undefined` for a face that looks away. */
export const box = (head: Head): BoundingBox | undefined => {
  if (head.turn === "away") return undefined
  const side = 0.78 * head.height
  const forward = head.turn === "front" ? 0 : (head.turn === "left" ? -0.12 : 0.12) * head.width
  return {
    x: head.center.x + forward - side / 2,
    y: head.center.y + 0.1 * head.height - side / 2,
    width: side,
    height: side
  }
}

type Offsets = Readonly<Record<Keypoint, readonly [x: number, y: number]>>

/** Offsets from the center of the head in its widths and heights. */
const front: Offsets = {
  right_eye: [-0.2, 0.0],
  left_eye: [0.2, 0.0],
  nose_tip: [0, 0.13],
  mouth_center: [0, 0.28],
  right_ear_tragion: [-0.5, 0.05],
  left_ear_tragion: [0.5, 0.05]
}

/** Looking to the right of the picture: the person's right side is the near one. */
const profile: Offsets = {
  right_eye: [0.26, 0.0],
  left_eye: [0.42, 0.0],
  nose_tip: [0.6, 0.11],
  mouth_center: [0.36, 0.27],
  right_ear_tragion: [-0.08, 0.05],
  left_ear_tragion: [0.14, 0.05]
}

const exchanged: Readonly<Record<Keypoint, Keypoint>> = {
  right_eye: "left_eye",
  left_eye: "right_eye",
  nose_tip: "nose_tip",
  mouth_center: "mouth_center",
  right_ear_tragion: "left_ear_tragion",
  left_ear_tragion: "right_ear_tragion"
}
