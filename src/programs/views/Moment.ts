/** Something in a run that is worth a line of its own. */
import type { Data } from "effect"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { PipelineEvent } from "../../domain/PipelineEvent.ts"
import { count, listed } from "../../domain/Wording.ts"
import { type Line, line, span } from "./TerminalText.ts"

export type Moment =
  | {
      readonly _tag: "Boxes"
      readonly filename: string
      /** Confirmed boxes so far; `undefined` the first time. */
      readonly before: number | undefined
      readonly after: number
      /** The detectors whose answers are new. */
      readonly added: ReadonlyArray<ServiceId>
      /** How many detectors have answered. */
      readonly services: number
    }
  | {
      readonly _tag: "Failed"
      readonly filename: string
      readonly service: ServiceId
      readonly reason: string
    }

export type Harmonized = Data.TaggedEnum.Value<PipelineEvent, "Harmonized">

/** The boxes of an image were derived; `before` is the derivation before that. */
export const ofBoxes = (filename: string, event: Harmonized, before: Harmonized | undefined): Moment => ({
  _tag: "Boxes",
  filename,
  before: before?.boxes,
  after: event.boxes,
  added: event.services.filter((service) => before?.services.includes(service) !== true),
  services: event.services.length
})

/** A service failed for good, on an image or a crop of it. */
export const ofFailure = (
  filename: string,
  { reason, service }: { readonly service: ServiceId; readonly reason?: string }
): Moment => ({ _tag: "Failed", filename, service, reason: reason ?? "no reason given" })

/** `beach-01.jpg  boxes 3 → 4 after detectron2 (re-harmonized, 3 services)` */
export const toLine = (moment: Moment): Line => {
  if (moment._tag === "Failed") {
    return line(moment.filename, span(`  ${moment.service} failed: `, { color: "red" }), moment.reason)
  }
  const change = boxesChange(moment.before, moment.after)
  const how =
    moment.before === undefined
      ? `harmonized, ${count(moment.services, "service")}`
      : `re-harmonized, ${count(moment.services, "service")}`
  return line(moment.filename, "  ", span(change, { bold: true }), ` ${cause(moment.added)}`, span(`(${how})`))
}

const boxesChange = (before: number | undefined, after: number): string => {
  if (before === undefined) return count(after, "box", "boxes")
  return before === after ? `boxes ${after}, refined` : `boxes ${before} → ${after}`
}

/** An empty list is a change without a new detector, for example when a failed answer was forgotten. */
const cause = (added: ReadonlyArray<ServiceId>): string => (added.length === 0 ? "" : `after ${listed(added)} `)
