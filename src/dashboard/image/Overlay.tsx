/** The picture with everything that is shown on it. */
import { useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import type { Concept, ServiceId } from "../../domain/Identifiers.ts"
import type { MergedBox } from "../../domain/MergedBox.ts"
import * as Reply from "../../domain/Reply.ts"
import type { Enrichment } from "../../domain/Enrichment.ts"
import * as Mask from "../../domain/Mask.ts"
import { share } from "../../domain/Wording.ts"
import type { Image } from "../../domain/archive/Image.ts"
import type { Picture } from "../parts/Picture.ts"
import { Labels } from "./Labels.tsx"
import { People } from "./People.tsx"
import type { Frame } from "./Replay.ts"
import type { View } from "./View.ts"

export interface OverlayProps {
  readonly image: Image
  readonly picture: Picture | "failed" | undefined
  readonly frame: Frame
  /** What has the faces and poses to show. */
  readonly people: ReadonlyArray<Enrichment>
  readonly view: View
  /** Of the detectors. */
  readonly colors: ReadonlyMap<ServiceId, string>
  /** Of the boxes. */
  readonly conceptColors: ReadonlyMap<Concept, string>
  readonly active: MergedBox | undefined
}

export const Overlay = ({ active, colors, conceptColors, frame, image, people, picture, view }: OverlayProps) => {
  const place = useRef<HTMLDivElement>(null)
  const shownWidth = useSignal(0)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => (shownWidth.value = entry!.contentRect.width))
    observer.observe(place.current!)
    return () => observer.disconnect()
  }, [])
  if (picture === "failed")
    return (
      <div ref={place} class="card picture none">
        The picture cannot be read
      </div>
    )
  if (picture === undefined) return <div ref={place} class="card picture none" />

  const isShown = ({ box }: MergedBox) =>
    (box.status === "confirmed" ? view.harmonized.value : view.tentative.value) &&
    box.confidence >= view.confidence.value
  const boxes = frame.boxes.filter(isShown)
  const { height, width } = picture
  // As high as the window allows; image pixels per CSS pixel.
  const unit = shownWidth.value === 0 ? 1 : width / shownWidth.value
  const detections = frame.observation.image
    .filter(({ service }) => view.detectors.value.has(service.id))
    .flatMap(({ reply, service }) => Reply.detections(reply, service.id))
    .filter(({ confidence }) => confidence >= view.confidence.value)
  return (
    <div ref={place} class="card picture" style={{ "--ratio": width / height }}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label={`${image.filename} with ${boxes.length} boxes`}
        class={active === undefined ? undefined : "focused"}
        onPointerLeave={() => (view.pointed.value = undefined)}
      >
        <image href={picture.url} width={width} height={height} preserveAspectRatio="none" />
        <g class="detections">
          {detections.map(({ box, index, service }) => (
            <rect
              key={`${service} ${index}`}
              class="detection"
              data-service={service}
              {...box}
              stroke={colors.get(service)}
            />
          ))}
        </g>
        {/* The largest lie below, so that each can be pointed at. */}
        {boxes
          .toSorted((a, b) => b.box.box.width * b.box.box.height - a.box.box.width * a.box.box.height)
          .map((merged) => (
            <Box
              key={merged.id}
              merged={merged}
              color={conceptColors.get(merged.box.concept)!}
              isActive={merged.id === active?.id}
              view={view}
            />
          ))}
        {active !== undefined && (
          <g class="members">
            {active.box.members.map(({ box, index, service }) => (
              <rect key={`${service} ${index}`} class="member" {...box} stroke={colors.get(service)} />
            ))}
          </g>
        )}
        {view.people.value && <People enrichments={people} />}
        <Labels
          boxes={boxes.filter(({ box, id }) => box.status === "confirmed" || id === active?.id)}
          unit={unit}
          within={picture}
          active={active}
          colors={conceptColors}
        />
      </svg>
    </div>
  )
}

const Box = ({
  color,
  isActive,
  merged,
  view
}: {
  readonly merged: MergedBox
  readonly color: string
  readonly isActive: boolean
  readonly view: View
}) => {
  const { box, id } = merged
  const choose = () => (view.chosen.value = view.chosen.value === id ? undefined : id)
  return (
    <g
      class={`merged ${box.status}${isActive ? " active" : ""}`}
      role="button"
      tabIndex={0}
      aria-label={`${box.label}, ${box.status}, evidence ${share(box.evidence)}`}
      aria-pressed={view.chosen.value === id}
      data-box={id}
      onPointerEnter={() => (view.pointed.value = id)}
      onFocus={() => (view.pointed.value = id)}
      onBlur={() => (view.pointed.value = undefined)}
      onClick={choose}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return
        event.preventDefault()
        choose()
      }}
    >
      {box.mask !== undefined && <path class="mask" d={Mask.path(box.mask)} fill={color} />}
      <rect class="halo" {...box.box} />
      <rect class="box" {...box.box} stroke={color} />
      {box.keypoints !== undefined &&
        Mask.points(box.keypoints).map(({ x, y }) => <path key={`${x} ${y}`} class="keypoint" d={`M${x} ${y}h0`} />)}
    </g>
  )
}
