/** The HTTP API on a free port of this machine, with a database of its own. */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import { assert } from "@effect/vitest"
import { ConfigProvider, Context, Effect, FileSystem, Layer, Path, Result } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import sharp from "sharp"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import * as FileContentStore from "../../src/layers/files/FileContentStore.ts"
import * as GuardedWebPictures from "../../src/layers/http/GuardedWebPictures.ts"
import * as Networks from "../../src/layers/http/Networks.ts"
import * as MemoryMessageBroker from "../../src/layers/memory/MemoryMessageBroker.ts"
import * as SharpCropper from "../../src/layers/pictures/SharpCropper.ts"
import * as SharpScaler from "../../src/layers/pictures/SharpScaler.ts"
import * as PgArchive from "../../src/layers/postgres/PgArchive.ts"
import * as PgDatabase from "../../src/layers/postgres/PgDatabase.ts"
import * as PgProgress from "../../src/layers/postgres/PgProgress.ts"
import * as PgActionLog from "../../src/layers/postgres/PgActionLog.ts"
import * as PgOperations from "../../src/layers/postgres/PgOperations.ts"
import * as PgCorrections from "../../src/layers/postgres/PgCorrections.ts"
import * as PgPictureLinks from "../../src/layers/postgres/PgPictureLinks.ts"
import * as PgReplays from "../../src/layers/postgres/PgReplays.ts"
import * as PgResultStore from "../../src/layers/postgres/PgResultStore.ts"
import * as PgSessions from "../../src/layers/postgres/PgSessions.ts"
import * as PgTunings from "../../src/layers/postgres/PgTunings.ts"
import * as PgServiceSwitch from "../../src/layers/postgres/PgServiceSwitch.ts"
import * as PgWorkerRegistry from "../../src/layers/postgres/PgWorkerRegistry.ts"
import * as ApiServer from "../../src/programs/api/ApiServer.ts"
import * as ServeApi from "../../src/programs/api/ServeApi.ts"
import * as ApiSettings from "../../src/programs/api/ApiSettings.ts"
import { Api } from "../../src/programs/api/definition/Api.ts"
import * as ImageEvents from "../../src/programs/api/ImageEvents.ts"
import type { Archive } from "../../src/services/Archive.ts"
import { Catalog } from "../../src/services/Catalog.ts"
import { Inference } from "../../src/services/Inference.ts"
import * as Databases from "./Databases.ts"
import * as ImageSources from "./ImageSources.ts"

/** A folder that is deleted with the scope. */
const folder = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.makeTempDirectoryScoped()
})

export interface ApiServerOptions {
  readonly catalog?: ServiceCatalog.ServiceCatalog
  readonly token?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Networks that pictures may be fetched from. */
  readonly networks?: ReadonlyArray<string>
  /** Bytes of a picture. */
  readonly maxBytes?: number
  readonly sharesFiles?: boolean
  /** What the API says is not asked. */
  readonly absent?: ReadonlyArray<string>
  /** In place of the one in the database. */
  readonly archive?: Layer.Layer<Archive>
  /** In place of services that say that they are well, and nothing else. */
  readonly inference?: Layer.Layer<Inference>
  /** How often there is a look for events; oftener than in a program when left out. */
  readonly rhythm?: ImageEvents.Rhythm
}

/** Where the files of this server are. */
export class Folders extends Context.Service<Folders, { readonly uploads: string; readonly dashboard: string }>()(
  "windmill/test/Folders"
) {}

const folders = Layer.effect(
  Folders,
  Effect.gen(function* () {
    const path = yield* Path.Path
    const root = yield* folder
    return { uploads: path.join(root, "uploads"), dashboard: path.join(root, "dashboard") }
  })
)

/** Services that say that they are well, and nothing else. */
const wellServices = Layer.mock(Inference, { isHealthy: () => Effect.succeed(true) })

