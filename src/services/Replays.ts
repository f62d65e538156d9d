/** Requests that may be repeated: each gets its first answer again. */
import { Context, type Effect, type Option, type Schema } from "effect"
import type { ResultStoreError } from "./ResultStore.ts"

/** A request that was answered. `request` is a fingerprint of what was asked. */
export interface Replay {
  readonly request: string
  readonly response: Schema.Json
}

export class Replays extends Context.Service<
  Replays,
  {
    /** What was answered under a key within the last day. */
    readonly find: (key: string) => Effect.Effect<Option.Option<Replay>, ResultStoreError>
    /** Remembers an answer, unless there is one already. Returns the one that counts. */
    readonly remember: (key: string, replay: Replay) => Effect.Effect<Replay, ResultStoreError>
  }
>()("windmill/services/Replays") {}
