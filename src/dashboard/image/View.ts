/** What of an image is shown, and how: the state of the controls on its page. */
import { type Signal, signal } from "@preact/signals"
import type { Strategy } from "../../domain/Harmonization.ts"
import type { BoxId, ServiceId } from "../../domain/Identifiers.ts"

export interface View {
  /** Detectors whose own boxes are shown. */
  readonly detectors: Signal<ReadonlySet<ServiceId>>
  readonly harmonized: Signal<boolean>
  readonly tentative: Signal<boolean>
  readonly people: Signal<boolean>
  /** Boxes of less confidence, in `[0, 1]`, are not shown. */
  readonly confidence: Signal<number>
  /** How many answers are known; all when `undefined`, also those to come. */
  readonly position: Signal<number | undefined>
  /** What harmonizes in place of what the programs use. */
  readonly strategy: Signal<Strategy | undefined>
  /** The box that is pointed at, or else the one that was chosen. */
  readonly pointed: Signal<BoxId | undefined>
  readonly chosen: Signal<BoxId | undefined>
}

export const make = (): View => ({
  detectors: signal<ReadonlySet<ServiceId>>(new Set()),
  harmonized: signal(true),
  tentative: signal(true),
  people: signal(true),
  confidence: signal(0),
  position: signal<number | undefined>(undefined),
  strategy: signal<Strategy | undefined>(undefined),
  pointed: signal<BoxId | undefined>(undefined),
  chosen: signal<BoxId | undefined>(undefined)
})