/** All services of the API, and the API itself. */
export const layer = (options: ApiServerOptions = {}) => {
  const { catalog = ServiceCatalog.standard, environment = {}, maxBytes = 1024 * 1024, networks = [], token } = options
  const settings = Layer.unwrap(
    Folders.useSync(({ dashboard }) =>
      ApiSettings.layer({
        host: "127.0.0.1",
        port: 0,
        dashboard,
        sharesFiles: options.sharesFiles ?? true,
        strategy: Strategies.defaultStrategy,
        absent: options.absent ?? []
      })
    )
  )
  const contents = Layer.unwrap(Folders.useSync(({ uploads }) => FileContentStore.layer({ folder: uploads, maxBytes })))
  const environmentOf = { ...environment, ...(token === undefined ? {} : { API_TOKEN: token }) }
  return ServeApi.listening.pipe(
    Layer.provideMerge(options.archive ?? PgArchive.layer),
    Layer.provideMerge([
      PgActionLog.layer,
      PgCorrections.layer,
      PgOperations.layer,
      PgPictureLinks.layer,
      PgProgress.layer,
      PgReplays.layer,
      PgSessions.layer,
      PgServiceSwitch.layer,
      PgTunings.layer,
      PgWorkerRegistry.layer
    ]),
    Layer.provideMerge(PgResultStore.layer),
    Layer.provideMerge(PgDatabase.layer),
    Layer.provideMerge([
      Databases.address,
      contents,
      settings,
      options.inference ?? wellServices,
      MemoryMessageBroker.layer,
      GuardedWebPictures.layer(Result.getOrThrow(Networks.parse(networks))),
      Layer.succeed(Catalog, catalog),
      SharpCropper.layer,
      SharpScaler.layer,
      ImageSources.layer()
    ]),
    Layer.provideMerge(folders),
    Layer.provideMerge([FetchHttpClient.layer, NodeFileSystem.layer, NodePath.layer]),
    Layer.provide(Layer.succeed(ImageEvents.Rhythm, options.rhythm ?? { every: "20 millis", maxLooks: 1000 })),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: environmentOf }))),
    Layer.orDie
  )
}

/** A client of the API, as generated from its definition. */
export const client = Effect.gen(function* () {
  const baseUrl = yield* ApiServer.address
  return yield* HttpApiClient.make(Api, { baseUrl })
})

/** A list that was answered without a total. */
export const plain = <A, E, R>(answered: Effect.Effect<ReadonlyArray<A> | { readonly total: number }, E, R>) =>
  Effect.map(answered, (list): ReadonlyArray<A> => {
    assert.isArray(list)
    return list as ReadonlyArray<A>
  })

/** A list that was answered with its total. */
export const paged = <A extends { readonly total: number }, E, R>(
  answered: Effect.Effect<ReadonlyArray<unknown> | A, E, R>
) =>
  Effect.map(answered, (page): A => {
    assert.property(page, "total")
    return page as A
  })

/** A client that sends the token, and whatever other headers. */
export const clientWith = (headers: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const baseUrl = yield* ApiServer.address
    return yield* HttpApiClient.make(Api, {
      baseUrl,
      transformClient: HttpClient.mapRequest(HttpClientRequest.setHeaders(headers))
    })
  })

/** A request as a browser or a script would make it. */
export const request = (path: string, init?: RequestInit) =>
  Effect.gen(function* () {
    const baseUrl = yield* ApiServer.address
    return yield* Effect.promise(() => fetch(new URL(path, baseUrl), init))
  })

/** A small picture; another one for every color. */
export const picture = (
  color: string,
  size: { readonly width: number; readonly height: number } = { width: 64, height: 48 }
) =>
  Effect.promise(() =>
    sharp({ create: { ...size, channels: 3, background: color } })
      .jpeg()
      .toBuffer()
  )

/** A form with a picture in it. */
export const form = (
  bytes: Uint8Array,
  fields: Readonly<Record<string, string>> = {},
  filename = "a.jpg"
): FormData => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append("file", new Blob([bytes as Uint8Array<ArrayBuffer>]), filename)
  return form
}
