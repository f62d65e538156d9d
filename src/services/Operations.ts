/** Operations on many images: what is asked of them, and taking the next step. */
import { Context, Effect, type Option } from "effect"
import type { ImageId } from "../domain/Identifiers.ts"
import type { Operation, OperationId, Request } from "../domain/Operation.ts"
import type { ResultStoreError } from "./ResultStore.ts"

/** A step that was taken. */
export interface Step {
  /** The images it was taken with. */
  readonly images: ReadonlyArray<ImageId>
  /** Whether there are none after these. */
  readonly isLast: boolean
}

export class Operations extends Context.Service<
  Operations,
  {
    /** How many answers or images it would be about now. */
    readonly count: (request: Request) => Effect.Effect<number, ResultStoreError>
    /** Begins an operation. It is about what there is now, not about images that come later. */
    readonly begin: (request: Request, by: string) => Effect.Effect<Operation, ResultStoreError>
    /** Operations, newest first, before the operation `before`; at most `limit`. */
    readonly list: (page: {
      readonly before?: OperationId
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<Operation>, ResultStoreError>
    /** How many there are, also those that have ended. */
    readonly total: Effect.Effect<number, ResultStoreError>
    /** Those that run, oldest first. */
    readonly running: Effect.Effect<ReadonlyArray<Operation>, ResultStoreError>
    readonly find: (id: OperationId) => Effect.Effect<Option.Option<Operation>, ResultStoreError>
    /**
     * Does it, in one transaction, to the next images, at most `limit`. None when the operation does not run, or there are no
     * more. What is to be asked or derived again afterwards is owed or stale; nothing is published.
     */
    readonly step: (id: OperationId, limit: number) => Effect.Effect<Option.Option<Step>, ResultStoreError>
    /** Ends an operation that went through all its images, when nothing of it is on its way any more. Whether it did. */
    readonly finish: (id: OperationId) => Effect.Effect<boolean, ResultStoreError>
    /** Stops an operation. Answers that it asks for and that have not come are as before. Whether it ran. */
    readonly stop: (id: OperationId) => Effect.Effect<boolean, ResultStoreError>
  }
>()("windmill/services/Operations") {}

/** Whether operations run, as far as this program knows. Cheap, and a few seconds late. By default some may. */
export const AnyRun: Context.Reference<Effect.Effect<boolean>> = Context.Reference(
  "windmill/services/Operations/AnyRun",
  { defaultValue: () => Effect.succeed(true) }
)

/**
 * Until when jobs that were published may have been withdrawn since, or their images deleted, in milliseconds since 1970;
 * `Infinity` while that goes on, `undefined` when none were. Cheap, and a few seconds late. By default none ever are.
 */
export const Withdrawals: Context.Reference<Effect.Effect<number | undefined>> = Context.Reference(
  "windmill/services/Operations/Withdrawals",
  { defaultValue: (): Effect.Effect<number | undefined> => Effect.undefined }
)
