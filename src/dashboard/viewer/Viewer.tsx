/** The picture, or several of it side by side, with everything that is shown on it, and the controls to move on it. */
import { useSignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useEffect, useMemo, useRef } from "preact/hooks"
import type { Image } from "../../domain/archive/Image.ts"
import type { Detection } from "../../domain/Detection.ts"
import type { Enrichment } from "../../domain/Enrichment.ts"
import { isDisputed } from "../../domain/Harmonization.ts"
import type { Concept, ServiceId } from "../../domain/Identifiers.ts"
import type { MergedBox } from "../../domain/MergedBox.ts"
import * as Reply from "../../domain/Reply.ts"
import type { Frame } from "../image/Replay.ts"
import { useShortcuts } from "../Keys.tsx"
import type { Picture } from "../parts/Picture.ts"
import { type Content, Pane } from "./Pane.tsx"
import { type Arrangement, showsTentative, type View } from "./View.ts"
import * as Viewport from "./Viewport.ts"

export interface ViewerProps {
  readonly image: Image
  readonly picture: Picture | "failed" | undefined
  readonly detectors: ReadonlyArray<ServiceId>
  readonly frame: Frame
  /** The same answers as another strategy harmonizes them, and both their names; absent unless they are compared. */
  readonly compared: { readonly frame: Frame; readonly names: readonly [string, string] } | undefined
  /** What has the faces and poses to show. */
  readonly people: ReadonlyArray<Enrichment>
  readonly view: View
  /** Of the detectors. */
  readonly colors: ReadonlyMap<ServiceId, string>
  /** Of the boxes. */
  readonly conceptColors: ReadonlyMap<Concept, string>
  readonly active: MergedBox | undefined
  /** What is drawn over the picture where there is one alone; `unit`: image pixels per CSS pixel. */
  readonly overlay?: (unit: number) => ComponentChildren
}

/** How much a key or a button enlarges, and which share of what is seen a key moves it by. */
const step = { zoom: 1.5, move: 0.2 }

const arrangements: Readonly<Record<Arrangement, string>> = {
  together: "One picture",
  detectors: "Each detector",
  strategies: "Two strategies"
}

const nothing: ReadonlyArray<never> = []

