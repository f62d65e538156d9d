/**
 * The surroundings that programs on any number of machines share: RabbitMQ, PostgreSQL and the services of the catalog.
 *
 * Where they are is in the environment; see `.env.example` for its variables.
 */
import { PgClient } from "@effect/sql-pg"
import { Config, Context, Effect, FileSystem, Layer, Option, Result, Schema } from "effect"
import * as Amounts from "../domain/Amounts.ts"
import * as ServiceCatalog from "../domain/ServiceCatalog.ts"
import * as FileCatalog from "../layers/files/FileCatalog.ts"
import * as GuardedWebPictures from "../layers/http/GuardedWebPictures.ts"
import * as HttpInference from "../layers/http/HttpInference.ts"
import * as Networks from "../layers/http/Networks.ts"
import * as PgDatabase from "../layers/postgres/PgDatabase.ts"
import * as PgActionLog from "../layers/postgres/PgActionLog.ts"
import * as PgHistory from "../layers/postgres/PgHistory.ts"
import * as PgOperations from "../layers/postgres/PgOperations.ts"
import * as PgProgress from "../layers/postgres/PgProgress.ts"
import * as PgResultStore from "../layers/postgres/PgResultStore.ts"
import * as PgServiceSwitch from "../layers/postgres/PgServiceSwitch.ts"
import * as PgTunings from "../layers/postgres/PgTunings.ts"
import * as PgWorkerRegistry from "../layers/postgres/PgWorkerRegistry.ts"
import { DatabaseUnusable } from "../layers/postgres/DatabaseUnusable.ts"
import * as RabbitAddress from "../layers/rabbitmq/RabbitAddress.ts"
import * as RabbitMessageBroker from "../layers/rabbitmq/RabbitMessageBroker.ts"
import * as S3ObjectStorage from "../layers/s3/S3ObjectStorage.ts"
import * as SharpCropper from "../layers/pictures/SharpCropper.ts"
import * as SharpImageSource from "../layers/pictures/SharpImageSource.ts"
import { Catalog } from "../services/Catalog.ts"
import * as Sources from "./flows/Sources.ts"
import { inWords } from "./CommandLine.ts"

/** The environment does not say where the servers are. `details` has a paragraph for each. */
export class ServersUnknown extends Schema.TaggedError<ServersUnknown>()("ServersUnknown", {
  details: Schema.Array(Schema.String)
}) {
  override get message() {
    return `${this.details.join("\n")}\nVariables are read from the environment and from .env in the working directory.`
  }
}

/** Both addresses, so that one message names all that is missing. */
const addresses = Layer.effectContext(
  Effect.gen(function* () {
    const [database, broker] = yield* Effect.all(
      [Layer.build(PgDatabase.addressFromEnvironment), Layer.build(RabbitAddress.addressFromEnvironment)],
      { mode: "result" }
    )
    if (Result.isSuccess(database) && Result.isSuccess(broker)) return Context.merge(database.success, broker.success)
    const unknown = [...Option.toArray(Result.getFailure(database)), ...Option.toArray(Result.getFailure(broker))]
    return yield* new ServersUnknown({ details: unknown.map(inWords) })
  })
)

/** What is kept in the database. The store comes first, so that one waits for the database. */
export const database = Layer.mergeAll(
  PgActionLog.layer,
  PgHistory.layer,
  PgOperations.layer,
  PgProgress.layer,
  PgServiceSwitch.layer,
  PgTunings.layer,
  PgWorkerRegistry.layer
).pipe(
  Layer.provideMerge(PgResultStore.layer),
  Layer.catchTag("SqlError", (error) =>
    Layer.effectContext(PgClient.PgClient.use(({ config }) => DatabaseUnusable.from(error, config)))
  ),
  Layer.provideMerge(PgDatabase.layer)
)

/** The broker and the database, with what is kept in it. */
export const servers = database.pipe(Layer.merge(RabbitMessageBroker.layer), Layer.provide(addresses))

/** The database alone. */
export const store = database.pipe(Layer.provide(PgDatabase.addressFromEnvironment))

/** The broker alone. */
export const broker = RabbitMessageBroker.layer.pipe(Layer.provide(RabbitAddress.addressFromEnvironment))

/** The largest pictures that are looked at, from `IMAGE_MAX_BYTES` and `IMAGE_MAX_PIXELS`. */
const imageLimits = Config.all({
  bytes: Config.schema(Amounts.Count, "IMAGE_MAX_BYTES").pipe(Config.withDefault(SharpImageSource.defaultLimits.bytes)),
  pixels: Config.schema(Amounts.Count, "IMAGE_MAX_PIXELS").pipe(
    Config.withDefault(SharpImageSource.defaultLimits.pixels)
  )
})

/** A setting names something that is no network. */
export class NoNetwork extends Schema.TaggedError<NoNetwork>()("NoNetwork", {
  setting: Schema.String,
  network: Schema.String
}) {
  override get message() {
    return `${this.setting}: "${this.network}" is no network. Write addresses or networks, parted by commas: 10.0.0.0/8,::1`
  }
}

/** The networks in a setting (`10.0.0.0/8,192.168.1.7`); none when it is not set. */
export const networksIn = Effect.fnUntraced(function* (setting: string) {
  const names = yield* Config.Array(Schema.String, setting).pipe(Config.withDefault([]))
  const networks = Networks.parse(names)
  if (Result.isFailure(networks)) return yield* new NoNetwork({ setting, network: networks.failure })
  return networks.success
})

/** Besides the public internet, strangers' pictures are fetched from `API_FETCH_NETWORKS`. */
export const web = Layer.unwrap(Effect.map(networksIn("API_FETCH_NETWORKS"), GuardedWebPictures.layer))

/**
 * Pictures from files below the folders in `IMAGE_ROOTS`, or all files when it is not set, from the web and from storage: not
 * while these are away.
 */
const pictures = Layer.unwrap(
  Effect.gen(function* () {
    const limits = yield* imageLimits
    const roots = yield* Config.Array(Schema.NonEmptyString, "IMAGE_ROOTS").pipe(Config.withDefault([]))
    return Sources.layer.pipe(Layer.provide(SharpImageSource.layer({ limits, roots })))
  })
).pipe(Layer.provide(web), Layer.provideMerge(S3ObjectStorage.layer))

/** The services over HTTP, and the pictures to show them. */
export const services = Layer.mergeAll(HttpInference.layer, SharpCropper.layer, pictures)

/** The catalog in the file; without one that in `service_config.json` here, or else all services on this machine. */
export const catalog = (file: Option.Option<string>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      if (Option.isSome(file)) return FileCatalog.layer(file.value)
      const fs = yield* FileSystem.FileSystem
      const isHere = yield* fs.exists(usualFile).pipe(Effect.orElseSucceed(() => false))
      return isHere ? FileCatalog.layer(usualFile) : Layer.succeed(Catalog, ServiceCatalog.standard)
    })
  )

const usualFile = "service_config.json"
