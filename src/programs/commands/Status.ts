/** Shows what is queued, running, done, failed and stale. */
import { Clock, Console, Effect, Layer, Option, Schedule, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Image, waitingFor } from "../../domain/archive/Image.ts"
import { Timeline } from "../../domain/archive/Timeline.ts"
import { ImageId } from "../../domain/Identifiers.ts"
import { PipelineProgress, PipelineState } from "../../domain/PipelineState.ts"
import * as Migrations from "../../layers/postgres/Migrations.ts"
import * as PgArchive from "../../layers/postgres/PgArchive.ts"
import { Archive } from "../../services/Archive.ts"
import * as Distributed from "../Distributed.ts"
import * as Monitor from "../flows/Monitor.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"
import * as ImageStory from "../views/ImageStory.ts"
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

/** The image that was asked about is not there. */
class NoSuchImage extends Schema.TaggedError<NoSuchImage>()("NoSuchImage", { imageId: ImageId }) {
  override get message() {
    return `There is no image ${this.imageId} in the database.`
  }
}

const image = Argument.String("image").pipe(
  Argument.withDescription("The id of an image whose story is told, in place of how the pipeline is doing"),
  Argument.withSchema(Schema.FiniteFromString.pipe(Schema.decodeTo(ImageId))),
  Argument.optional
)

const flags = {
  image,
  json: Settings.json,
  follow: Flag.Boolean("follow").pipe(Flag.withDescription("Show it again every 2 seconds"), Flag.withDefault(false)),
  config: Settings.config,
  ...Watched.flags
}

export const command = Command.make("status", flags, ({ config, follow, image, json }) =>
  Effect.gen(function* () {
    if (Option.isSome(image)) return yield* tell(image.value, json)
    const monitor = yield* Monitor.make()
    const show = Effect.gen(function* () {
      const state = yield* monitor.pipeline
      const progress = yield* monitor.progress
      yield* Console.log(json ? JSON.stringify(encode({ progress, pipeline: state })) : textOf(state, progress, follow))
      return state
    }).pipe(Effect.withSpan("status", { root: true }))
    if (follow) return yield* Effect.repeat(show, Schedule.spaced("2 seconds"))
    const { services, stages } = yield* show
    const unknown = [...services, ...stages].filter(({ queue }) => queue.statistics === undefined)
    if (unknown.length > 0) return yield* new BrokerSilent({ queues: unknown.length })
  }).pipe(
    Effect.scoped,
    Effect.provide(
      Layer.mergeAll(PgArchive.layer, Distributed.services, Watched.vitals).pipe(
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

/** The story of one image. */
const tell = Effect.fnUntraced(function* (imageId: ImageId, json: boolean) {
  const archive = yield* Archive
  const found = yield* archive.image(imageId)
  const timeline = yield* archive.timeline(imageId)
  if (Option.isNone(found) || Option.isNone(timeline)) return yield* new NoSuchImage({ imageId })
  const halted = found.value.owed.length === 0 ? [] : yield* (yield* Monitor.make()).halted
  const image = waitingFor(found.value, halted)
  yield* Console.log(
    json
      ? JSON.stringify(encodeStory({ image, timeline: timeline.value }))
      : ImageStory.lines(image, timeline.value, new Date(yield* Clock.currentTimeMillis)).join("\n")
  )
})

const encodeStory = Schema.encodeSync(Schema.toCodecJson(Schema.Struct({ image: Image, timeline: Timeline })))

/** What a terminal shows: with `follow` in place of what it showed before. */
const textOf = (state: PipelineState, progress: PipelineProgress, follow: boolean): string => {
  const { columns, isTTY } = process.stdout
  const clear = follow && isTTY ? "\u001b[H\u001b[J" : ""
  return clear + StatusText.lines(state, progress, isTTY ? columns : undefined).join("\n")
}

const encode = Schema.encodeSync(
  Schema.toCodecJson(Schema.Struct({ progress: PipelineProgress, pipeline: PipelineState }))
)
