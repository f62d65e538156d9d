/** One image: what every service saw, what follows from it, and how that came about. */
import { useSignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useMemo } from "preact/hooks"
import type { CorrectedBox } from "../../domain/corrections/Corrected.ts"
import * as Colors from "../../domain/drawing/Colors.ts"
import { distinctPeople } from "../../domain/drawing/People.ts"
import * as Enrichment from "../../domain/Enrichment.ts"
import { isSimulated } from "../../domain/Facts.ts"
import type { Strategy } from "../../domain/Harmonization.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type * as Workflow from "../../domain/Workflow.ts"
import type { Image } from "../../domain/archive/Image.ts"
import type { Timeline } from "../../domain/archive/Timeline.ts"
import { listed } from "../../domain/Wording.ts"
import { Correcting, type Drawn, type Recorder } from "../correct/Correcting.tsx"
import { Draft } from "../correct/Draft.tsx"
import { Simulated } from "../parts/Simulated.tsx"
import { usePicture } from "../parts/Picture.ts"
import { BoxDetails } from "./BoxDetails.tsx"
import { ConsensusTable } from "./ConsensusTable.tsx"
import { Enrichments } from "./Enrichments.tsx"
import { Heading } from "./Heading.tsx"
import { Metadata } from "./Metadata.tsx"
import { Models } from "./Models.tsx"
import { Problems } from "./Problems.tsx"
import { Remarks } from "./Remarks.tsx"
import * as Replay from "./Replay.ts"
import { Scrubber } from "./Scrubber.tsx"
import { StrategyControls } from "./StrategyControls.tsx"
import { TimelineChart } from "./TimelineChart.tsx"
import { Layers } from "../viewer/Layers.tsx"
import type { View } from "../viewer/View.ts"
import { Viewer } from "../viewer/Viewer.tsx"

export interface ImageViewProps {
  readonly image: Image
  readonly workflow: Workflow.Description
  readonly timeline: Timeline | undefined
  /** What is shown of it. */
  readonly view: View
  /** What can be done with the image. */
  readonly children?: ComponentChildren
  /** What can be done about a service that failed. */
  readonly retry?: (service: ServiceId) => ComponentChildren
  /** How its boxes are corrected, where that is switched on. */
  readonly recorder?: Recorder | undefined
}

