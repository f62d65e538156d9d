/** How much work waits. */
import { Context, type Effect, type Option } from "effect"
import type { Stage } from "../domain/Staleness.ts"
import type { ResultStoreError } from "./ResultStore.ts"

/** Images that wait for the same. */
export interface Waiting {
  /** For answers of services, or for a stage to run again. */
  readonly of: "answers" | Stage
  readonly images: number
  /** When something was last recorded about the image that waits longest; none when no image waits. */
  readonly since: Option.Option<Date>
}

export class Backlog extends Context.Service<
  Backlog,
  {
    /**
     * What waits now, always of all kinds. Reads only images that wait, and of many only the oldest for the time. Images
     * that are stale for a new algorithm, not for a new fact, are not among them.
     */
    readonly waiting: Effect.Effect<ReadonlyArray<Waiting>, ResultStoreError>
  }
>()("windmill/services/Backlog") {}
