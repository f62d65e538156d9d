/** Keeps what is derived from answers up to date: boxes, consensus, crops. */
import { Effect, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import * as Amounts from "../../domain/Amounts.ts"
import { hintQueue } from "../../domain/Messages.ts"
import { stages } from "../../domain/Staleness.ts"
import { Catalog } from "../../services/Catalog.ts"
import * as Distributed from "../Distributed.ts"
import { runUntilStopped } from "../flows/Drain.ts"
import { forgetPast } from "../flows/Forget.ts"
import { operate } from "../flows/Operate.ts"
import { postprocess } from "../flows/Pipeline.ts"
import { queuesDeclared } from "../flows/Ready.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"
import * as Webhooks from "../Webhooks.ts"
import * as Working from "../Working.ts"

const flags = {
  stage: Flag.Literals("stage", stages).pipe(
    Flag.withDescription("Stage to run; may be given several times (default: all)"),
    Flag.between(0, stages.length)
  ),
  sweepEvery: Flag.String("sweep-every").pipe(
    Flag.withDescription("How often to look for work that no message told of (default 30 seconds)"),
    Flag.withMetavar("duration"),
    Flag.withDefault("30 seconds"),
    Flag.withSchema(Amounts.Wait)
  ),
  cropsWait: Settings.cropsWait,
  keepHistory: Settings.keepHistory,
  harmonization: Settings.harmonization,
  config: Settings.config,
  workerId: Settings.workerId,
  drainWithin: Settings.drainWithin,
  ...Watched.flags
}

export const command = Command.make(
  "postprocess",
  flags,
  ({ config, cropsWait, drainWithin, harmonization, keepHistory, stage, sweepEvery, workerId }) =>
    Effect.gen(function* () {
      const strategy = yield* Settings.strategy(harmonization)
      const wanted = stage.length === 0 ? stages : stages.filter((name) => stage.includes(name))
      yield* Effect.gen(function* () {
        const catalog = yield* Catalog
        yield* queuesDeclared([...stages.map((name) => hintQueue[name]), ...catalog.map(({ queue }) => queue)])
        yield* Effect.logInfo(`${workerId} runs ${wanted.join(", ")} with ${strategy.name}`)
        yield* runUntilStopped(
          (stop) =>
            postprocess({ strategy, stages: wanted, sweepEvery, cropsWait, stop }).pipe(
              Stream.merge(operate({ stop })),
              Stream.merge(forgetPast({ keep: keepHistory, stop })),
              Stream.merge(Webhooks.telling({ every: "2 seconds", stop }))
            ),
          { within: drainWithin }
        ).pipe(Effect.ensuring(Effect.logInfo(`${workerId} has stopped`)))
      }).pipe(Effect.provide(Working.surroundings(workerId)))
    }).pipe(Effect.provide(Distributed.catalog(config)))
).pipe(
  Command.withDescription(
    "Harmonizes boxes, votes and asks about crops whenever a service has answered. Start as many as wanted, on any " +
      "machines; all must be given the same strategy and catalog. SIGTERM lets one finish what it has in hand."
  ),
  Command.withExamples([
    { command: "npx windmill postprocess", description: "Run all stages" },
    { command: "npx windmill postprocess --stage enrich", description: "Run one stage alone" }
  ]),
  Watched.watched
)
