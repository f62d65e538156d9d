/** A pose as lines between its landmarks. */
import type { Landmark, Point, Pose } from "../Enrichment.ts"

/**
 * Neighbors in a body, by MediaPipe name without the side. Hands and face are left out: at this size they would be dots.
 *
 * @see Bazarevsky et al. (2020), "BlazePose: On-device Real-time Body Pose tracking", figure 3
 */
const limbs = [
  ["shoulder", "elbow"],
  ["elbow", "wrist"],
  ["shoulder", "hip"],
  ["hip", "knee"],
  ["knee", "ankle"],
  ["ankle", "heel"],
  ["heel", "foot_index"],
  ["foot_index", "ankle"]
] as const

const bones: ReadonlyArray<readonly [string, string]> = [
  ["left_shoulder", "right_shoulder"],
  ["left_hip", "right_hip"],
  ...["left", "right"].flatMap((side) => limbs.map(([from, to]) => [`${side}_${from}`, `${side}_${to}`] as const))
]

/** The joints and the head that are shown as dots. */
const joints = [
  "nose",
  ...["shoulder", "elbow", "wrist", "hip", "knee", "ankle"].flatMap((name) => [`left_${name}`, `right_${name}`])
]

/** Bones between landmarks that can be seen, and the joints, in image pixels. */
export const of = (
  pose: Pose
): { readonly bones: ReadonlyArray<readonly [Point, Point]>; readonly joints: ReadonlyArray<Point> } => {
  const visible = (name: string): Landmark | undefined => {
    const landmark = pose.landmarks[name]
    return landmark !== undefined && (landmark.visibility ?? 1) >= 0.5 ? landmark : undefined
  }
  return {
    bones: bones.flatMap(([from, to]) => {
      const [a, b] = [visible(from), visible(to)]
      return a === undefined || b === undefined ? [] : [[a, b] as const]
    }),
    joints: joints.flatMap((name) => visible(name) ?? [])
  }
}
