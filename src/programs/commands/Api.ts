/** Serves the HTTP API and the dashboard for programs that run elsewhere. */
import { Config, Console, Effect, Layer } from "effect"
import { Command, Flag } from "effect/cli"
import * as ApiServer from "../api/ApiServer.ts"
import * as ServeApi from "../api/ServeApi.ts"
import * as Distributed from "../Distributed.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"

const flags = {
  host: Flag.String("host").pipe(
    Flag.withDescription(
      "Address to listen on; any but this machine's own needs API_TOKEN (default API_HOST, or 127.0.0.1)"
    ),
    Flag.withMetavar("address"),
    Flag.withFallbackConfig(Config.NonEmptyString("API_HOST")),
    Flag.withDefault("127.0.0.1")
  ),
  port: Flag.Int("port").pipe(
    Flag.withDescription("Port to listen on, 0 for any that is free (default API_PORT, or 8787)"),
    Flag.withMetavar("number"),
    Flag.withFallbackConfig(Config.Int("API_PORT")),
    Flag.withDefault(8787),
    Flag.withSchema(Settings.Port)
  ),
  uploads: Flag.String("uploads").pipe(
    Flag.withDescription(
      "Folder for pictures that are uploaded or fetched (default UPLOADS_DIR, or .windmill/uploads)"
    ),
    Flag.withMetavar("folder"),
    Flag.withFallbackConfig(Config.NonEmptyString("UPLOADS_DIR")),
    Flag.withDefault(".windmill/uploads")
  ),
  harmonization: Settings.harmonization,
  config: Settings.config,
  ...Watched.flags
}

export const command = Command.make("api", flags, ({ config, harmonization, ...options }) =>
  Effect.gen(function* () {
    const strategy = yield* Settings.strategy(harmonization)
    const serving = Layer.merge(
      ServeApi.layer({ ...options, strategy, sharesFiles: false, absent: [] }),
      Watched.vitals
    ).pipe(Layer.provide(Distributed.servers), Layer.provide([Distributed.catalog(config), Distributed.services]))
    return yield* Effect.andThen(announce, Effect.never).pipe(Effect.provide(serving))
  })
).pipe(
  Command.withDescription(
    "Serves the HTTP API, its documentation and the dashboard. Everything it shows comes from the database and the " +
      "broker, so any number may run. Must be given the same strategy and catalog as the other programs."
  ),
  Command.withExamples([
    { command: "npx windmill api", description: "Serve this machine at http://127.0.0.1:8787" },
    {
      command: "API_TOKEN=$(openssl rand -hex 32) npx windmill api --host 0.0.0.0",
      description: "Serve a network to those who know the token"
    }
  ]),
  Watched.watched
)

const announce = Effect.flatMap(ApiServer.address, (address) =>
  Console.log(`Dashboard and API at ${address}, documentation at ${address}/docs`)
)