export const ImageView = ({ children, image, recorder, retry, timeline, view, workflow }: ImageViewProps) => {
  const picture = usePicture(image.id, 1280).value
  const catalog = useMemo(() => Replay.catalogOf(workflow), [workflow])
  const used = useMemo(() => Replay.strategyOf(workflow.strategy.name, workflow.strategy.options), [workflow])
  const answers = useMemo(() => Replay.answersOf(image, catalog), [image, catalog])
  const detectors = catalog.flatMap(({ id, kind }) => (kind === "spatial" ? [id] : []))
  const colors = useMemo(() => Colors.ofDetectors(detectors), [catalog])

  const position = Math.min(view.position.value ?? Infinity, answers.length)
  const strategy = view.strategy.value ?? used
  const isNow = position === answers.length && view.strategy.value === undefined
  // Who derived what is stored had these; it cannot be derived here.
  const strangers = useMemo(() => Replay.strangers(answers, catalog), [answers, catalog])
  const isStored = isNow && strangers.length > 0
  const frame = useMemo(() => {
    const derived = Replay.correctedAt(image, answers, position, catalog, strategy)
    return isStored ? { ...derived, boxes: image.boxes, consensus: image.consensus ?? derived.consensus } : derived
  }, [image, answers, position, catalog, strategy, isStored])
  const isCompared = view.arrangement.value === "strategies"
  const other = view.other.value ?? rivalOf(strategy)
  const compared = useMemo(
    () =>
      isCompared
        ? {
            frame: Replay.correctedAt(image, answers, position, catalog, other),
            names: [strategy.name, other.name === strategy.name ? `${other.name}, as configured` : other.name] as const
          }
        : undefined,
    [isCompared, image, answers, position, catalog, strategy, other]
  )
  const size = picture === "failed" ? undefined : picture
  const whole = useMemo(
    () => (size === undefined ? [] : frame.observation.image.map((reply) => Enrichment.ofImage(reply, size))),
    [frame, size]
  )
  const people = useMemo(() => distinctPeople([...frame.enrichments, ...whole]), [whole, frame])
  // What is stored comes first, as in the list of images: there the same things have the same colors.
  const conceptColors = useMemo(
    () =>
      Colors.ofConcepts(
        [image, frame, ...(compared === undefined ? [] : [compared.frame])].flatMap(({ boxes }) =>
          boxes.map(({ concept }) => concept)
        )
      ),
    [image, frame, compared]
  )
  const activeId = view.pointed.value ?? view.chosen.value
  const active = useMemo(
    (): CorrectedBox | undefined =>
      [...frame.boxes, ...(compared?.frame.boxes ?? [])].find(({ id }) => id === activeId),
    [frame, compared, activeId]
  )
  const isAsStored = useMemo(() => Replay.isSame(frame.boxes, image.boxes), [frame, image])
  const simulated = useMemo(
    () => [...new Set(answers.flatMap(({ result }) => (isSimulated(result.outcome) ? [result.service] : [])))].sort(),
    [answers]
  )
  const drawn = useSignal<Drawn | undefined>(undefined)
  const save = useSignal(() => {})

  return (
    <>
      <Heading image={image} picture={picture}>
        {children}
      </Heading>
      <Simulated services={simulated} />
      <div class="image-page">
        <div class="stage">
          <Viewer
            image={image}
            picture={picture}
            detectors={detectors}
            frame={frame}
            compared={compared}
            people={people}
            view={view}
            colors={colors}
            conceptColors={conceptColors}
            active={active}
            overlay={(unit) =>
              drawn.value !== undefined &&
              size !== undefined && (
                <Draft
                  box={drawn.value.box}
                  size={size}
                  unit={unit}
                  name={drawn.value.of?.label ?? "something new"}
                  isNew={drawn.value.of === undefined}
                  onChange={(box) => (drawn.value = { box, of: drawn.peek()?.of })}
                  onSave={() => save.peek()()}
                  onCancel={() => (drawn.value = undefined)}
                />
              )
            }
          />
          <section class="card replay" aria-label="Replay">
            <Scrubber answers={answers} position={position} view={view} frame={frame} />
            <StrategyControls used={used} strategy={strategy} other={other} view={view} />
            <p class="soft" role="status" data-compared={isAsStored ? "same" : "different"}>
              {originOf({ strangers: isStored ? strangers : [], isNow, isAsStored })}
            </p>
          </section>
        </div>
        <aside>
          <Layers
            detectors={detectors}
            frame={frame}
            people={people}
            view={view}
            colors={colors}
            conceptColors={conceptColors}
          />
          {recorder !== undefined && (
            <Correcting
              key={image.id}
              recorder={recorder}
              image={image}
              size={size}
              boxes={frame.boxes}
              active={active}
              view={view}
              drawn={drawn}
              save={save}
            />
          )}
          <BoxDetails active={active} frame={frame} view={view} colors={colors} conceptColors={conceptColors} />
          <Remarks
            frame={frame}
            palettes={whole.flatMap(({ palettes }) => palettes)}
            poses={people.flatMap(({ poses }) => poses).length}
          />
          <Problems image={image} known={answers.slice(0, position)} frame={frame} retry={retry} />
          <Metadata frame={frame} />
          <Models answers={answers} />
        </aside>
      </div>
      <ConsensusTable consensus={frame.consensus} colors={colors} />
      <Enrichments image={image} picture={size} frame={frame} />
      {timeline !== undefined && <TimelineChart timeline={timeline} />}
    </>
  )
}

/** Where what is shown comes from. With `strangers` it is stored, for it cannot be derived without their answers. */
const originOf = (shown: {
  readonly strangers: ReadonlyArray<ServiceId>
  readonly isNow: boolean
  readonly isAsStored: boolean
}): string => {
  if (shown.strangers.length > 0) {
    return `As it is stored. This run does not know ${listed(shown.strangers)}, so it cannot be computed here.`
  }
  if (!shown.isNow) return "Computed in this page; what is stored stays as it is."
  return shown.isAsStored
    ? "Computed in this page; the same as what is stored."
    : "Computed in this page; the programs have not caught up yet."
}

/** What a strategy is compared with when nothing was chosen. */
const rivalOf = ({ name }: Strategy): Strategy => (name === "wbf" ? nms : wbf)

const [nms, wbf] = [Replay.strategyOf("nms"), Replay.strategyOf("wbf")]
