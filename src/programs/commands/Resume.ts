/** Switches services and stages on. */
import { Console, Effect } from "effect"
import { Command } from "effect/cli"
import type { StepName } from "../../domain/StepName.ts"
import * as Actions from "../flows/Actions.ts"
import * as Settings from "../Settings.ts"
import * as Switching from "../Switching.ts"
import * as Watched from "../Watched.ts"

const flags = { steps: Switching.steps, config: Settings.config, ...Watched.flags }

export const command = Command.make("resume", flags, ({ steps, ...options }) =>
  Effect.forEach(
    steps,
    (step: StepName) =>
      Effect.flatMap(Actions.resume(step), (wasPaused) =>
        Console.log(wasPaused ? `${step} goes on` : `${step} was not paused`)
      ),
    { discard: true }
  ).pipe(Effect.provide(Switching.surroundings(options)))
).pipe(Command.withDescription("Lets services and stages go on that are paused."), Watched.watched)
