/** Runs services on their own, for pipelines that run elsewhere: simulated ones, or those with models. */
import { Console, Duration, Effect, FileSystem, Option, Result, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import * as Models from "#farm/models/Catalog"
import * as ModelFarm from "#farm/models/Farm"
import * as Contract from "#farm/simulated/Contract"
import * as Farm from "#farm/simulated/Farm"
import * as Samples from "#farm/simulated/Samples"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import * as FileCatalog from "../../layers/files/FileCatalog.ts"
import { Readiness } from "../../services/Readiness.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"

/** The flags contradict each other or name what does not exist. */
class BadFlags extends Schema.TaggedError<BadFlags>()("BadFlags", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

const fraction = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const factor = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))
const firstPort = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65535 - Contract.services.length }))
const statuses = Schema.Array(Schema.FiniteFromString.check(Schema.isBetween({ minimum: 400, maximum: 599 })))

const flags = {
  models: Flag.Boolean("models").pipe(
    Flag.withDescription("Answer with models about any picture, instead of a simulation about the samples"),
    Flag.withDefault(false)
  ),
  threads: Flag.Int("threads").pipe(
    Flag.withDescription("Threads that run models (default: one for each core to spare)"),
    Flag.withMetavar("number"),
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 64 }))),
    Flag.optional
  ),
  data: Settings.data,
  portBase: Flag.Int("port-base").pipe(
    Flag.withDescription("Give the services, in name order, the ports from this one on; 0 for any that are free"),
    Flag.withMetavar("number"),
    Flag.withSchema(firstPort),
    Flag.optional
  ),
  config: Flag.String("config").pipe(
    Flag.withDescription("Listen where this service_config.json says (default: the services' own ports, 7770 to 7786)"),
    Flag.withMetavar("file"),
    Flag.optional
  ),
  writeConfig: Flag.String("write-config").pipe(
    Flag.withDescription("Write a service_config.json that points to the farm"),
    Flag.withMetavar("file"),
    Flag.optional
  ),
  samples: Flag.String("samples").pipe(
    Flag.withDescription("Write the sample pictures into this folder"),
    Flag.withMetavar("folder"),
    Flag.optional
  ),
  latency: Flag.Finite("latency").pipe(
    Flag.withDescription("Factor on the time answers take; 0 answers at once (default 1)"),
    Flag.withSchema(factor),
    Flag.withDefault(1)
  ),
  errorRate: Flag.Finite("error-rate").pipe(
    Flag.withDescription("Share of requests that fail, from 0 to 1 (default 0)"),
    Flag.withSchema(fraction),
    Flag.withDefault(0)
  ),
  errorStatus: Flag.String("error-status").pipe(
    Flag.withDescription("HTTP statuses they fail with (default 500,503,429)"),
    Flag.withMetavar("numbers"),
    Flag.map((list) => list.split(",")),
    Flag.withSchema(statuses),
    Flag.withDefault([500, 503, 429])
  ),
  hang: serviceList("hang", "Services that never answer"),
  garbage: serviceList("garbage", "Services whose answers make no sense"),
  drip: serviceList("drip", "Services whose answers take a minute to trickle in"),
  down: serviceList("down", "Services that refuse connections"),
  seed: Flag.Int("seed").pipe(
    Flag.withDescription("Chooses which requests meet which failures (default 0)"),
    Flag.withMetavar("number"),
    Flag.withDefault(0)
  ),
  ...Watched.flags
}

function serviceList(name: string, description: string) {
  return Flag.String(name).pipe(
    Flag.withDescription(`${description}, separated by commas`),
    Flag.withMetavar("services"),
    Flag.withDefault("")
  )
}

export const command = Command.make(
  "farm",
  flags,
  Effect.fnUntraced(function* (options) {
    if (options.models) return yield* serveModels(options)
    const catalog = yield* catalogOf(options, simulatedFarm)
    const named = (words: string) => servicesNamed(catalog, words)
    const troubles = {
      hang: yield* named(options.hang),
      garbage: yield* named(options.garbage),
      drip: yield* named(options.drip),
      down: yield* named(options.down)
    }
    const started = yield* Farm.make({
      catalog,
      seed: options.seed,
      behavior: { latency: options.latency, error: options.errorRate, errorStatuses: options.errorStatus },
      services: Object.fromEntries(
        catalog.map(({ id }) => [
          id,
          {
            hang: troubles.hang.has(id) ? 1 : 0,
            garbage: troubles.garbage.has(id) ? 1 : 0,
            drip: troubles.drip.has(id) ? Duration.minutes(1) : Duration.zero,
            down: troubles.down.has(id)
          }
        ])
      )
    })
    for (const service of started.catalog) {
      const troubled = Object.entries(troubles).flatMap(([name, ids]) => (ids.has(service.id) ? [name] : []))
      yield* Console.log(
        `${service.id.padEnd(14)}${ServiceCatalog.analyzeUrl(service)}  ${troubled.join(", ")}`.trimEnd()
      )
    }
    if (Option.isSome(options.writeConfig)) yield* writeConfig(options.writeConfig.value, started.catalog)
    if (Option.isSome(options.samples)) {
      const paths = yield* Samples.write(options.samples.value)
      yield* Console.log(`${paths.length} sample pictures in ${options.samples.value}`)
    }
    yield* Readiness.pipe(Effect.flatMap(({ require }) => require("services", Effect.succeed(true))))
    yield* Console.log("Simulated answers: they come from the scene inside the sample pictures. Ctrl-C stops the farm.")
    return yield* Effect.never
  }, Effect.scoped)
).pipe(
  Command.withDescription(
    "Runs ML services on this machine: thirteen simulated ones, or with --models real ones, over the same contract."
  ),
  Watched.watched
)

