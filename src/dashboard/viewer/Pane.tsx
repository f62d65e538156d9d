/** One picture with what is shown on it. All panes of a page show the same part of it. */
import { useSignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useEffect, useMemo, useRef } from "preact/hooks"
import type { Detection } from "../../domain/Detection.ts"
import type { Enrichment } from "../../domain/Enrichment.ts"
import type { Concept, ServiceId } from "../../domain/Identifiers.ts"
import type { MergedBox } from "../../domain/MergedBox.ts"
import { share } from "../../domain/Wording.ts"
import { People } from "../image/People.tsx"
import type { Picture } from "../parts/Picture.ts"
import { useGestures } from "./Gestures.ts"
import { Labels, type Name } from "./Labels.tsx"
import { Boxes, Detections } from "./Outlines.tsx"
import type { View } from "./View.ts"
import * as Viewport from "./Viewport.ts"

/** What a pane shows; without the picture and how it is looked at. */
export interface Content {
  /** Names the pane where there are several. */
  readonly title: string
  readonly boxes: ReadonlyArray<MergedBox>
  readonly detections: ReadonlyArray<Detection>
  /** Whether the names of the detections are shown, rather than those of the boxes. */
  readonly namesDetections: boolean
  /** What has the faces and poses to show. */
  readonly people: ReadonlyArray<Enrichment>
}

export interface PaneProps extends Content {
  /** What the picture is of. */
  readonly name: string
  readonly picture: Picture
  readonly view: View
  /** Of the detectors. */
  readonly colors: ReadonlyMap<ServiceId, string>
  /** Of the boxes. */
  readonly conceptColors: ReadonlyMap<Concept, string>
  readonly active: MergedBox | undefined
  /** What is drawn over it; `unit`: image pixels per CSS pixel. */
  readonly overlay: ((unit: number) => ComponentChildren) | undefined
}

export const Pane = (props: PaneProps) => {
  const {
    active,
    boxes,
    colors,
    conceptColors,
    detections,
    name,
    namesDetections,
    overlay,
    people,
    picture,
    title,
    view
  } = props
  const svg = useRef<SVGSVGElement>(null)
  const shownWidth = useSignal(0)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => (shownWidth.value = entry!.contentRect.width))
    observer.observe(svg.current!)
    return () => observer.disconnect()
  }, [])

  const boxAt = ({ x, y }: Viewport.Place) => smallestAt(boxes, x * picture.width, y * picture.height)
  useGestures(svg, picture, view.viewport, {
    point: (place) => (view.pointed.value = place === undefined ? undefined : boxAt(place)?.id),
    choose: (place) => {
      const id = boxAt(place)?.id
      view.chosen.value = id === view.chosen.value ? undefined : id
    }
  })

  const seen = Viewport.shown(view.viewport.value, picture)
  // Image pixels per CSS pixel.
  const unit = shownWidth.value === 0 ? 1 : seen.width / shownWidth.value
  const names = useMemo(
    () =>
      namesDetections
        ? detections.map(nameOfDetection(colors))
        : boxes.filter(({ status }) => status === "confirmed").map(nameOfBox(conceptColors)),
    [namesDetections, detections, boxes, colors, conceptColors]
  )
  const activeName = active === undefined || namesDetections ? [] : [nameOfBox(conceptColors)(active)]
  const shownNames = view.names.value ? [...activeName, ...names.filter(({ id }) => id !== active?.id)] : activeName
  const isFocused = active !== undefined
  return (
    <svg
      ref={svg}
      viewBox={`${seen.x} ${seen.y} ${seen.width} ${seen.height}`}
      role="group"
      aria-label={`${name}${title === "" ? "" : `, ${title}`}, with ${boxes.length + detections.length} boxes`}
      class={[
        ...(isFocused ? ["focused"] : []),
        ...(Viewport.isWhole(view.viewport.value) ? [] : ["enlarged"]),
        ...(boxes.some(({ id }) => id === view.pointed.value) ? ["pointed"] : [])
      ].join(" ")}
      data-zoom={view.viewport.value.zoom.toFixed(2)}
    >
      {useMemo(
        () => (
          <image href={picture.url} width={picture.width} height={picture.height} preserveAspectRatio="none" />
        ),
        [picture]
      )}
      <Detections detections={detections} colors={colors} />
      <Boxes boxes={boxes} colors={conceptColors} active={active} view={view} />
      {isFocused && (
        <g class="members" aria-hidden="true">
          {active.members.map(({ box, index, service }) => (
            <rect key={`${service} ${index}`} class="member" {...box} stroke={colors.get(service)} />
          ))}
        </g>
      )}
      {useMemo(() => people.length > 0 && <People enrichments={people} />, [people])}
      <Labels names={shownNames} seen={seen} unit={unit} active={active?.id} />
      {overlay?.(unit)}
    </svg>
  )
}

const nameOfBox =
  (colors: ReadonlyMap<Concept, string>) =>
  ({ box, concept, evidence, id, label }: MergedBox): Name => ({
    id,
    text: `${label} ${share(evidence)}`,
    color: colors.get(concept)!,
    box
  })

const nameOfDetection =
  (colors: ReadonlyMap<ServiceId, string>) =>
  ({ box, confidence, index, label, service }: Detection): Name => ({
    id: `${service} ${index}`,
    text: `${label} ${share(confidence)}`,
    color: colors.get(service)!,
    box
  })

/** Of the boxes at a place in image pixels the smallest: the others can be pointed at beside it. */
const smallestAt = (boxes: ReadonlyArray<MergedBox>, x: number, y: number): MergedBox | undefined => {
  let smallest: MergedBox | undefined
  let least = Infinity
  for (const box of boxes) {
    const { height, width, x: left, y: top } = box.box
    if (x < left || y < top || x > left + width || y > top + height) continue
    const area = width * height
    if (area < least) {
      least = area
      smallest = box
    }
  }
  return smallest
}
