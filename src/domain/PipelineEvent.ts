/**
 * What happens to images, as it happens: for showing progress, never for deciding anything.
 *
 * An event says what its emitter has just stored. Events of different emitters may overtake each other, and a process
 * that stops loses the rest; whoever needs the truth asks the store.
 */
import { Data } from "effect"
import type { BoxId, ImageId, ServiceId } from "./Identifiers.ts"
import type { Revision } from "./Staleness.ts"

/**
 * - `Answered`: a service's terminal answer about an image was recorded. `reason` says why when it did not succeed.
 * - `Postponed`: a service could not answer now; the question is kept and asked again.
 * - `Harmonized`: the boxes of an image were derived again from the answers of `services`, the detectors that had
 *   reported by then, sorted. `boxes` counts the confirmed ones; `changed` says whether the stored boxes did.
 * - `Voted`: the consensus of an image was derived again from the answers of `services` services. `emojis` are the
 *   accepted candidates, best first.
 * - `Enriched`: a service's terminal answer about one crop was recorded.
 */
export type PipelineEvent = Data.TaggedEnum<{
  Answered: {
    readonly imageId: ImageId
    readonly service: ServiceId
    readonly succeeded: boolean
    readonly reason?: string
  }
  Postponed: {
    readonly imageId: ImageId
    readonly service: ServiceId
    readonly reason: string
  }
  Harmonized: {
    readonly imageId: ImageId
    readonly revision: Revision
    readonly services: ReadonlyArray<ServiceId>
    readonly boxes: number
    readonly changed: boolean
  }
  Voted: {
    readonly imageId: ImageId
    readonly revision: Revision
    readonly services: number
    readonly emojis: ReadonlyArray<string>
    readonly changed: boolean
  }
  Enriched: {
    readonly imageId: ImageId
    readonly boxId: BoxId
    readonly service: ServiceId
    readonly succeeded: boolean
    readonly reason?: string
  }
}>
export const PipelineEvent = Data.taggedEnum<PipelineEvent>()
