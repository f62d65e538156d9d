/**
 * What of an image is shown, and how: the state of the controls on its page, and how it stands in the address.
 *
 * A part stays from image to image, so that one thing can be looked for in all of them; the rest is about one image.
 */
import { batch, type Signal, signal } from "@preact/signals"
import { Option, Schema } from "effect"
import { Confidence } from "../../domain/Detection.ts"
import type { Strategy } from "../../domain/Harmonization.ts"
import { BoxId, Concept, ServiceId } from "../../domain/Identifiers.ts"
import type { MergedBox } from "../../domain/MergedBox.ts"
import * as Replay from "../image/Replay.ts"
import * as Viewport from "./Viewport.ts"

/** All on one picture; a picture for each detector beside what they agree on; or one for each of two strategies. */
export const Arrangement = Schema.Literals(["together", "detectors", "strategies"])
export type Arrangement = typeof Arrangement.Type

export interface View {
  readonly arrangement: Signal<Arrangement>
  /** Detectors whose own boxes are shown. */
  readonly detectors: Signal<ReadonlySet<ServiceId>>
  readonly harmonized: Signal<boolean>
  /** Outvoted boxes; when `undefined`, where there are no others, and to who corrects them. */
  readonly tentative: Signal<boolean | undefined>
  readonly people: Signal<boolean>
  /** Names beside the boxes; without them, only that of the box which is pointed at. */
  readonly names: Signal<boolean>
  /** Only what not all detectors agree on. */
  readonly disputed: Signal<boolean>
  /** Concepts that are not shown. */
  readonly hidden: Signal<ReadonlySet<Concept>>
  /** Boxes of less confidence, in `[0, 1]`, are not shown. */
  readonly confidence: Signal<number>
  /** What harmonizes in place of what the programs use. */
  readonly strategy: Signal<Strategy | undefined>
  /** What it is compared with, side by side. */
  readonly other: Signal<Strategy | undefined>
  /** How many answers are known; all when `undefined`, also those to come. */
  readonly position: Signal<number | undefined>
  readonly viewport: Signal<Viewport.Viewport>
  /** The box that is pointed at, or else the one that was chosen. */
  readonly pointed: Signal<BoxId | undefined>
  readonly chosen: Signal<BoxId | undefined>
}

export const make = (query = new URLSearchParams()): View => {
  const view: View = {
    arrangement: signal("together"),
    detectors: signal(new Set()),
    harmonized: signal(true),
    tentative: signal(undefined),
    people: signal(true),
    names: signal(true),
    disputed: signal(false),
    hidden: signal(new Set()),
    confidence: signal(0),
    strategy: signal(undefined),
    other: signal(undefined),
    position: signal(undefined),
    viewport: signal(Viewport.whole),
    pointed: signal(undefined),
    chosen: signal(undefined)
  }
  read(view, query)
  return view
}

/** The switches that are on unless the address says otherwise. */
const switches = {
  harmonized: "harmonized",
  people: "people",
  names: "names"
} as const satisfies Record<string, keyof View>

/** The switch of what is shown or not as the image has it, unless the address says. */
const outvoted = "outvoted"

/** Whether boxes are corrected: from image to image, until the page is left. */
export const isCorrecting = signal(false)

/**
 * Whether outvoted boxes are shown among `boxes`: mostly they lie beside a confirmed one, and hide what is on the picture. Who corrects
 * boxes judges them, too.
 */
export const showsTentative = (view: View, boxes: ReadonlyArray<Pick<MergedBox, "status">>): boolean =>
  view.tentative.value ?? (isCorrecting.value || boxes.every(({ status }) => status === "tentative"))

const isConcept = Schema.is(Concept)
const isService = Schema.is(ServiceId)
const isBoxId = Schema.is(BoxId)
const decodeArrangement = Schema.decodeUnknownOption(Arrangement)
const decodeConfidence = Schema.decodeUnknownOption(Confidence)
const decodePosition = Schema.decodeUnknownOption(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))
const decodeStrategy = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ name: Schema.String, options: Schema.optionalKey(Schema.Json) }))
)

const strategyIn = (text: string | null): Strategy | undefined =>
  Option.getOrUndefined(Option.map(decodeStrategy(text), ({ name, options }) => Replay.strategyOf(name, options ?? {})))

const strategyText = (strategy: Strategy | undefined): string | undefined =>
  strategy === undefined ? undefined : JSON.stringify({ name: strategy.name, options: strategy.options })

const numberIn = (text: string | null): number | undefined => (text === null ? undefined : Number(text))

/** Brings the view to what an address says; what it does not say, or says wrongly, is as at first. */
export const read = (view: View, query: URLSearchParams): void =>
  batch(() => {
    const off = new Set(query.getAll("off"))
    for (const [name, key] of Object.entries(switches)) view[key].value = !off.has(name)
    view.tentative.value = off.has(outvoted) ? false : query.getAll("on").includes(outvoted) ? true : undefined
    view.arrangement.value = Option.getOrElse(decodeArrangement(query.get("panes")), () => "together")
    view.detectors.value = new Set(query.getAll("layer").filter(isService))
    view.disputed.value = query.get("only") === "disputed"
    view.hidden.value = new Set(query.getAll("hide").filter(isConcept))
    view.confidence.value = Option.getOrElse(decodeConfidence(numberIn(query.get("least"))), () => 0)
    view.strategy.value = strategyIn(query.get("strategy"))
    view.other.value = strategyIn(query.get("other"))
    view.position.value = Option.getOrUndefined(decodePosition(numberIn(query.get("known"))))
    view.viewport.value = Viewport.parse(query.get("at"))
    view.chosen.value = query.getAll("box").find(isBoxId)
  })

type Parameters = ReadonlyArray<readonly [name: string, value: string]>

const one = (name: string, value: string | undefined): Parameters => (value === undefined ? [] : [[name, value]])

/** What stays from image to image. */
export const lasting = (view: View): Parameters => [
  ...one("panes", view.arrangement.value === "together" ? undefined : view.arrangement.value),
  ...[...view.detectors.value].map((service) => ["layer", service] as const),
  ...Object.entries(switches).flatMap(([name, key]) => (view[key].value ? [] : [["off", name] as const])),
  ...one("off", view.tentative.value === false ? outvoted : undefined),
  ...one("on", view.tentative.value === true ? outvoted : undefined),
  ...one("only", view.disputed.value ? "disputed" : undefined),
  ...[...view.hidden.value].map((concept) => ["hide", concept] as const),
  ...one("least", view.confidence.value === 0 ? undefined : String(view.confidence.value)),
  ...one("strategy", strategyText(view.strategy.value)),
  ...one("other", strategyText(view.other.value))
]

/** All of it. */
export const written = (view: View): Parameters => [
  ...lasting(view),
  ...one("known", view.position.value === undefined ? undefined : String(view.position.value)),
  ...one("at", Viewport.print(view.viewport.value)),
  ...one("box", view.chosen.value)
]