export const Viewer = (props: ViewerProps) => {
  const { active, colors, compared, conceptColors, detectors, frame, image, overlay, people, picture, view } = props
  const place = useRef<HTMLDivElement>(null)
  const isFull = useSignal(false)
  useEffect(() => {
    const onChange = () => (isFull.value = document.fullscreenElement === place.current)
    document.addEventListener("fullscreenchange", onChange)
    return () => document.removeEventListener("fullscreenchange", onChange)
  }, [])
  const toggleFull = () => void (isFull.value ? document.exitFullscreen() : place.current!.requestFullscreen())
  const zoom = (factor: number) => (view.viewport.value = Viewport.zoomed(view.viewport.value, factor))
  const move = (x: number, y: number) => (view.viewport.value = Viewport.moved(view.viewport.value, { x, y }))
  useShortcuts([
    { key: "+", name: "Closer", act: () => zoom(step.zoom) },
    { key: "-", name: "Farther", act: () => zoom(1 / step.zoom) },
    { key: "0", name: "The whole picture", act: () => (view.viewport.value = Viewport.whole) },
    { key: "Shift+ArrowLeft", name: "Move to the left", act: () => move(-step.move, 0) },
    { key: "Shift+ArrowRight", name: "Move to the right", act: () => move(step.move, 0) },
    { key: "Shift+ArrowUp", name: "Move up", act: () => move(0, -step.move) },
    { key: "Shift+ArrowDown", name: "Move down", act: () => move(0, step.move) },
    { key: "f", name: "Full screen, and back", act: toggleFull },
    { key: "n", name: "Names beside the boxes", act: () => (view.names.value = !view.names.value) },
    { key: "d", name: "Only disagreements", act: () => (view.disputed.value = !view.disputed.value) }
  ])

  const [arrangement, confidence, hidden] = [view.arrangement.value, view.confidence.value, view.hidden.value]
  const [disputed, harmonized] = [view.disputed.value, view.harmonized.value]
  const tentative = disputed || showsTentative(view, frame.boxes)
  const shownBoxes = (boxes: ReadonlyArray<MergedBox>) =>
    boxes.filter(
      (box) =>
        (box.status === "confirmed" ? harmonized : tentative) &&
        box.confidence >= confidence &&
        !hidden.has(box.concept) &&
        (!disputed || isDisputed(box))
    )
  // An outvoted box that is pointed at in the list, or was chosen there, is shown.
  const withActive = (shown: ReadonlyArray<MergedBox>, boxes: ReadonlyArray<MergedBox>) =>
    active?.status === "tentative" && boxes.includes(active) && !shown.includes(active) ? [...shown, active] : shown
  const switches = [confidence, hidden, disputed, harmonized, tentative]
  const boxes = useMemo(() => shownBoxes(frame.boxes), [frame, ...switches])
  const otherBoxes = useMemo(
    () => (compared === undefined ? nothing : shownBoxes(compared.frame.boxes)),
    [compared?.frame, ...switches]
  )
  const detections = useMemo(() => {
    const agreed = new Set(
      disputed
        ? frame.boxes.flatMap((box) =>
            isDisputed(box) ? [] : box.members.map(({ index, service }) => `${service} ${index}`)
          )
        : []
    )
    const isShown = ({ concept, confidence: own, index, service }: Detection) =>
      own >= confidence && !hidden.has(concept) && !agreed.has(`${service} ${index}`)
    return new Map(
      frame.observation.image.map(({ reply, service: { id } }) => [id, Reply.detections(reply, id).filter(isShown)])
    )
  }, [frame, confidence, hidden, disputed])
  const chosen = view.detectors.value
  const together = useMemo(
    () => detectors.flatMap((service) => (chosen.has(service) ? (detections.get(service) ?? []) : [])),
    [detections, chosen]
  )
  const shownPeople = view.people.value ? people : nothing

  const harmonizedPane: Content = {
    title: compared?.names[0] ?? "harmonized",
    boxes: withActive(boxes, frame.boxes),
    detections: nothing,
    namesDetections: false,
    people: shownPeople
  }
  const panes: ReadonlyArray<Content> =
    arrangement === "detectors"
      ? [
          harmonizedPane,
          ...[...detections].flatMap(([service, own]): ReadonlyArray<Content> =>
            detectors.includes(service)
              ? [{ title: service, boxes: nothing, detections: own, namesDetections: true, people: nothing }]
              : []
          )
        ]
      : compared !== undefined
        ? [
            harmonizedPane,
            { ...harmonizedPane, title: compared.names[1], boxes: withActive(otherBoxes, compared.frame.boxes) }
          ]
        : [{ ...harmonizedPane, title: "", detections: together }]

  return (
    <div ref={place} class={isFull.value ? "viewer full" : "viewer"}>
      <div class="viewing">
        <Button name="Farther" sign="−" act={() => zoom(1 / step.zoom)} />
        <span class="zoom" role="status">
          {Math.round(100 * view.viewport.value.zoom)} %
        </span>
        <Button name="Closer" sign="+" act={() => zoom(step.zoom)} />
        <Button name="The whole picture" sign={icons.whole} act={() => (view.viewport.value = Viewport.whole)} />
        {document.fullscreenEnabled && (
          <Button name={isFull.value ? "Leave the full screen" : "Full screen"} sign={icons.full} act={toggleFull} />
        )}
        <label class="inline">
          <span class="unseen">Panes</span>
          <select
            name="panes"
            value={arrangement}
            onChange={({ currentTarget }) => (view.arrangement.value = currentTarget.value as Arrangement)}
          >
            {Object.entries(arrangements).map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <Check signal={view.names}>names</Check>
        <Check signal={view.disputed}>only disagreements</Check>
      </div>
      {typeof picture !== "object" ? (
        <div class="card picture none">{picture === "failed" && "The picture cannot be read"}</div>
      ) : (
        <div
          class={panes.length === 1 ? "panes" : "panes several"}
          style={{ "--ratio": picture.width / picture.height }}
        >
          {panes.map((content) => (
            <figure key={content.title} class="card picture" data-pane={content.title}>
              {panes.length > 1 && (
                <figcaption>
                  {colors.has(content.title as ServiceId) && (
                    <i class="swatch" style={{ "--color": colors.get(content.title as ServiceId) }} />
                  )}{" "}
                  {content.title} <small>{content.boxes.length + content.detections.length}</small>
                </figcaption>
              )}
              <Pane
                {...content}
                name={image.filename}
                picture={picture}
                view={view}
                colors={colors}
                conceptColors={conceptColors}
                active={active}
                overlay={panes.length === 1 ? overlay : undefined}
              />
            </figure>
          ))}
        </div>
      )}
    </div>
  )
}

const icon = (path: string) => (
  <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
    <path d={path} />
  </svg>
)

const icons = {
  whole: icon("M1 3h12v8H1zM5 7h4"),
  full: icon("M1 5V1h4M9 1h4v4M13 9v4H9M5 13H1V9")
}

const Button = ({
  act,
  name,
  sign
}: {
  readonly name: string
  readonly sign: ComponentChildren
  readonly act: () => void
}) => (
  <button type="button" class="icon" onClick={act} aria-label={name} title={name}>
    {sign}
  </button>
)

const Check = ({ children, signal }: { readonly signal: View["names"]; readonly children: ComponentChildren }) => (
  <label class="check">
    <input type="checkbox" checked={signal.value} onChange={() => (signal.value = !signal.value)} /> {children}
  </label>
)
