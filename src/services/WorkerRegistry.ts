/** Which programs are running, and what they are doing. */
import { Context, type Duration, type Effect } from "effect"
import type { CatalogPrint } from "../domain/catalog/Agreement.ts"
import type { Activity, AwaySource, Worker } from "../domain/Worker.ts"
import type { ResultStoreError } from "./ResultStore.ts"

/** What a program says about itself. */
export interface Beat {
  readonly workerId: string
  readonly host: string
  readonly version: string
  readonly activities: ReadonlyArray<Activity>
  /** The sources of pictures that it leaves alone because they are away, if there are some. */
  readonly away?: ReadonlyArray<AwaySource>
  /** The services that it knows, if it knows any. */
  readonly catalog?: CatalogPrint
}

export class WorkerRegistry extends Context.Service<
  WorkerRegistry,
  {
    /** Says that a program is alive and what it does. To be repeated every few seconds. */
    readonly beat: (beat: Beat) => Effect.Effect<void, ResultStoreError>
    /** Says that a program stops. */
    readonly leave: (workerId: string) => Effect.Effect<void, ResultStoreError>
    /**
     * Takes or keeps, for so long from now, what one program alone should do. Whether it is `holder`'s: not while another has
     * it. To hold it for no time lets it go.
     */
    readonly lead: (duty: string, holder: string, time: Duration.Duration) => Effect.Effect<boolean, ResultStoreError>
    /** The programs heard of within a day, those alive first, in name order. */
    readonly workers: Effect.Effect<ReadonlyArray<Worker>, ResultStoreError>
  }
>()("windmill/services/WorkerRegistry") {}
