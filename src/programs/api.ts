/** Serves the HTTP API and the dashboard for programs that run elsewhere. See `--help`. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Config, Console, Effect, Layer } from "effect"
import { Command, Flag } from "effect/cli"
import * as Strategies from "../domain/harmonization/Strategies.ts"
import * as ApiServer from "../layers/api/ApiServer.ts"
import * as FileCatalog from "../layers/FileCatalog.ts"
import * as HttpInference from "../layers/HttpInference.ts"
import * as PgDatabase from "../layers/PgDatabase.ts"
import * as PgResultStore from "../layers/PgResultStore.ts"
import * as PgServiceSwitch from "../layers/PgServiceSwitch.ts"
import * as PgWorkerRegistry from "../layers/PgWorkerRegistry.ts"
import * as RabbitAddress from "../layers/RabbitAddress.ts"
import * as RabbitMessageBroker from "../layers/RabbitMessageBroker.ts"
import * as SharpCropper from "../layers/SharpCropper.ts"
import * as SharpImageSource from "../layers/SharpImageSource.ts"
import * as Main from "./Main.ts"
import * as ServeApi from "./ServeApi.ts"

const host = Flag.String("host").pipe(
  Flag.withDescription(
    "Address to listen on; any but this machine's own needs API_TOKEN (default 127.0.0.1, or API_HOST)"
  ),
  Flag.withFallbackConfig(Config.NonEmptyString("API_HOST")),
  Flag.withDefault("127.0.0.1")
)

const port = Flag.Int("port").pipe(
  Flag.withDescription("Port to listen on, 0 for any that is free (default 8787, or API_PORT)"),
  Flag.withFallbackConfig(Config.Int("API_PORT")),
  Flag.withDefault(8787)
)

const uploads = Flag.String("uploads").pipe(
  Flag.withDescription("Folder for pictures that are uploaded or fetched (default ./uploads, or UPLOADS_DIR)"),
  Flag.withFallbackConfig(Config.NonEmptyString("UPLOADS_DIR")),
  Flag.withDefault("uploads")
)

const config = Flag.String("config").pipe(
  Flag.withDescription("The service catalog (default ./service_config.json, or SERVICE_CONFIG)"),
  Flag.withFallbackConfig(Config.NonEmptyString("SERVICE_CONFIG")),
  Flag.withDefault("service_config.json")
)

const api = Command.make("api", { host, port, uploads, config }, ({ config, ...options }) =>
  ServeApi.layer({ ...options, sharesFiles: false, strategy: Strategies.defaultStrategy }).pipe(
    Layer.tap((context) => Effect.provideContext(announce, context)),
    Layer.provide([PgServiceSwitch.layer, PgWorkerRegistry.layer]),
    Layer.provide(PgResultStore.layer),
    Layer.provide(PgDatabase.layer.pipe(Layer.provide(PgDatabase.addressFromEnvironment))),
    Layer.provide(RabbitMessageBroker.layer.pipe(Layer.provide(RabbitAddress.addressFromEnvironment))),
    Layer.provide([FileCatalog.layer(config), HttpInference.layer, SharpCropper.layer, SharpImageSource.layer()]),
    Layer.provide(NodeHttpClient.layerNodeHttp),
    Layer.launch
  )
).pipe(
  Command.withDescription(
    "Serves the HTTP API and the dashboard. The database is that of DATABASE_URL (or DB_HOST, DB_NAME, DB_USER, DB_PASSWORD), " +
      "the broker that of AMQP_URL (or QUEUE_HOST, QUEUE_USER, QUEUE_PASSWORD)."
  )
)

const announce = Effect.flatMap(ApiServer.address, (address) =>
  Console.log(`Dashboard and API at ${address}, documentation at ${address}/docs`)
)

Main.runMain(api)
