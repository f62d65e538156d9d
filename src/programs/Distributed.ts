/**
 * The surroundings that programs on any number of machines share: RabbitMQ, PostgreSQL and the services of the catalog.
 *
 * Where they are is in the environment; see `.env.example` for its variables.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { PgClient } from "@effect/sql-pg"
import { Config, Context, Effect, FileSystem, Layer, Option, Result, Schema } from "effect"
import * as ServiceCatalog from "../domain/ServiceCatalog.ts"
import * as FileCatalog from "../layers/files/FileCatalog.ts"
import * as HttpInference from "../layers/http/HttpInference.ts"
import * as PgDatabase from "../layers/postgres/PgDatabase.ts"
import * as PgProgress from "../layers/postgres/PgProgress.ts"
import * as PgResultStore from "../layers/postgres/PgResultStore.ts"
import * as PgServiceSwitch from "../layers/postgres/PgServiceSwitch.ts"
import * as PgWorkerRegistry from "../layers/postgres/PgWorkerRegistry.ts"
import { DatabaseUnusable } from "../layers/postgres/DatabaseUnusable.ts"
import * as RabbitAddress from "../layers/rabbitmq/RabbitAddress.ts"
import * as RabbitMessageBroker from "../layers/rabbitmq/RabbitMessageBroker.ts"
import * as SharpCropper from "../layers/pictures/SharpCropper.ts"
import * as SharpImageSource from "../layers/pictures/SharpImageSource.ts"
import { Catalog } from "../services/Catalog.ts"
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

/** The store comes first, so that one waits for the database. */
const database = Layer.mergeAll(PgProgress.layer, PgServiceSwitch.layer, PgWorkerRegistry.layer).pipe(
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
  bytes: Config.Int("IMAGE_MAX_BYTES").pipe(Config.withDefault(SharpImageSource.defaultLimits.bytes)),
  pixels: Config.Int("IMAGE_MAX_PIXELS").pipe(Config.withDefault(SharpImageSource.defaultLimits.pixels))
})

/** The services over HTTP, and the pictures to show them. */
export const services = Layer.unwrap(
  Effect.map(imageLimits, (limits) =>
    Layer.mergeAll(
      HttpInference.layer,
      SharpCropper.layer,
      SharpImageSource.layer(limits).pipe(Layer.provide(NodeHttpClient.layerUndici))
    )
  )
)

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
