/** Switches services and stages off. */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { Pause, type StepName } from "../../domain/StepName.ts"
import * as Actions from "../flows/Actions.ts"
import * as Settings from "../Settings.ts"
import * as Switching from "../Switching.ts"
import * as Watched from "../Watched.ts"

const flags = {
  steps: Switching.steps,
  reason: Flag.String("reason").pipe(
    Flag.withDescription("Why; people read it who find it off"),
    Flag.withMetavar("text"),
    Flag.withSchema(Pause.fields.reason),
    Flag.withDefault("")
  ),
  config: Settings.config,
  ...Watched.flags
}

export const command = Command.make("pause", flags, ({ reason, steps, ...options }) =>
  Effect.forEach(
    steps,
    (step: StepName) =>
      Effect.andThen(Actions.pause({ step, by: Settings.person, reason }), Console.log(`${step} is paused`)),
    { discard: true }
  ).pipe(Effect.provide(Switching.surroundings(options)))
).pipe(
  Command.withDescription(
    "Switches services and stages off, for all programs, until they are resumed. What is in hand is finished, nothing is lost."
  ),
  Command.withExamples([
    { command: 'windmill pause ocr clip --reason "the GPU is needed"', description: "Two services" }
  ]),
  Watched.watched
)
