/**
 * The HTTP API as a part of a program: with the database, the broker and the services that the program has chosen.
 *
 * Used by `api.ts`, and by any program that serves the API and the dashboard besides its own work.
 */
import { Config, Effect, Layer, Result, Schema } from "effect"
import { fileURLToPath } from "node:url"
import type { Strategy } from "../../domain/Harmonization.ts"
import * as FileContentStore from "../../layers/files/FileContentStore.ts"
import * as GuardedWebPictures from "../../layers/http/GuardedWebPictures.ts"
import * as HttpListener from "../../layers/http/HttpListener.ts"
import * as Networks from "../../layers/http/Networks.ts"
import * as SharpImageSource from "../../layers/pictures/SharpImageSource.ts"
import * as SharpScaler from "../../layers/pictures/SharpScaler.ts"
import * as PgArchive from "../../layers/postgres/PgArchive.ts"
import * as PgReplays from "../../layers/postgres/PgReplays.ts"
import * as ApiServer from "./ApiServer.ts"
import * as ApiSettings from "./ApiSettings.ts"

export interface ServeApiOptions {
  readonly host: string
  /** `0` for any that is free. */
  readonly port: number
  /** The folder for pictures that are uploaded or fetched. */
  readonly uploads: string
  /** Whether all workers run on this machine and may read that folder. */
  readonly sharesFiles: boolean
  readonly strategy: Strategy
}

/** A setting names something that is no network. */
export class NoNetwork extends Schema.TaggedError<NoNetwork>()("NoNetwork", { network: Schema.String }) {
  override get message() {
    return `API_FETCH_NETWORKS: "${this.network}" is no network. Write addresses or networks, parted by commas: 10.0.0.0/8,::1`
  }
}

/** Where the build puts the dashboard, as seen from here. */
const dashboard = fileURLToPath(new URL("../../dashboard", import.meta.url))

/** The API, listening where its settings say. */
export const listening = ApiServer.layer.pipe(
  Layer.provideMerge(
    Layer.unwrap(ApiSettings.ApiSettings.useSync(({ host, port }) => HttpListener.layer({ host, port })))
  )
)

/** Serves until the layer's scope closes. `ApiServer.address` says where. */
export const layer = (options: ServeApiOptions) =>
  listening.pipe(
    Layer.provide([PgArchive.layer, PgReplays.layer, SharpScaler.layer, contents(options.uploads), web]),
    Layer.provide(ApiSettings.layer({ ...options, dashboard }))
  )

const contents = (folder: string) =>
  Layer.unwrap(
    Effect.map(
      Config.Int("IMAGE_MAX_BYTES").pipe(Config.withDefault(SharpImageSource.defaultLimits.bytes)),
      (maxBytes) => FileContentStore.layer({ folder, maxBytes })
    )
  )

/** Besides the public internet, pictures are fetched from the networks in `API_FETCH_NETWORKS` (`10.0.0.0/8,192.168.1.7`). */
const web = Layer.unwrap(
  Effect.gen(function* () {
    const names = yield* Config.Array(Schema.String, "API_FETCH_NETWORKS").pipe(Config.withDefault([]))
    const networks = Networks.parse(names)
    if (Result.isFailure(networks)) return yield* new NoNetwork({ network: networks.failure })
    return GuardedWebPictures.layer(networks.success)
  })
)
