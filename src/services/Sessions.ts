/** Who is logged in, so that a page needs the token once. */
import { Context, type Duration, type Effect } from "effect"
import type { ResultStoreError } from "./ResultStore.ts"

export class Sessions extends Context.Service<
  Sessions,
  {
    /** Begins a session of the token with that fingerprint. Returns the secret that the page keeps; it is stored nowhere. */
    readonly begin: (token: string, lasts: Duration.Duration) => Effect.Effect<string, ResultStoreError>
    /** The fingerprint of the token whose session this is; `undefined` when it ended or never was. */
    readonly tokenOf: (secret: string) => Effect.Effect<string | undefined, ResultStoreError>
    /** Ends a session. */
    readonly end: (secret: string) => Effect.Effect<void, ResultStoreError>
    /** Ends all sessions. Returns how many there were. */
    readonly endAll: Effect.Effect<number, ResultStoreError>
  }
>()("windmill/services/Sessions") {}
