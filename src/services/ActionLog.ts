/** Who did what. */
import { Context, Effect, Option } from "effect"
import type { Action, ActionId } from "../domain/Action.ts"
import type { ResultStoreError } from "./ResultStore.ts"

/** Who asks for what is done now: a name, or where a request came from. */
export const CurrentPerson: Context.Reference<string> = Context.Reference("windmill/services/ActionLog/CurrentPerson", {
  defaultValue: () => "this program"
})

/** Whose token a request came with, or where it came from with one that has no name; none where no token has a name. */
export const ProvenSender: Context.Reference<Option.Option<string>> = Context.Reference(
  "windmill/services/ActionLog/ProvenSender",
  { defaultValue: () => Option.none() }
)

export interface ActionLogShape {
  /** Notes an action. */
  readonly note: (action: Omit<Action, "id" | "at">) => Effect.Effect<void, ResultStoreError>
  /** Actions, newest first, before the action `before`; at most `limit`. */
  readonly list: (page: {
    readonly before?: ActionId
    readonly limit: number
  }) => Effect.Effect<ReadonlyArray<Action>, ResultStoreError>
  /** How many there are. */
  readonly total: Effect.Effect<number, ResultStoreError>
}

/** Nothing is noted unless a log is provided. */
export const ActionLog: Context.Reference<ActionLogShape> = Context.Reference("windmill/services/ActionLog", {
  defaultValue: (): ActionLogShape => ({
    note: () => Effect.void,
    list: () => Effect.succeed([]),
    total: Effect.succeed(0)
  })
})
