/**
 * Boxes on a picture. Each of a few is an element that keys reach; of a crowd those of one color are one line, for
 * thousands of elements would be slow, and as many stops of the tabulator of no use. Nor have they a shadow: to draw one
 * takes three times as long as all the rest.
 */
import { useMemo } from "preact/hooks"
import type { ImageBox } from "../../domain/BoundingBox.ts"
import type { Detection } from "../../domain/Detection.ts"
import type { Concept, ServiceId } from "../../domain/Identifiers.ts"
import * as Mask from "../../domain/Mask.ts"
import type { MergedBox } from "../../domain/MergedBox.ts"
import { share } from "../../domain/Wording.ts"
import type { View } from "./View.ts"

/** The most that are elements of their own. */
const few = 400

export interface BoxesProps {
  readonly boxes: ReadonlyArray<MergedBox>
  readonly colors: ReadonlyMap<Concept, string>
  readonly active: MergedBox | undefined
  readonly view: View
}

export const Boxes = (props: BoxesProps) => (props.boxes.length > few ? <Crowd {...props} /> : <Each {...props} />)

/** The largest lie below, so that each can be seen. */
const Each = ({ active, boxes, colors, view }: BoxesProps) => (
  <>
    {useMemo(() => boxes.toSorted(largestFirst), [boxes]).map((box) => (
      <Box key={box.id} box={box} color={colors.get(box.concept)!} isActive={box.id === active?.id} view={view} />
    ))}
  </>
)

const largestFirst = ({ box: a }: MergedBox, { box: b }: MergedBox) => b.width * b.height - a.width * a.height

const Crowd = ({ active, boxes, colors, view }: BoxesProps) => {
  const shown = boxes.find(({ id }) => id === active?.id)
  return (
    <>
      {useMemo(() => {
        const groups = Map.groupBy(boxes, ({ concept, status }) => `${status} ${colors.get(concept)}`)
        return (
          <g class="crowd" aria-hidden="true">
            {[...groups].map(([key, some]) => (
              <path
                key={key}
                class={`box ${some[0]!.status}`}
                d={pathOf(some.map(({ box }) => box))}
                stroke={colors.get(some[0]!.concept)}
              />
            ))}
          </g>
        )
      }, [boxes, colors])}
      {shown !== undefined && (
        <Box key={shown.id} box={shown} color={colors.get(shown.concept)!} isActive view={view} />
      )}
    </>
  )
}

const pathOf = (boxes: ReadonlyArray<ImageBox>): string =>
  boxes.map(({ height, width, x, y }) => `M${x} ${y}h${width}v${height}h${-width}z`).join("")

interface BoxProps {
  readonly box: MergedBox
  readonly color: string
  readonly isActive: boolean
  readonly view: View
}

const Box = ({ box, color, isActive, view }: BoxProps) => (
  <g
    class={`merged ${box.status}${isActive ? " active" : ""}`}
    role="button"
    tabindex={0}
    aria-label={`${box.label}, ${box.status}, evidence ${share(box.evidence)}`}
    aria-pressed={view.chosen.value === box.id}
    data-box={box.id}
    onFocus={() => (view.pointed.value = box.id)}
    onBlur={() => (view.pointed.value = undefined)}
    onKeyDown={(event) => {
      if (event.key !== "Enter" && event.key !== " ") return
      event.preventDefault()
      view.chosen.value = view.chosen.value === box.id ? undefined : box.id
    }}
  >
    {box.mask !== undefined && <path class="mask" d={Mask.path(box.mask)} fill={color} />}
    <rect class="halo" {...box.box} />
    <rect class="box" {...box.box} stroke={color} />
    {box.keypoints !== undefined &&
      Mask.points(box.keypoints).map(({ x, y }) => <path key={`${x} ${y}`} class="keypoint" d={`M${x} ${y}h0`} />)}
  </g>
)

export interface DetectionsProps {
  readonly detections: ReadonlyArray<Detection>
  readonly colors: ReadonlyMap<ServiceId, string>
}

/** What the detectors saw by themselves. */
export const Detections = ({ colors, detections }: DetectionsProps) =>
  useMemo(
    () => (
      <g class="detections" aria-hidden="true">
        {detections.length > few
          ? [...Map.groupBy(detections, ({ service }) => service)].map(([service, some]) => (
              <path
                key={service}
                class="detection"
                data-service={service}
                d={pathOf(some.map(({ box }) => box))}
                stroke={colors.get(service)}
              />
            ))
          : detections.map(({ box, index, service }) => (
              <rect
                key={`${service} ${index}`}
                class="detection"
                data-service={service}
                {...box}
                stroke={colors.get(service)}
              />
            ))}
      </g>
    ),
    [detections, colors]
  )
