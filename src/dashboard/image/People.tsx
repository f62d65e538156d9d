/** Faces and poses, where they were found. */
import type { Enrichment, Face, Pose } from "../../domain/Enrichment.ts"
import * as Skeleton from "../../domain/drawing/Skeleton.ts"

export const People = ({ enrichments }: { readonly enrichments: ReadonlyArray<Enrichment> }) => (
  <g class="people" aria-hidden="true">
    {enrichments.flatMap(({ boxId, faces, poses, service }) => [
      ...faces.map((face, i) => <FaceMark key={`face ${boxId} ${service} ${i}`} face={face} />),
      ...poses.map((pose, i) => <PoseMark key={`pose ${boxId} ${service} ${i}`} pose={pose} />)
    ])}
  </g>
)

const FaceMark = ({ face: { box, keypoints } }: { readonly face: Face }) => (
  <g class="face">
    <rect {...box} />
    {Object.entries(keypoints).map(([name, { x, y }]) => (
      <Dot key={name} x={x} y={y} />
    ))}
  </g>
)

const PoseMark = ({ pose }: { readonly pose: Pose }) => {
  const { bones, joints } = Skeleton.of(pose)
  const path = bones.map(([a, b]) => `M${a.x} ${a.y}L${b.x} ${b.y}`).join("")
  return (
    <g class="pose">
      <path class="halo" d={path} />
      <path d={path} />
      {joints.map(({ x, y }) => (
        <Dot key={`${x} ${y}`} x={x} y={y} />
      ))}
    </g>
  )
}

/** A line without length: its round cap keeps its size whatever the scale. */
const Dot = ({ x, y }: { readonly x: number; readonly y: number }) => <path class="dot" d={`M${x} ${y}h0`} />
