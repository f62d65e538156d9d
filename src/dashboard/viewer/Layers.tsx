/** What is drawn on the picture: a switch and a color for each detector, for what they agree on, for faces and poses, for each concept. */
import type { Signal } from "@preact/signals"
import type { Enrichment } from "../../domain/Enrichment.ts"
import * as Reply from "../../domain/Reply.ts"
import type { Concept, ServiceId } from "../../domain/Identifiers.ts"
import type { Frame } from "../image/Replay.ts"
import { showsTentative, type View } from "./View.ts"

export interface LayersProps {
  readonly detectors: ReadonlyArray<ServiceId>
  readonly frame: Frame
  /** What has the faces and poses. */
  readonly people: ReadonlyArray<Enrichment>
  readonly view: View
  /** Of the detectors. */
  readonly colors: ReadonlyMap<ServiceId, string>
  /** Of the boxes. */
  readonly conceptColors: ReadonlyMap<Concept, string>
}

export const Layers = ({ colors, conceptColors, detectors, frame, people, view }: LayersProps) => {
  const toggle = (service: ServiceId) => {
    const shown = new Set(view.detectors.value)
    if (!shown.delete(service)) shown.add(service)
    view.detectors.value = shown
  }
  const areOutvotedShown = showsTentative(view, frame.boxes)
  const confirmed = frame.boxes.filter(({ status }) => status === "confirmed").length
  return (
    <section class="card layers" aria-labelledby="layers">
      <h2 id="layers">Layers</h2>
      <Switch {...ofSignal(view.harmonized)} color="var(--ink)" name="harmonized" amount={confirmed} />
      <Switch
        isOn={areOutvotedShown}
        toggle={() => (view.tentative.value = !areOutvotedShown)}
        color="var(--ink)"
        name="outvoted"
        amount={frame.boxes.length - confirmed}
        isDashed
      />
      {detectors.map((service) => {
        const answer = frame.observation.image.find((each) => each.service.id === service)
        return (
          <label key={service} class="layer">
            <input type="checkbox" checked={view.detectors.value.has(service)} onChange={() => toggle(service)} />
            <Swatch color={colors.get(service)!} />
            <span>{service}</span>
            <small>{answer === undefined ? "no answer" : Reply.detections(answer.reply, service).length}</small>
          </label>
        )
      })}
      <Switch
        {...ofSignal(view.people)}
        color="#ffffff"
        name="faces and poses"
        amount={people.reduce((sum, { faces, poses }) => sum + faces.length + poses.length, 0)}
      />
      <label class="slider">
        Confidence ≥ {view.confidence.value.toFixed(2)}
        <input
          type="range"
          min="0"
          max="1"
          step="0.01"
          value={view.confidence.value}
          onInput={({ currentTarget }) => (view.confidence.value = Number(currentTarget.value))}
        />
      </label>
      <Concepts frame={frame} view={view} colors={conceptColors} />
    </section>
  )
}

interface ConceptsProps {
  readonly frame: Frame
  readonly view: View
  readonly colors: ReadonlyMap<Concept, string>
}

/** A switch for each thing that there is, most frequent first. */
const Concepts = ({ colors, frame, view }: ConceptsProps) => {
  const counted = [...Map.groupBy(frame.boxes, ({ concept }) => concept)].sort(([, a], [, b]) => b.length - a.length)
  if (counted.length < 2) return null
  const concepts = counted.map(([concept]) => concept)
  const hide = (hidden: ReadonlyArray<Concept>) => (view.hidden.value = new Set(hidden))
  const toggle = (concept: Concept) => {
    const hidden = new Set(view.hidden.value)
    if (!hidden.delete(concept)) hidden.add(concept)
    view.hidden.value = hidden
  }
  return (
    <details class="concepts" open={view.hidden.value.size > 0 || counted.length <= 8}>
      <summary>Labels</summary>
      <ul>
        {counted.map(([concept, boxes]) => (
          <li key={concept}>
            <label>
              <input type="checkbox" checked={!view.hidden.value.has(concept)} onChange={() => toggle(concept)} />
              <Swatch color={colors.get(concept)!} />
              <span>
                {boxes[0]!.emoji} {concept}
              </span>
              <small>{boxes.length}</small>
            </label>
            <button type="button" class="plain" onClick={() => hide(concepts.filter((each) => each !== concept))}>
              only<span class="unseen"> {concept}</span>
            </button>
          </li>
        ))}
      </ul>
      {view.hidden.value.size > 0 && (
        <button type="button" onClick={() => hide([])}>
          Show all labels
        </button>
      )}
    </details>
  )
}

const ofSignal = (signal: Signal<boolean>) => ({
  isOn: signal.value,
  toggle: () => (signal.value = !signal.value)
})

interface SwitchProps {
  readonly isOn: boolean
  readonly toggle: () => void
  readonly color: string
  readonly name: string
  readonly amount?: number
  readonly isDashed?: boolean
}

const Switch = ({ amount, color, isDashed = false, isOn, name, toggle }: SwitchProps) => (
  <label class="layer">
    <input type="checkbox" checked={isOn} onChange={toggle} />
    <Swatch color={color} isDashed={isDashed} />
    <span>{name}</span>
    <small>{amount}</small>
  </label>
)

export const Swatch = ({ color, isDashed = false }: { readonly color: string; readonly isDashed?: boolean }) => (
  <i class={isDashed ? "swatch dashed" : "swatch"} style={{ "--color": color }} aria-hidden="true" />
)
