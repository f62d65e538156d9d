/**
 * Faces and poses as they are drawn: each once. Services see the same person in the whole picture and in crops of boxes that
 * overlap, and what they say differs by a few pixels.
 */
import * as BoundingBox from "../BoundingBox.ts"
import type { Enrichment, Face, Pose } from "../Enrichment.ts"

/** IoU from which on two faces are one. */
const sameFace = 0.4

/** How far landmarks of two poses that are one lie apart, most of them, as a share of the larger side of the pose. */
const samePose = 0.1

/** The faces without those that lie on one before them. */
export const distinctFaces = (faces: ReadonlyArray<Face>): ReadonlyArray<Face> =>
  distinct(faces, (a, b) => BoundingBox.iou(a.box, b.box) >= sameFace)

/** The poses without those that are like one before them. */
export const distinctPoses = (poses: ReadonlyArray<Pose>): ReadonlyArray<Pose> => distinct(poses, isSamePose)

/** The same answers, each without what one before it has. */
export const distinctPeople = (enrichments: ReadonlyArray<Enrichment>): ReadonlyArray<Enrichment> => {
  const faces = new Set(distinctFaces(enrichments.flatMap((each) => each.faces)))
  const poses = new Set(distinctPoses(enrichments.flatMap((each) => each.poses)))
  return enrichments.map((each) => ({
    ...each,
    faces: each.faces.filter((face) => faces.has(face)),
    poses: each.poses.filter((pose) => poses.has(pose))
  }))
}

/** People that are compared; more are a crowd in which nobody sees a line that is drawn twice. */
const most = 1000

const distinct = <A>(all: ReadonlyArray<A>, isSame: (a: A, b: A) => boolean): ReadonlyArray<A> => {
  const kept: Array<A> = []
  for (const one of all.slice(0, most)) if (!kept.some((other) => isSame(other, one))) kept.push(one)
  return [...kept, ...all.slice(most)]
}

const isSamePose = (a: Pose, b: Pose): boolean => {
  const distances = Object.entries(a.landmarks)
    .flatMap(([name, { x, y }]) => {
      const other = b.landmarks[name]
      return other === undefined ? [] : [Math.hypot(x - other.x, y - other.y)]
    })
    .toSorted((one, other) => one - other)
  const median = distances[Math.floor(distances.length / 2)]
  return median !== undefined && median <= samePose * sideOf(a)
}

const sideOf = ({ landmarks }: Pose): number => {
  const extent = (values: ReadonlyArray<number>) => Math.max(...values) - Math.min(...values)
  const points = Object.values(landmarks)
  return Math.max(extent(points.map(({ x }) => x)), extent(points.map(({ y }) => y)))
}
