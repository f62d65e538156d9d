/** Asking before something is done to many things at once. */
import { Effect } from "effect"
import { Flag, Prompt } from "effect/cli"
import * as Settings from "./Settings.ts"

export const yes = Flag.Boolean("yes").pipe(
  Flag.withAlias("y"),
  Flag.withDescription("Do it without asking"),
  Flag.withDefault(false)
)

/** Whether a person says yes to what is asked: `Drop 3 dead letters of ocr`. Without a terminal there is none to ask. */
export const isConfirmed = (deed: string) =>
  process.stdin.isTTY
    ? Prompt.Confirm({ message: `${deed}?`, initial: false })
    : Effect.fail(new Settings.BadSetting({ detail: `To ${deed[0]!.toLowerCase()}${deed.slice(1)}, give --yes.` }))
