/** One image: what every service saw, what follows from it, and how that came about. */
import { useComputed } from "@preact/signals"
import { useMemo } from "preact/hooks"
import type { Image } from "../../domain/archive/Image.ts"
import type { Timeline } from "../../domain/archive/Timeline.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import type { WorkflowView } from "../../programs/api/definition/Pipeline.ts"
import { useChanges } from "../Changes.ts"
import { api, send } from "../Client.ts"
import { Problem } from "../parts/Empty.tsx"
import { useResource } from "../Resource.ts"
import { BoxDetails } from "./BoxDetails.tsx"
import { ConsensusTable } from "./ConsensusTable.tsx"
import { Enrichments } from "./Enrichments.tsx"
import { Heading } from "./Heading.tsx"
import { Layers } from "./Layers.tsx"
import { Overlay } from "./Overlay.tsx"
import { Remarks } from "./Remarks.tsx"
import * as Replay from "./Replay.ts"
import { Scrubber } from "./Scrubber.tsx"
import { StrategyControls } from "./StrategyControls.tsx"
import { TimelineChart } from "./TimelineChart.tsx"
import * as View from "./View.ts"

export const ImagePage = ({ id }: { readonly id: number }) => {
  const params = { id: id as ImageId }
  const workflow = useResource(() => send(api.pipeline.workflow()))
  const image = useResource(() => send(api.images.get({ params })))
  const timeline = useResource(() => send(api.images.timeline({ params })))
  useChanges(undefined, (changed) => {
    if (changed.has(id)) void Promise.all([image.refresh(), timeline.refresh()])
  })
  return (
    <>
      <Problem problem={image.problem.value ?? workflow.problem.value} />
      {image.value.value !== undefined && workflow.value.value !== undefined && (
        <Page
          image={image.value.value}
          workflow={workflow.value.value}
          timeline={timeline.value.value}
          refresh={image.refresh}
        />
      )}
    </>
  )
}

interface PageProps {
  readonly image: Image
  readonly workflow: typeof WorkflowView.Type
  readonly timeline: Timeline | undefined
  readonly refresh: () => Promise<void>
}

const Page = ({ image, refresh, timeline, workflow }: PageProps) => {
  const view = useMemo(View.make, [])
  const catalog = useMemo(() => Replay.catalogOf(workflow), [workflow])
  const used = useMemo(() => Replay.strategyOf(workflow.strategy.name, workflow.strategy.options), [workflow])
  const answers = useMemo(() => Replay.answersOf(image, catalog), [image, catalog])
  const detectors = catalog.flatMap(({ id, kind }) => (kind === "spatial" ? [id] : []))
  const colors = useMemo(() => View.colorsOf(detectors), [catalog])

  const position = useComputed(() => Math.min(view.position.value ?? Infinity, answers.length)).value
  const strategy = view.strategy.value ?? used
  const frame = useMemo(
    () => Replay.frameAt(image, answers, position, catalog, strategy),
    [image, answers, position, catalog, strategy]
  )
  const active = frame.boxes.find(({ id }) => id === (view.pointed.value ?? view.chosen.value))
  const isNow = position === answers.length && view.strategy.value === undefined

  return (
    <>
      <Heading image={image} traceUrl={workflow.traceUrl} refresh={refresh} />
      <div class="image-page">
        <div class="stage">
          <Overlay image={image} frame={frame} view={view} colors={colors} active={active} />
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
          <Layers detectors={detectors} frame={frame} view={view} colors={colors} />
          <BoxDetails active={active} frame={frame} view={view} colors={colors} />
          <Remarks frame={frame} />
        </aside>
      </div>
      <ConsensusTable consensus={frame.consensus} colors={colors} />
      <Enrichments image={image} frame={frame} />
      {timeline !== undefined && <TimelineChart timeline={timeline} />}
    </>
  )
}
