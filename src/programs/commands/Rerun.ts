/** Asks services again, after a model has changed. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import * as Operating from "../Operating.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"

const flags = {
  services: Settings.services.pipe(
    Flag.withDescription("Services to ask again: names separated by commas, all, primary or spatial_only")
  ),
  before: Operating.before.pipe(
    Flag.withDescription("Only what was answered before then: 2026-11-26, or with a time of day")
  ),
  ...Operating.which,
  ...Operating.how
}

export const command = Command.make("rerun", flags, (options) =>
  Effect.gen(function* () {
    const services = (yield* Settings.servicesNamed(options.services)).map(({ id }) => id)
    yield* Operating.run({ kind: "rerun", services }, options)
  }).pipe(Effect.provide(Operating.surroundings(options)))
).pipe(
  Command.withDescription(
    "Asks services again about images, and crops, that they have answered about. An answer stays, and counts, until " +
      "the new one takes its place. Workers answer; a postprocessor, or this command, gives them the next images as they come."
  ),
  Command.withExamples([
    { command: "windmill rerun --services yolov8 --group zoo", description: "Ask yolov8 again about a group" },
    {
      command: "windmill rerun --services clip --before 2026-11-26",
      description: "After clip's model changed that day"
    }
  ]),
  Watched.watched
)
