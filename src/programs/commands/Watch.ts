/** Submits pictures as they appear in folders. */
import { Effect, Layer, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as PictureWatch from "../../layers/files/PictureWatch.ts"
import * as PgArchive from "../../layers/postgres/PgArchive.ts"
import * as Distributed from "../Distributed.ts"
import { queuesDeclared } from "../flows/Ready.ts"
import { watch } from "../flows/Watch.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"

const flags = {
  folders: Argument.String("folders").pipe(
    Argument.withDescription("Folders to watch, with all that is below them"),
    Argument.variadic({ min: 1 })
  ),
  services: Settings.services.pipe(
    Flag.withDescription("Services to ask: names separated by commas, all, primary or spatial_only (default: primary)"),
    Flag.withDefault("primary")
  ),
  group: Settings.group.pipe(Flag.withDescription("The group new images belong to")),
  priority: Settings.priority,
  poll: Settings.poll,
  config: Settings.config,
  ...Watched.flags
}

export const command = Command.make("watch", flags, ({ config, folders, group, poll, priority, services }) =>
  Effect.gen(function* () {
    const chosen = yield* Settings.servicesNamed(services)
    yield* queuesDeclared(chosen.map(({ queue }) => queue))
    yield* watch(PictureWatch.watch(folders, { poll }), {
      services: chosen,
      group: Option.getOrUndefined(group),
      lane: priority === "high" ? "express" : "bulk"
    })
  }).pipe(
    Effect.provide(Layer.mergeAll(PgArchive.layer, Distributed.services).pipe(Layer.provideMerge(Distributed.servers))),
    Effect.provide(Distributed.catalog(config))
  )
).pipe(
  Command.withDescription(
    "Submits the pictures in folders, and then each that appears or changes, when it is whole, until Ctrl-C or SIGTERM. " +
      "Started again, it finds what came meanwhile, and asks nothing twice."
  ),
  Command.withExamples([
    { command: "npx windmill watch /nas/incoming --services all", description: "Ask about what is put there" },
    { command: "npx windmill watch /mnt/share --poll 30s", description: "The same on a share of another machine" }
  ]),
  Watched.watched
)
