/** Shows what is queued, running, done, failed and stale. */
import { Console, Effect, Layer, Schedule, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { PipelineProgress, PipelineState } from "../../domain/PipelineState.ts"
import * as Migrations from "../../layers/postgres/Migrations.ts"
import * as Distributed from "../Distributed.ts"
import * as Monitor from "../flows/Monitor.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"
import * as StatusText from "../views/StatusText.ts"

/** What is shown is from the database alone. */
class BrokerSilent extends Schema.TaggedError<BrokerSilent>()("BrokerSilent", { queues: Schema.Int }) {
  override get message() {
    return (
      `RabbitMQ says nothing about ${this.queues} queues, whose numbers are "?". ` +
      "Start the broker, or correct QUEUE_HOST and QUEUE_PORT, or AMQP_URL."
    )
  }
}

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
      yield* Console.log(json ? JSON.stringify(encode({ progress, pipeline: state })) : textOf(state, progress, watch))
      return state
    }).pipe(Effect.withSpan("status", { root: true }))
    if (watch) return yield* Effect.repeat(show, Schedule.spaced("2 seconds"))
    const { services, stages } = yield* show
    const unknown = [...services, ...stages].filter(({ queue }) => queue.statistics === undefined)
    if (unknown.length > 0) return yield* new BrokerSilent({ queues: unknown.length })
  }).pipe(
    Effect.scoped,
    Effect.provide(
      Layer.merge(Distributed.services, Watched.vitals).pipe(
        Layer.provideMerge(Distributed.servers),
        Layer.provide(Layer.succeed(Migrations.MaxWait, "5 seconds")),
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

/** What a terminal shows: with `watch` in place of what it showed before. */
const textOf = (state: PipelineState, progress: PipelineProgress, watch: boolean): string => {
  const { columns, isTTY } = process.stdout
  const clear = watch && isTTY ? "\u001b[H\u001b[J" : ""
  return clear + StatusText.lines(state, progress, isTTY ? columns : undefined).join("\n")
}

const encode = Schema.encodeSync(
  Schema.toCodecJson(Schema.Struct({ progress: PipelineProgress, pipeline: PipelineState }))
)