/** Opens the services with models, and says which cannot answer here. */
const serveModels = Effect.fnUntraced(function* (options: Options) {
  if (
    options.latency !== 1 ||
    options.errorRate > 0 ||
    [options.hang, options.garbage, options.drip, options.down].some(Boolean)
  ) {
    return yield* new BadFlags({ detail: "--models answers as it can: leave out what makes simulated services fail." })
  }
  const threads = Option.getOrUndefined(options.threads)
  const farm = yield* ModelFarm.make({
    catalog: yield* catalogOf(options, modelFarm),
    data: options.data,
    ...(threads !== undefined && { threads })
  })
  for (const service of farm.catalog) {
    yield* Console.log(`${service.id.padEnd(14)}${ServiceCatalog.analyzeUrl(service)}`)
  }
  for (const { reason, service } of farm.absent) yield* Console.error(`${service.padEnd(14)}${reason}`)
  if (Option.isSome(options.writeConfig)) yield* writeConfig(options.writeConfig.value, farm.catalog)
  yield* Readiness.pipe(Effect.flatMap(({ require }) => require("services", Effect.succeed(true))))
  yield* Console.log("Every reply names its model, license and source. Ctrl-C stops the farm.")
  return yield* Effect.never
})

type Options = Command.Command.Config.Infer<typeof flags>

/** The services a farm knows, and what it says of those it does not. */
interface Repertoire {
  readonly services: ServiceCatalog.ServiceCatalog
  readonly foreign: string
}

const simulatedFarm: Repertoire = { services: ServiceCatalog.standard, foreign: "Not simulated" }
const modelFarm: Repertoire = { services: Models.standard, foreign: "No model" }

/** The services to open and where. */
const catalogOf = Effect.fnUntraced(function* (
  { config, portBase }: Pick<Options, "config" | "portBase">,
  { foreign, services }: Repertoire
) {
  if (Option.isSome(config) && Option.isSome(portBase)) {
    return yield* new BadFlags({ detail: "--port-base and --config both say where to listen: give one of them." })
  }
  if (Option.isSome(config)) {
    const catalog = yield* FileCatalog.read(config.value)
    const others = catalog.filter(({ id }) => ServiceCatalog.find(services, id) === undefined)
    if (others.length > 0) yield* Console.error(`${foreign}, left alone: ${others.map(({ id }) => id).join(", ")}`)
    return catalog.filter((service) => !others.includes(service))
  }
  return Option.match(portBase, {
    onNone: () => services,
    onSome: (base) => services.map((service, index) => ({ ...service, port: base && base + index }))
  })
})

const servicesNamed = (catalog: ServiceCatalog.ServiceCatalog, words: string) =>
  words === ""
    ? Effect.succeed(new Set<string>())
    : Result.match(ServiceCatalog.select(catalog, words), {
        onSuccess: (services) => Effect.succeed(new Set<string>(services.map(({ id }) => id))),
        onFailure: (unknown) =>
          Effect.fail(
            new BadFlags({
              detail: `No such service: ${unknown.join(", ") || words}. There are ${catalog.map(({ id }) => id).join(", ")}.`
            })
          )
      })

const writeConfig = Effect.fnUntraced(function* (path: string, catalog: ServiceCatalog.ServiceCatalog) {
  const services = Object.fromEntries(
    catalog.map(({ host, id, kind, port, vocabulary }) => [
      id,
      ServiceCatalog.find(ServiceCatalog.standard, id) === undefined
        ? { host, port, kind, ...(vocabulary !== undefined && { vocabulary }) }
        : { host, port }
    ])
  )
  yield* FileSystem.FileSystem.use((fs) => fs.writeFileString(path, `${JSON.stringify({ services }, null, 2)}\n`)).pipe(
    Effect.mapError(
      (error) => new BadFlags({ detail: `Cannot write ${path}: ${error.reason._tag}. Name another file.` })
    )
  )
  yield* Console.log(`Catalog written to ${path}`)
})
