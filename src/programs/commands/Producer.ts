/** Submits images and asks services about them. */
import { Console, Effect, Layer, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import * as PgArchive from "../../layers/postgres/PgArchive.ts"
import * as S3ObjectStorage from "../../layers/s3/S3ObjectStorage.ts"
import { Archive } from "../../services/Archive.ts"
import { Catalog } from "../../services/Catalog.ts"
import * as Distributed from "../Distributed.ts"
import * as Actions from "../flows/Actions.ts"
import * as Produce from "../flows/Produce.ts"
import { queuesDeclared } from "../flows/Ready.ts"
import * as ImageSelection from "../ImageSelection.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"
import * as ProductionText from "../views/ProductionText.ts"

/** Not everything that was wanted was submitted. */
class Incomplete extends Schema.TaggedError<Incomplete>()("Incomplete", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

const flags = {
  services: Settings.services.pipe(
    Flag.withDescription(
      "Services to ask: names separated by commas, all, primary or spatial_only (default: primary; " +
        "with --missing and --retry-failed, those that were asked)"
    ),
    Flag.optional
  ),
  limit: Settings.limit.pipe(
    Flag.withDescription("At most so many images; of those in the database the newest"),
    Flag.optional
  ),
  group: Settings.group.pipe(Flag.withDescription("The group new images belong to, or whose images are meant")),
  ...Settings.images,
  idsFile: Settings.imageIdsFile.pipe(
    Flag.withDescription("Ask about the images in the database whose ids are in this file, one on each line")
  ),
  missing: Flag.Boolean("missing").pipe(
    Flag.withDescription("Ask again what was not answered though the service's queue is empty"),
    Flag.withDefault(false)
  ),
  retryFailed: Flag.Boolean("retry-failed").pipe(
    Flag.withDescription("Ask again what services failed to answer"),
    Flag.withDefault(false)
  ),
  priority: Settings.priority,
  dryRun: Settings.dryRun,
  listServices: Flag.Boolean("list-services").pipe(
    Flag.withDescription("List the services of the catalog"),
    Flag.withDefault(false)
  ),
  config: Settings.config,
  ...Watched.flags
}

type Options = Command.Command.Config.Infer<typeof flags>

export const command = Command.make("producer", flags, (options) =>
  (options.listServices ? listServices : withServers(options)).pipe(
    Effect.provide(Distributed.catalog(options.config)),
    // Stopped before its end, it has not done what it was asked for.
    Effect.onInterrupt(() => Effect.sync(() => (process.exitCode = 1)))
  )
).pipe(
  Command.withDescription(
    "Asks services about images, in constant memory. Without --images it takes images that are in the database. May be " +
      "stopped and started again: what was submitted is not submitted twice."
  ),
  Command.withExamples([
    { command: "npx windmill producer --services all --images pictures", description: "Submit a folder" },
    {
      command: "npx windmill producer --services all --images s3://photos/2024/",
      description: "Submit what is below a prefix"
    },
    { command: "npx windmill producer --services all --limit 100000", description: "Ask about known images" },
    { command: "npx windmill producer --retry-failed --services ocr", description: "Give ocr another try" }
  ]),
  Watched.watched
)

const listServices = Effect.gen(function* () {
  const catalog = yield* Catalog
  for (const service of catalog) {
    const { api, category, id, kind, queue } = service
    const columns = [id.padEnd(14), category.padEnd(13), kind.padEnd(15), queue.padEnd(20)]
    // The contract of the thirteen goes without saying.
    const protocol = api.name === "windmill" ? [] : [api.name]
    yield* Console.log([...columns, ServiceCatalog.shownUrl(service), ...protocol].join(" "))
  }
})

/** Does what the flags say, of which only one can be chosen. */
const withServers = Effect.fnUntraced(function* (options: Options) {
  const patterns = [...options.images, ...options.more]
  const chosen = [
    ...(patterns.length > 0 ? ["--images"] : []),
    ...(Option.isSome(options.idsFile) ? ["--image-ids-file"] : []),
    ...(options.missing ? ["--missing"] : []),
    ...(options.retryFailed ? ["--retry-failed"] : [])
  ]
  if (chosen.length > 1) {
    return yield* new Settings.BadSetting({ detail: `${chosen.join(" and ")} exclude each other: give one of them.` })
  }
  const again = options.missing || options.retryFailed
  if (again && Option.isSome(options.limit)) {
    return yield* new Settings.BadSetting({ detail: `--limit does not go with ${chosen.join()}.` })
  }
  if (Option.isSome(options.idsFile) && Option.isSome(options.group)) {
    return yield* new Settings.BadSetting({
      detail: "--group does not go with --image-ids-file, which names the images."
    })
  }
  const named = Option.isSome(options.services)
    ? Option.some(yield* Settings.servicesNamed(options.services.value))
    : Option.none()
  yield* Effect.gen(function* () {
    if (options.missing) return yield* askMissing(named, options)
    if (options.retryFailed) return yield* retryFailed(named, options)
    return yield* submit(named, ImageSelection.select({ ...options, patterns }), options)
  }).pipe(
    Effect.provide(Layer.mergeAll(PgArchive.layer, S3ObjectStorage.layer).pipe(Layer.provideMerge(Distributed.servers)))
  )
})

type Services = Option.Option<ServiceCatalog.ServiceCatalog>

const submit = Effect.fnUntraced(function* (
  named: Services,
  selection: ImageSelection.Selection,
  { dryRun, priority }: Options
) {
  const catalog = yield* Catalog
  const services = Option.getOrElse(named, () => catalog.filter(({ category }) => category === "primary"))
  const total = yield* ImageSelection.count(selection)
  if (total === 0) {
    return yield* new Incomplete({ detail: "There are no such images in the database. Submit some with --images." })
  }
  if (dryRun) return yield* Console.log(ProductionText.plan(total, services.length))
  yield* queuesDeclared(services.map(({ queue }) => queue))
  const lane = priority === "high" ? "express" : "bulk"
  const { unknown } = yield* Produce.produceAll(selection, services, total, lane)
  if (unknown > 0) {
    return yield* new Incomplete({ detail: ProductionText.unknown(unknown) })
  }
})

const askMissing = Effect.fnUntraced(function* (services: Services, options: Options) {
  const count = yield* Actions.runMissing(yield* scopeOf(services, options))
  yield* Console.log(ProductionText.askedAgain(count, options))
})

const retryFailed = Effect.fnUntraced(function* (services: Services, options: Options) {
  const count = yield* Actions.retryFailed(yield* scopeOf(services, options))
  yield* Console.log(ProductionText.askedAgain(count, options))
})

/** What is meant, which a group without images cannot be. */
const scopeOf = Effect.fnUntraced(function* (services: Services, { dryRun, group }: Options) {
  if (Option.isSome(group)) {
    const found = yield* Archive.use((archive) => archive.search({ group: group.value }, { limit: 1 }))
    if (found.length === 0) {
      return yield* new Incomplete({ detail: `There are no images of the group "${group.value}" in the database.` })
    }
  }
  return {
    dryRun,
    ...(Option.isSome(services) ? { services: services.value.map(({ id }) => id) } : {}),
    ...(Option.isSome(group) ? { group: group.value } : {})
  }
})
