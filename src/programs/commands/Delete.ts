/** Deletes images with all that hangs on them. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import * as Operating from "../Operating.ts"
import * as Watched from "../Watched.ts"

const flags = {
  before: Operating.before.pipe(
    Flag.withDescription("Only images that became known before then: 2026-11-26, or with a time of day")
  ),
  ...Operating.which,
  ...Operating.how
}

export const command = Command.make("delete", flags, (options) =>
  Operating.run({ kind: "delete" }, options).pipe(Effect.provide(Operating.surroundings(options)))
).pipe(
  Command.withDescription(
    "Deletes images with their answers, boxes and consensus, some at a time. Pictures are left where they are; those that " +
      "were uploaded are deleted by the API within half a day."
  ),
  Command.withExamples([
    { command: "windmill delete --group mistake", description: "Delete a group" },
    { command: "windmill delete --before 2026-01-01 --dry-run", description: "Say how many are older" }
  ]),
  Watched.watched
)
