/**
 * The whole of windmill in one process: an embedded PostgreSQL, a broker in memory, and a simulated farm unless real
 * services are configured.
 */
import { Clock, Console, Context, type Deferred, Duration, Effect, Layer, Option, Path, Schema, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import * as Samples from "#farm/simulated/Samples"
import * as ConsoleLogger from "../../layers/terminal/ConsoleLogger.ts"
import * as ImageFiles from "../../layers/files/ImageFiles.ts"
import * as PictureWatch from "../../layers/files/PictureWatch.ts"
import * as PgArchive from "../../layers/postgres/PgArchive.ts"
import * as SharpRenderer from "../../layers/pictures/SharpRenderer.ts"
import * as SharpScaler from "../../layers/pictures/SharpScaler.ts"
import * as TerminalDisplay from "../../layers/terminal/TerminalDisplay.ts"
import * as VectorText from "../../layers/pictures/VectorText.ts"
import * as SignedUrl from "../../domain/SignedUrl.ts"
import * as Wording from "../../domain/Wording.ts"
import { CurrentPerson } from "../../services/ActionLog.ts"
import { Catalog } from "../../services/Catalog.ts"
import { Progress } from "../../services/Progress.ts"
import * as ApiServer from "../api/ApiServer.ts"
import * as ServeApi from "../api/ServeApi.ts"
import * as Embedded from "../Embedded.ts"
import { runUntilStopped } from "../flows/Drain.ts"
import * as Heartbeat from "../flows/Heartbeat.ts"
import { forgetPast } from "../flows/Forget.ts"
import { operate } from "../flows/Operate.ts"
import { pipeline } from "../flows/Pipeline.ts"
import { note } from "../flows/Noting.ts"
import * as RunToCompletion from "../flows/RunToCompletion.ts"
import * as Watch from "../flows/Watch.ts"
import * as WriteFindings from "../flows/WriteFindings.ts"
import { installed } from "../Installed.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"
import * as ProgressView from "../views/ProgressView.ts"
import { absentServices } from "../views/Run.ts"
import * as SummaryView from "../views/SummaryView.ts"

/** Where the program shows what it does. */
class Display extends Context.Service<Display, TerminalDisplay.TerminalDisplay>()("windmill/programs/start/Display") {}

/** Some of the pictures are not in the results. The summary says which, and why. */
class PicturesLeftOut extends Schema.TaggedError<PicturesLeftOut>()("PicturesLeftOut", {
  unusable: Schema.Int,
  undrawn: Schema.Int
}) {
  override get message() {
    const told = [
      ...(this.unusable > 0 ? [`${this.unusable} of the pictures could not be analyzed.`] : []),
      ...(this.undrawn > 0 ? [`${this.undrawn} of the pictures could not be drawn.`] : [])
    ]
    return told.join(" ")
  }
}

const flags = {
  ...Settings.images,
  watch: Flag.String("watch").pipe(
    Flag.withDescription(
      "Folder of which the pictures are taken, and then each that appears or changes, until Ctrl-C; may be given several times"
    ),
    Flag.withMetavar("folder"),
    Flag.atLeast(0)
  ),
  poll: Settings.poll,
  services: Settings.services.pipe(
    Flag.withDescription(
      "Services to ask about every picture: names separated by commas, all, primary or spatial_only (default: all)"
    ),
    Flag.withDefault("all")
  ),
  limit: Settings.limit.pipe(Flag.withDescription("At most so many pictures"), Flag.optional),
  farm: Flag.Literals("farm", ["simulated", "models", "none"]).pipe(
    Flag.withDescription(
      "Who answers: models of this process (the default for --images), a simulation (for the samples), " +
        "or (none) the services of --config"
    ),
    Flag.optional
  ),
  config: Settings.config,
  cropsWait: Settings.cropsWaitIfGiven("30 seconds where models of this process answer, else 0 seconds"),
  harmonization: Settings.harmonization,
  keepHistory: Settings.keepHistory,
  workerId: Settings.workerId,
  drainWithin: Settings.drainWithin,
  data: Settings.data,
  output: Settings.output.pipe(
    Flag.withDescription("The folder for the overlays and report.html (default: results in the data folder)"),
    Flag.withMetavar("folder")
  ),
  dashboard: Flag.Boolean("dashboard").pipe(
    Flag.withDescription("Serve the dashboard, in a terminal until Ctrl-C; --no-dashboard for scripts"),
    Flag.withDefault(true)
  ),
  port: Flag.Int("port").pipe(
    Flag.withDescription("Port of the dashboard, on this machine only (default: any that is free)"),
    Flag.withMetavar("number"),
    Flag.withDefault(0),
    Flag.withSchema(Settings.Port)
  ),
  ...Watched.flags
}

type Options = Command.Command.Config.Infer<typeof flags>

/** Images that the report shows; the others are in the database. */
const maxReported = 200
/** Images that the terminal shows. */
const maxShown = 24
/** Where the build puts the page of the report, as seen from here. */
const page = installed("dist/report/report.html")

const run = Effect.fnUntraced(function* (options: Options) {
  const path = yield* Path.Path
  const catalog = yield* Catalog
  const services = yield* Settings.servicesNamed(options.services)
  const strategy = yield* Settings.strategy(options.harmonization)
  const output = Option.getOrElse(options.output, () => path.join(options.data, "results"))
  yield* WriteFindings.prepare(output)
  const pictures = yield* picturesOf(options)
  const display = yield* Display
  const dashboard = yield* serveDashboard(options)
  yield* Effect.forEach(Option.toArray(dashboard), (address) => display.log(`dashboard  ${address}`))
  const { workerId } = options
  // A crop of a box that the next detector moves would cost the models of this machine the same again.
  const cropsWait = Option.getOrElse(options.cropsWait, () =>
    farmOf(options) === "models" ? Duration.seconds(30) : Duration.zero
  )
  const submission = RunToCompletion.nothing()
  const startedAt = yield* Clock.currentTimeMillis
  yield* noteRun(`begin a run: ${sourceOf(options)}, ${Wording.count(services.length, "service")}`)

  /** Writes down what was found about the pictures, and tells of it. A run that took pictures as they came reports the latest. */
  const writeDown = Effect.gen(function* () {
    const { ids } = submission
    const counted = yield* Progress
    const finished = yield* WriteFindings.writeFindings(
      options.watch.length > 0 ? ids.slice(-maxReported) : ids.slice(0, maxReported),
      {
        progress: yield* counted.counts({ _tag: "Images", ids }),
        doneBefore: submission.doneBefore,
        unusable: submission.unusable,
        seconds: ((yield* Clock.currentTimeMillis) - startedAt) / 1000,
        simulated: farmOf(options) === "simulated",
        absent: yield* Embedded.AbsentServices,
        database: 'npm run sql -- "SELECT service, status, count(*) FROM results GROUP BY 1, 2"'
      },
      { output, page, strategy, lettering: { path: VectorText.textPath, width: VectorText.textWidth } }
    )
    const { width } = yield* display.size
    for (const line of SummaryView.render(finished, { width, color: display.color, limit: maxShown })) {
      yield* Console.log(line)
    }
    return finished
  })

  const noteEnd = Effect.fnUntraced(function* (verb: "end" | "stop") {
    const { done, images } = yield* Progress.use((progress) => progress.counts({ _tag: "Images", ids: submission.ids }))
    const seconds = ((yield* Clock.currentTimeMillis) - startedAt) / 1000
    yield* noteRun(`${verb} a run: ${done} of ${Wording.count(images, "image")} done after ${Wording.seconds(seconds)}`)
  })

  /** A run that takes pictures as they come has no other end, so what it found is written down then. */
  const endEarly = Effect.gen(function* () {
    yield* display.finish
    yield* sayWhereItStopped(submission)
    yield* noteEnd("stop")
    if (options.watch.length > 0 && submission.ids.length > 0) yield* writeDown
  }).pipe(Effect.catchCause((cause) => Effect.logError("The report cannot be written", cause)))

  /** What goes on besides. */
  const besides = (stop: Deferred.Deferred<void>) =>
    Stream.merge(operate({ stop }), forgetPast({ keep: options.keepHistory, stop }))

  yield* runUntilStopped(
    (stop) =>
      Stream.merge(
        RunToCompletion.runToCompletion(
          {
            pictures,
            services,
            catalog,
            strategy,
            workerId,
            cropsWait,
            show: shower(display),
            showEvery: display.isLive ? "100 millis" : "2 seconds"
          },
          submission,
          stop
        ),
        besides(stop)
      ),
    { within: options.drainWithin }
  ).pipe(Effect.onInterrupt(() => endEarly))
  yield* display.finish
  yield* noteEnd("end")

  const finished = yield* writeDown

  if (display.isLive && Option.isSome(dashboard)) {
    yield* Console.log(`dashboard  ${dashboard.value}  (until Ctrl-C)`)
    yield* runUntilStopped(
      (stop) => Stream.merge(pipeline({ services: catalog, strategy, workerId, cropsWait, stop }), besides(stop)),
      { within: options.drainWithin }
    )
  }
  const { undrawn, unusable } = finished
  if (unusable.length + undrawn.length > 0) {
    return yield* new PicturesLeftOut({ unusable: unusable.length, undrawn: undrawn.length })
  }
})

/** Who answers: what the flag says; else models about pictures of one's own, and a simulation about the samples. */
const farmOf = ({ farm, ...own }: Pick<Options, "farm" | "images" | "more" | "watch">): Embedded.FarmKind =>
  Option.getOrElse(farm, () => (hasOwn(own) ? "models" : "simulated"))

/** Whether the flags name pictures. */
const hasOwn = ({ images, more, watch }: Pick<Options, "images" | "more" | "watch">): boolean =>
  images.length + more.length + watch.length > 0

/** Runs are among what people did. */
const noteRun = (what: string) => Effect.provideService(note(what), CurrentPerson, Settings.person)

/** Which pictures a run is about, in words. */
const sourceOf = (options: Options): string => {
  const named = [...options.images, ...options.more, ...options.watch].map(SignedUrl.shown)
  return named.length === 0 ? "samples" : named.length === 1 ? named[0]! : Wording.count(named.length, "place")
}

/** The pictures the flags name, or the samples. */
const picturesOf = Effect.fnUntraced(function* ({ data, limit, poll, ...own }: Options) {
  const path = yield* Path.Path
  const named = hasOwn(own)
    ? [...own.images, ...own.more]
    : yield* Samples.write(path.join(data, "samples"), { limit: Option.getOrUndefined(limit) })
  const appearing = PictureWatch.watch(own.watch, { poll }).pipe(
    Watch.whole,
    Stream.map(({ reference }) => reference)
  )
  const found =
    own.watch.length === 0
      ? ImageFiles.find(named)
      : named.length === 0
        ? appearing
        : Stream.merge(ImageFiles.find(named), appearing)
  return Option.match(limit, { onNone: () => found, onSome: (most) => Stream.take(found, most) })
})

/** Serves the dashboard while the scope is open, unless it is not wanted; returns where. */
const serveDashboard = Effect.fnUntraced(function* (options: Options) {
  const { dashboard, data, harmonization, port } = options
  if (!dashboard) return Option.none<string>()
  const path = yield* Path.Path
  const strategy = yield* Settings.strategy(harmonization)
  const uploads = path.resolve(data, "uploads")
  const absent = absentServices(yield* Embedded.AbsentServices)
  const serving = yield* Layer.build(
    ServeApi.layer({ host: "127.0.0.1", port, uploads, sharesFiles: true, strategy, absent })
  )
  return Option.some(yield* Effect.provideContext(ApiServer.address, serving))
})

/** Draws the state in place, or writes what is new. */
const shower = (display: TerminalDisplay.TerminalDisplay) => {
  let shown: ProgressView.RunProgress | undefined
  return (state: ProgressView.RunProgress) =>
    Effect.gen(function* () {
      const { color } = display
      const since = shown ?? state
      shown = state
      if (display.isLive) {
        return yield* display.update(ProgressView.render(state, { ...(yield* display.size), color }))
      }
      yield* Effect.forEach(ProgressView.plain(state, { since, color }), display.log, { discard: true })
    })
}

/** The display, above whose frame log lines go. Where nothing is drawn they go where those of other programs do. */
const display = Layer.unwrap(
  Effect.map(TerminalDisplay.make(), (display) =>
    Layer.merge(
      Layer.succeed(Display, display),
      display.isLive ? ConsoleLogger.besideDrawing(display.log) : Layer.empty
    )
  )
)

const sayWhereItStopped = ({ ids }: RunToCompletion.Submission) =>
  Progress.use((progress) => progress.counts({ _tag: "Images", ids })).pipe(
    Effect.flatMap(({ done, images }) =>
      Console.log(`\nStopped with ${done} of ${images} images done. The same command goes on from here.`)
    ),
    Effect.ignore
  )

export const command = Command.make("start", flags, (options) =>
  Effect.scoped(run(options)).pipe(
    Effect.provide(
      Layer.merge(Heartbeat.layer(Settings.identity(options.workerId)), Watched.vitals).pipe(
        Layer.provideMerge(PgArchive.layer),
        Layer.provideMerge(Embedded.layer({ ...options, farm: farmOf(options) })),
        Layer.provideMerge([SharpRenderer.layer, SharpScaler.layer])
      )
    )
  )
).pipe(
  Command.withDescription(
    "Takes pictures through all services to harmonized boxes, a consensus and enrichments, on this machine alone."
  ),
  Watched.watched,
  // Last, so that telemetry, too, logs above its frame.
  Command.provide(display)
)
