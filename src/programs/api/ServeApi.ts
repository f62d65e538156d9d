/**
 * The HTTP API as a part of a program: with the database, the broker and the services that the program has chosen.
 *
 * Used by `api.ts`, and by any program that serves the API and the dashboard besides its own work.
 */
import { Config, Effect, Layer } from "effect"
import * as Amounts from "../../domain/Amounts.ts"
import type { Strategy } from "../../domain/Harmonization.ts"
import * as FileContentStore from "../../layers/files/FileContentStore.ts"
import * as HttpListener from "../../layers/http/HttpListener.ts"
import * as SharpImageSource from "../../layers/pictures/SharpImageSource.ts"
import * as SharpScaler from "../../layers/pictures/SharpScaler.ts"
import * as PgArchive from "../../layers/postgres/PgArchive.ts"
import * as PgCorrections from "../../layers/postgres/PgCorrections.ts"
import * as PgPictureLinks from "../../layers/postgres/PgPictureLinks.ts"
import * as PgReplays from "../../layers/postgres/PgReplays.ts"
import * as PgSessions from "../../layers/postgres/PgSessions.ts"
import * as Distributed from "../Distributed.ts"
import { installed } from "../Installed.ts"
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
  /** What is not asked, a sentence each. */
  readonly absent: ReadonlyArray<string>
}

const dashboard = installed("dist/dashboard")

/** The API, listening where its settings say. */
export const listening = ApiServer.layer.pipe(
  Layer.provideMerge(
    Layer.unwrap(ApiSettings.ApiSettings.useSync(({ host, port }) => HttpListener.layer({ host, port })))
  )
)

/** Serves until the layer's scope closes. `ApiServer.address` says where. */
export const layer = (options: ServeApiOptions) =>
  listening.pipe(
    Layer.provide([
      PgArchive.layer,
      PgCorrections.layer,
      PgPictureLinks.layer,
      PgReplays.layer,
      PgSessions.layer,
      SharpScaler.layer,
      contents(options.uploads),
      Distributed.web
    ]),
    Layer.provide(ApiSettings.layer({ ...options, dashboard }))
  )

const contents = (folder: string) =>
  Layer.unwrap(
    Effect.map(
      Config.schema(Amounts.Count, "IMAGE_MAX_BYTES").pipe(Config.withDefault(SharpImageSource.defaultLimits.bytes)),
      (maxBytes) => FileContentStore.layer({ folder, maxBytes })
    )
  )
