/** Shows what is queued, running, done, failed and stale. */
import { Console, Effect, Layer, Schedule, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { PipelineProgress, PipelineState } from "../../domain/PipelineState.ts"
import * as PgArchive from "../../layers/postgres/PgArchive.ts"
import * as Distributed from "../Distributed.ts"
import * as Monitor from "../flows/Monitor.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"
import * as StatusText from "../views/StatusText.ts"

const flags = {
  json: Settings.json,
  watch: Flag.Boolean("watch").pipe(Flag.withDescription("Show it again every 2 seconds"), Flag.withDefault(false)),
  config: Settings.config,
  ...Watched.flags
}

export const command = Command.make("status", flags, ({ config, json, watch }) =>
  Effect.gen(function* () {
    const monitor = yield* Monitor.make
    const show = Effect.gen(function* () {
      const state = yield* monitor.pipeline
      const progress = yield* monitor.progress
      if (json) return yield* Console.log(JSON.stringify(encode({ progress, pipeline: state })))
      const clear = watch && process.stdout.isTTY ? "\u001b[H\u001b[J" : ""
      yield* Console.log(clear + StatusText.lines(state, progress).join("\n"))
    }).pipe(Effect.withSpan("status", { root: true }))
    yield* watch ? Effect.repeat(show, Schedule.spaced("2 seconds")) : show
  }).pipe(
    Effect.scoped,
    Effect.provide(
      Layer.mergeAll(PgArchive.layer, Distributed.services, Watched.vitals).pipe(
        Layer.provideMerge(Distributed.servers),
        Layer.provideMerge(Distributed.catalog(config))
      )
    )
  )
).pipe(
  Command.withDescription(
    "Shows how the pipeline is doing. Queued: in the queue; running: in the hands of a worker; owed: requested and not " +
      "answered; stale: more is known than the stage has used; dead: set aside, see dead-letters."
  ),
  Watched.watched
)

const encode = Schema.encodeSync(
  Schema.toCodecJson(Schema.Struct({ progress: PipelineProgress, pipeline: PipelineState }))
)
