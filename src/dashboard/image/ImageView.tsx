/** One image: what every service saw, what follows from it, and how that came about. */
import { useComputed } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useMemo } from "preact/hooks"
import * as Colors from "../../domain/drawing/Colors.ts"
import * as Enrichment from "../../domain/Enrichment.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type * as Workflow from "../../domain/Workflow.ts"
import type { Image } from "../../domain/archive/Image.ts"
import type { Timeline } from "../../domain/archive/Timeline.ts"
import { usePicture } from "../parts/Picture.ts"
import { BoxDetails } from "./BoxDetails.tsx"
import { ConsensusTable } from "./ConsensusTable.tsx"
import { Enrichments } from "./Enrichments.tsx"
import { Heading } from "./Heading.tsx"
import { Metadata } from "./Metadata.tsx"
import { Layers } from "./Layers.tsx"
import { Overlay } from "./Overlay.tsx"
import { Problems } from "./Problems.tsx"
import { Remarks } from "./Remarks.tsx"
import * as Replay from "./Replay.ts"
import { Scrubber } from "./Scrubber.tsx"
import { StrategyControls } from "./StrategyControls.tsx"
import { TimelineChart } from "./TimelineChart.tsx"
import * as View from "./View.ts"

export interface ImageViewProps {
  readonly image: Image
  readonly workflow: Workflow.Description
  readonly timeline: Timeline | undefined
  /** What can be done with the image. */
  readonly children?: ComponentChildren
  /** What can be done about a service that failed. */
  readonly retry?: (service: ServiceId) => ComponentChildren
}

export const ImageView = ({ children, image, retry, timeline, workflow }: ImageViewProps) => {
  const view = useMemo(View.make, [])
  const picture = usePicture(image.id, 1280).value
  const catalog = useMemo(() => Replay.catalogOf(workflow), [workflow])
  const used = useMemo(() => Replay.strategyOf(workflow.strategy.name, workflow.strategy.options), [workflow])
  const answers = useMemo(() => Replay.answersOf(image, catalog), [image, catalog])
  const detectors = catalog.flatMap(({ id, kind }) => (kind === "spatial" ? [id] : []))
  const colors = useMemo(() => Colors.ofDetectors(detectors), [catalog])

  const position = useComputed(() => Math.min(view.position.value ?? Infinity, answers.length)).value
  const strategy = view.strategy.value ?? used
  const frame = useMemo(
    () => Replay.frameAt(image, answers, position, catalog, strategy),
    [image, answers, position, catalog, strategy]
  )
  const size = picture === "failed" ? undefined : picture
  const whole = useMemo(
    () => (size === undefined ? [] : frame.observation.image.map((reply) => Enrichment.ofImage(reply, size))),
    [frame, size]
  )
  const people = [...whole, ...frame.enrichments]
  const conceptColors = Colors.ofConcepts(frame.boxes.map(({ box }) => box.concept))
  const active = frame.boxes.find(({ id }) => id === (view.pointed.value ?? view.chosen.value))
  const isNow = position === answers.length && view.strategy.value === undefined

  return (
    <>
      <Heading image={image} picture={picture}>
        {children}
      </Heading>
      <div class="image-page">
        <div class="stage">
          <Overlay
            image={image}
            picture={picture}
            frame={frame}
            people={people}
            view={view}
            colors={colors}
            conceptColors={conceptColors}
            active={active}
          />
          <section class="card replay" aria-label="Replay">
            <Scrubber answers={answers} position={position} view={view} frame={frame} />
            <StrategyControls used={used} strategy={strategy} view={view} />
            <p
              class="soft"
              role="status"
              data-compared={Replay.isSame(frame.boxes, image.boxes) ? "same" : "different"}
            >
              {isNow
                ? Replay.isSame(frame.boxes, image.boxes)
                  ? "Computed in this page; the same as what is stored."
                  : "Computed in this page; the programs have not caught up yet."
                : "Computed in this page; what is stored stays as it is."}
            </p>
          </section>
        </div>
        <aside>
          <Layers detectors={detectors} frame={frame} people={people} view={view} colors={colors} />
          <BoxDetails active={active} frame={frame} view={view} colors={colors} conceptColors={conceptColors} />
          <Remarks frame={frame} palettes={whole.flatMap(({ palettes }) => palettes)} />
          <Problems image={image} known={answers.slice(0, position)} frame={frame} retry={retry} />
          <Metadata frame={frame} />
        </aside>
      </div>
      <ConsensusTable consensus={frame.consensus} colors={colors} />
      <Enrichments image={image} picture={size} frame={frame} />
      {timeline !== undefined && <TimelineChart timeline={timeline} />}
    </>
  )
}
