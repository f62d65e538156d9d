/** What the pose estimator finds: the body of the person that is easiest to see. */
import * as BoundingBox from "#domain/BoundingBox"
import type { JsonObject } from "../../http/Envelope.ts"
import * as FaceParts from "./FaceParts.ts"
import * as Figure from "./Figure.ts"
import * as Random from "../Random.ts"
import type { Person } from "../Scene.ts"
import * as View from "../View.ts"
import { decimals, logistic } from "./Numbers.ts"

/** Side in pixels to which the model scales an image. */
const input = 224

/** The one prediction of the reply; none when no person can be seen well enough. */
export const predictions = (view: View.View): ReadonlyArray<JsonObject> => {
  const [best] = View.sightings(view)
    .flatMap((sighting) => (sighting.object.person === undefined ? [] : [{ sighting, person: sighting.object.person }]))
    .toSorted((a, b) => prominence(b.sighting) - prominence(a.sighting) || a.sighting.index - b.sighting.index)
  if (best === undefined) return []
  const { person, sighting } = best
  const random = Random.make("pose", view.scene.name, sighting.index)
  const size = Math.sqrt(BoundingBox.area(sighting.box)) * (input / Math.max(view.width, view.height))
  const odds = 1.2 + 1.6 * Math.log(Math.max(size, 1) / 28) + 3 * (sighting.visibility - 0.6) + 0.5 * random.normal()
  if (logistic(odds) < 0.5) return []
  const landmarks = landmarksOf(view, sighting, person, random)
  return [{ landmarks, pose_analysis: { joint_angles: jointAngles(landmarks) } }]
}

const prominence = ({ box, visibility }: View.Sighting): number => BoundingBox.area(box) * visibility

type Landmark = { readonly x: number; readonly y: number; readonly z: number; readonly visibility: number }

/** The 33 landmarks, normalized to the view; those that cannot be seen are guessed and say so by a low visibility. */
const landmarksOf = (
  view: View.View,
  { index, object }: View.Sighting,
  person: Person,
  random: Random.Random
): Readonly<Record<string, Landmark>> => {
  const figure = Figure.of(object, person)
  const nearer = view.scene.objects.slice(index + 1)
  const place = (name: string, point: Figure.Point): readonly [string, Landmark] => {
    const { x, y } = View.projectPoint(view, point)
    const outside = x < 0 || y < 0 || x > view.width || y > view.height
    const covered = nearer.some(({ box }) => BoundingBox.intersectionArea(box, { ...point, width: 1, height: 1 }) > 0)
    const far = figure.near !== undefined && name.startsWith(figure.near === "left" ? "right" : "left")
    const noise = () => random.normal() * 0.008 * figure.height
    const moved = View.projectPoint(view, { x: point.x + noise(), y: point.y + noise() })
    const certainty = outside ? 0.12 : covered ? 0.45 : far ? 0.72 : 0.97
    return [
      name,
      {
        x: decimals(guess(moved.x / view.width), 3),
        y: decimals(guess(moved.y / view.height), 3),
        z: decimals((far ? 0.2 : figure.near === undefined ? -0.1 : -0.3) + random.normal() * 0.04, 3),
        visibility: decimals(Math.min(0.999, Math.max(0.01, certainty + random.normal() * 0.03)), 3)
      }
    ]
  }
  const points = [...headPoints(figure), ...sidePoints("left", figure.left), ...sidePoints("right", figure.right)]
  const placed = new Map(points.map(([name, point]) => place(name, point)))
  return Object.fromEntries(names.map((name) => [name, placed.get(name) ?? origin]))
}

/** Widths and heights of the view that a landmark is guessed outside of it at most. */
const farthest = 2

const guess = (at: number): number => Math.min(1 + farthest, Math.max(-farthest, at))

const origin: Landmark = { x: 0, y: 0, z: 0, visibility: 0 }

/** The landmarks of MediaPipe Pose in their order. */
const names = [
  "nose",
  ...["left", "right"].flatMap((side) => [`${side}_eye_inner`, `${side}_eye`, `${side}_eye_outer`]),
  "left_ear",
  "right_ear",
  "mouth_left",
  "mouth_right",
  ...["shoulder", "elbow", "wrist", "pinky", "index", "thumb", "hip", "knee", "ankle", "heel", "foot_index"].flatMap(
    (joint) => [`left_${joint}`, `right_${joint}`]
  )
]

type Named = readonly [name: string, point: Figure.Point]

const headPoints = ({ head }: Figure.Figure): ReadonlyArray<Named> => {
  // A face that looks away is guessed where it would be.
  const points = FaceParts.keypoints({ ...head, turn: head.turn === "away" ? "front" : head.turn })
  if (points === undefined) return []
  const beside = ({ x, y }: Figure.Point, share: number) => ({ x: x + share * head.width, y })
  const towardsLeft = Math.sign(points.left_eye.x - points.right_eye.x) || 1
  return [
    ["nose", points.nose_tip],
    ["left_eye_inner", beside(points.left_eye, -0.07 * towardsLeft)],
    ["left_eye", points.left_eye],
    ["left_eye_outer", beside(points.left_eye, 0.07 * towardsLeft)],
    ["right_eye_inner", beside(points.right_eye, 0.07 * towardsLeft)],
    ["right_eye", points.right_eye],
    ["right_eye_outer", beside(points.right_eye, -0.07 * towardsLeft)],
    ["left_ear", points.left_ear_tragion],
    ["right_ear", points.right_ear_tragion],
    ["mouth_left", beside(points.mouth_center, 0.1 * towardsLeft)],
    ["mouth_right", beside(points.mouth_center, -0.1 * towardsLeft)]
  ]
}

const sidePoints = (side: "left" | "right", joints: Figure.Side): ReadonlyArray<Named> => {
  const { ankle, elbow, hand, heel, hip, knee, shoulder, toe, wrist } = joints
  const across = { x: (hand.y - wrist.y) * 0.35, y: (wrist.x - hand.x) * 0.35 }
  return [
    [`${side}_shoulder`, shoulder],
    [`${side}_elbow`, elbow],
    [`${side}_wrist`, wrist],
    [`${side}_pinky`, { x: hand.x + across.x, y: hand.y + across.y }],
    [`${side}_index`, hand],
    [`${side}_thumb`, { x: hand.x - across.x, y: hand.y - across.y }],
    [`${side}_hip`, hip],
    [`${side}_knee`, knee],
    [`${side}_ankle`, ankle],
    [`${side}_heel`, heel],
    [`${side}_foot_index`, toe]
  ]
}

/** Angles in degrees, measured as the service does: on normalized coordinates, so they are off unless the image is square. */
const jointAngles = (landmarks: Readonly<Record<string, Landmark>>): JsonObject => {
  const angle = (from: string, at: string, to: string) => {
    const [a, b, c] = [landmarks[from] ?? origin, landmarks[at] ?? origin, landmarks[to] ?? origin]
    const turn = Math.atan2(c.y - b.y, c.x - b.x) - Math.atan2(a.y - b.y, a.x - b.x)
    const degrees = Math.abs((turn * 180) / Math.PI)
    return decimals(degrees > 180 ? 360 - degrees : degrees, 1)
  }
  return {
    left_elbow: angle("left_shoulder", "left_elbow", "left_wrist"),
    right_elbow: angle("right_shoulder", "right_elbow", "right_wrist"),
    left_knee: angle("left_hip", "left_knee", "left_ankle"),
    right_knee: angle("right_hip", "right_knee", "right_ankle")
  }
}
