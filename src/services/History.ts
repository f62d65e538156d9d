/** What is kept of the past, and for how long. */
import { Context, type Duration, type Effect } from "effect"
import type { ResultStoreError } from "./ResultStore.ts"

export class History extends Context.Service<
  History,
  {
    /**
     * Forgets some of what is older than that: derivations but for the latest of each image and stage, deleted images,
     * programs that are gone, operations that have ended, and actions. Returns how many rows; none when all is forgotten.
     */
    readonly forget: (age: Duration.Duration) => Effect.Effect<number, ResultStoreError>
  }
>()("windmill/services/History") {}
