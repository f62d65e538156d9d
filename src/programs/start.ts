/**
 * The whole of windmill in one process: an embedded PostgreSQL, a broker in memory, and a simulated farm unless real
 * services are configured. See `--help`.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Clock, Config, Console, Effect, Layer, Logger, Option, Path, References, Result, Schema, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as NodeOs from "node:os"
import * as Strategies from "../domain/harmonization/Strategies.ts"
import * as ServiceCatalog from "../domain/ServiceCatalog.ts"
import * as EmbeddedPostgres from "../layers/EmbeddedPostgres.ts"
import * as FileCatalog from "../layers/FileCatalog.ts"
import * as HttpInference from "../layers/HttpInference.ts"
import * as ImageFiles from "../layers/ImageFiles.ts"
import * as MemoryMessageBroker from "../layers/MemoryMessageBroker.ts"
import * as PgDatabase from "../layers/PgDatabase.ts"
import * as PgResultStore from "../layers/PgResultStore.ts"
import * as PgServiceSwitch from "../layers/PgServiceSwitch.ts"
import * as SharpCropper from "../layers/SharpCropper.ts"
import * as SharpImageSource from "../layers/SharpImageSource.ts"
import * as SharpRenderer from "../layers/SharpRenderer.ts"
import * as SharpSamples from "../layers/SharpSamples.ts"
import * as SimulatedFarm from "../layers/SimulatedFarm.ts"
import * as TerminalDisplay from "../layers/TerminalDisplay.ts"
import * as VectorText from "../layers/VectorText.ts"
import { Catalog } from "../services/Catalog.ts"
import { ResultStore } from "../services/ResultStore.ts"
import { runUntilStopped } from "./flows/Drain.ts"
import * as RunToCompletion from "./flows/RunToCompletion.ts"
import * as WriteFindings from "./flows/WriteFindings.ts"
import { runMain } from "./Main.ts"
import * as ProgressView from "./views/ProgressView.ts"
import type { RunProgress } from "./views/RunProgress.ts"
import * as SummaryView from "./views/SummaryView.ts"

/** A flag has a value that means nothing here. */
class BadFlag extends Schema.TaggedError<BadFlag>()("BadFlag", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

const flags = {
  images: Flag.String("images").pipe(
    Flag.withDescription(
      "Pictures of your own: a folder, a glob, a file or a URL; more may follow (default: the samples)"
    ),
    Flag.withMetavar("DIR|GLOB|FILE|URL"),
    Flag.optional
  ),
  more: Argument.String("images").pipe(Argument.withDescription("More pictures"), Argument.variadic()),
  services: Flag.String("services").pipe(
    Flag.withDescription("The services to ask about every picture, separated by commas (default: all)"),
    Flag.withMetavar("blip,clip,…"),
    Flag.withDefault("all")
  ),
  limit: Flag.Int("limit").pipe(
    Flag.withDescription("At most so many pictures"),
    Flag.withSchema(Schema.Int.check(Schema.isGreaterThan(0))),
    Flag.optional
  ),
  farm: Flag.Literals("farm", ["simulated", "none"]).pipe(
    Flag.withDescription("Where the services are: a farm that is simulated, or (none) where --config says"),
    Flag.withDefault("simulated")
  ),
  config: Flag.String("config").pipe(
    Flag.withDescription("The service catalog for --farm none (default ./service_config.json, or SERVICE_CONFIG)"),
    Flag.withFallbackConfig(Config.NonEmptyString("SERVICE_CONFIG")),
    Flag.withDefault("service_config.json")
  ),
  data: Flag.String("data").pipe(
    Flag.withDescription("The folder of the database and the samples (default .windmill)"),
    Flag.withDefault(".windmill")
  ),
  output: Flag.String("output").pipe(
    Flag.withDescription("The folder for the overlays and report.html (default: results in the data folder)"),
    Flag.optional
  )
}

type Options = Command.Command.Config.Infer<typeof flags>

/** Images that the report shows; the others are in the database. */
const maxReported = 200
/** Images that the terminal shows. */
const maxShown = 24

const run = Effect.fnUntraced(function* (options: Options) {
  const path = yield* Path.Path
  const output = Option.getOrElse(options.output, () => path.join(options.data, "results"))
  yield* WriteFindings.prepare(output)
  const display = yield* TerminalDisplay.make()
  const startedAt = yield* Clock.currentTimeMillis
  const catalog = yield* Catalog
  const services = yield* selected(catalog, options.services)
  const pictures = yield* picturesOf(options)
  const submission = RunToCompletion.nothing()

  yield* runUntilStopped(
    (stop) =>
      RunToCompletion.runToCompletion(
        {
          pictures,
          services,
          catalog,
          strategy: Strategies.defaultStrategy,
          workerId: `${NodeOs.hostname()}-${process.pid}`,
          show: shower(display),
          showEvery: display.isLive ? "100 millis" : "2 seconds"
        },
        submission,
        stop
      ),
    { within: "20 seconds" }
  ).pipe(
    Effect.provide(logTo(display)),
    Effect.onInterrupt(() => sayWhereItStopped(submission))
  )
  yield* display.finish

  const store = yield* ResultStore
  const finished = yield* WriteFindings.writeFindings(
    submission.ids.slice(0, maxReported),
    {
      progress: yield* store.progress({ _tag: "Images", ids: submission.ids }),
      doneBefore: submission.answeredBefore,
      unusable: submission.unusable,
      seconds: ((yield* Clock.currentTimeMillis) - startedAt) / 1000,
      simulated: options.farm === "simulated",
      database: yield* databaseCommand
    },
    { output, lettering: { path: VectorText.textPath, width: VectorText.textWidth } }
  )
  const { width } = yield* display.size
  for (const line of SummaryView.render(finished, { width, color: display.color, limit: maxShown })) {
    yield* Console.log(line)
  }
  if (submission.unusable.length > 0) {
    return yield* new BadFlag({ detail: `${submission.unusable.length} of the pictures could not be analyzed.` })
  }
})

const selected = (catalog: ServiceCatalog.ServiceCatalog, words: string) =>
  Effect.fromResult(
    Result.mapError(
      ServiceCatalog.select(catalog, words),
      (unknown) =>
        new BadFlag({
          detail: `--services: ${unknown.length === 0 ? "names no service" : `there is no ${unknown.join(", ")}`}. Known are all, ${catalog.map(({ id }) => id).join(", ")}.`
        })
    )
  )

/** The pictures the flags name, or the samples. */
const picturesOf = Effect.fnUntraced(function* ({ data, images, limit, more }: Options) {
  const path = yield* Path.Path
  const patterns = [...Option.toArray(images), ...more]
  const named =
    patterns.length > 0
      ? patterns
      : yield* SharpSamples.writeSamples(path.join(data, "samples"), { limit: Option.getOrUndefined(limit) })
  const found = ImageFiles.find(named)
  return Option.match(limit, { onNone: () => found, onSome: (most) => Stream.take(found, most) })
})

/** Draws the state in place, or writes what is new. */
const shower = (display: TerminalDisplay.TerminalDisplay) => {
  let shown: RunProgress | undefined
  return (state: RunProgress) =>
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

/** Log lines go above the frame that is drawn in place. */
const logTo = (display: TerminalDisplay.TerminalDisplay) =>
  Layer.merge(
    Logger.layer([
      Logger.make(({ logLevel, message }) =>
        Effect.runSync(display.log(`${logLevel}: ${[message].flat().map(String).join(" ")}`))
      )
    ]),
    Layer.succeed(References.MinimumLogLevel, "Warn")
  )

const sayWhereItStopped = ({ ids }: RunToCompletion.Submission) =>
  ResultStore.use((store) => store.progress({ _tag: "Images", ids })).pipe(
    Effect.flatMap(({ done, images }) =>
      Console.log(`\nStopped with ${done} of ${images} images done. The same command goes on from here.`)
    ),
    Effect.ignore
  )

const databaseCommand = Effect.map(
  PgDatabase.Address,
  ({ database, host, username }) => `psql -h ${host} -U ${username} ${database}`
)

const catalogLayer = ({ config, farm }: Options) =>
  farm === "none"
    ? FileCatalog.layer(config)
    : Layer.effect(
        Catalog,
        Effect.map(SimulatedFarm.make({ catalog: SimulatedFarm.anyPorts }), ({ catalog }) => catalog)
      )

const layers = (options: Options) =>
  Layer.mergeAll(
    PgResultStore.layer,
    PgServiceSwitch.layer,
    MemoryMessageBroker.layer,
    SharpCropper.layer,
    SharpRenderer.layer,
    catalogLayer(options),
    Layer.mergeAll(HttpInference.layer, SharpImageSource.layer()).pipe(Layer.provide(NodeHttpClient.layerUndici))
  ).pipe(
    Layer.provideMerge(PgDatabase.layer),
    Layer.provideMerge(EmbeddedPostgres.layer({ directory: `${options.data}/postgres` }))
  )

const start = Command.make("start", flags, (options) =>
  Effect.scoped(run(options)).pipe(Effect.provide(layers(options)))
).pipe(
  Command.withDescription(
    "Takes pictures through all services to harmonized boxes, a consensus and enrichments, on this machine alone."
  )
)

runMain(start)
