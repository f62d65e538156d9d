/** Answers the jobs of one service, or of several. */
import { Config, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { hintQueue } from "../../domain/Messages.ts"
import * as Workflow from "../../domain/Workflow.ts"
import * as Distributed from "../Distributed.ts"
import { runUntilStopped } from "../flows/Drain.ts"
import * as Pipeline from "../flows/Pipeline.ts"
import { queuesDeclared } from "../flows/Ready.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"
import * as Working from "../Working.ts"

const flags = {
  services: Settings.services.pipe(
    Flag.withDescription(
      "Services to work for: names separated by commas, all, primary or spatial_only (SERVICE_NAME)"
    ),
    Flag.withFallbackConfig(Config.NonEmptyString("SERVICE_NAME")),
    Flag.optional
  ),
  config: Settings.config,
  workerId: Settings.workerId,
  drainWithin: Settings.drainWithin,
  ...Watched.flags
}

const named = Option.match({
  onNone: () =>
    Effect.fail(
      new Settings.BadSetting({
        detail:
          "Say which services to work for: --service rtdetr, several separated by commas, or all; or SERVICE_NAME."
      })
    ),
  onSome: Effect.succeed<string>
})

export const command = Command.make("worker", flags, ({ config, drainWithin, services: words, workerId }) =>
  Effect.gen(function* () {
    const services = yield* Settings.servicesNamed(yield* named(words))
    yield* Effect.gen(function* () {
      yield* queuesDeclared([
        ...services.map(({ queue }) => queue),
        ...Workflow.follows.answer.map((stage) => hintQueue[stage])
      ])
      yield* Effect.logInfo(`${workerId} works for ${services.map(({ id }) => id).join(", ")}`)
      yield* runUntilStopped((stop) => Pipeline.worker(services, { workerId, stop }), { within: drainWithin }).pipe(
        Effect.ensuring(Effect.logInfo(`${workerId} has stopped`))
      )
    }).pipe(Effect.provide(Working.surroundings(workerId)))
  }).pipe(Effect.provide(Distributed.catalog(config)))
).pipe(
  Command.withDescription(
    "Takes the jobs of services from their queues, asks the services, and records what they say. Start as many as " +
      "wanted, on any machines; SIGTERM lets one finish what it has in hand."
  ),
  Command.withExamples([
    { command: "npx windmill worker --service rtdetr", description: "Work for one service" },
    { command: "npx windmill worker --service yolov8,clip", description: "Work for two in one process" },
    { command: "SERVICE_NAME=all npx windmill worker", description: "Work for all of them" }
  ]),
  Watched.watched
)
