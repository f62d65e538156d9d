/** Derives again what stages have derived. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { stages } from "../../domain/Staleness.ts"
import * as Operating from "../Operating.ts"
import * as Watched from "../Watched.ts"

const flags = {
  stage: Flag.Literals("stage", stages).pipe(
    Flag.withDescription("Stage to derive again; may be given several times (default: all)"),
    Flag.between(0, stages.length)
  ),
  ...Operating.which,
  ...Operating.how
}

export const command = Command.make("recompute", flags, ({ stage, ...options }) =>
  Operating.run({ kind: "recompute", ...(stage.length === 0 ? {} : { stages: [...new Set(stage)] }) }, options).pipe(
    Effect.provide(Operating.surroundings(options))
  )
).pipe(
  Command.withDescription(
    "Derives boxes, consensus and crops again, whatever they were derived from. What is stored stays until the new takes its " +
      "place. Needs a postprocessor. A new algorithm, catalog or vocabulary needs no such command: what others derived is stale."
  ),
  Command.withExamples([
    { command: "windmill recompute --stage consensus --group zoo", description: "Vote again about a group" }
  ]),
  Watched.watched
)
