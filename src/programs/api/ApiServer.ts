/**
 * The HTTP API as a running server: what `definition/Api.ts` says, its documentation, and the files of the dashboard.
 *
 * Everything it shows comes from the database and the broker, so any number of processes may serve it.
 */
import { ByteSize, Effect, Layer } from "effect"
import {
  HttpIncomingMessage,
  HttpMiddleware,
  HttpRouter,
  HttpServer,
  HttpServerRequest,
  HttpServerRespondable,
  HttpServerResponse,
  HttpStaticServer
} from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { ApiSettings } from "./ApiSettings.ts"
import { docsPath } from "./ContentPolicies.ts"
import { Api } from "./definition/Api.ts"
import * as Documentation from "./Documentation.ts"
import * as Guards from "./Guards.ts"
import * as CorrectionHandlers from "./handlers/Corrections.ts"
import * as FusionHandlers from "./handlers/Fusion.ts"
import * as ImageHandlers from "./handlers/Images.ts"
import * as OperationHandlers from "./handlers/Operations.ts"
import * as PipelineHandlers from "./handlers/Pipeline.ts"
import * as SessionHandlers from "./handlers/Session.ts"
import * as StreamHandlers from "./handlers/Streams.ts"
import * as UploadHandlers from "./handlers/Uploads.ts"
import * as Watching from "./Watching.ts"
import * as Headers from "./Headers.ts"
import * as Throttle from "./Throttle.ts"

const handlers = Layer.mergeAll(
  CorrectionHandlers.layer,
  FusionHandlers.layer,
  ImageHandlers.layer,
  OperationHandlers.layer,
  PipelineHandlers.layer,
  SessionHandlers.layer,
  StreamHandlers.layer,
  UploadHandlers.layer
)

const api = HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
  Layer.provide(handlers),
  Layer.provide(Watching.layer),
  Layer.provide([Guards.access, Guards.faults]),
  Layer.provide(Throttle.layer)
)

const docs = HttpRouter.use((router) =>
  router.add(
    "GET",
    docsPath,
    HttpServerResponse.text(Documentation.page(), { contentType: "text/html; charset=utf-8" })
  )
)

/** Characters of an address of a file or a page. The system refuses to look for longer names. */
const longestPath = 255

const dashboard = HttpRouter.use((router) =>
  Effect.gen(function* () {
    const { dashboard } = yield* ApiSettings
    const files = yield* HttpStaticServer.make({ root: dashboard, spa: true, cacheControl: "private, no-cache" })
    const file = HttpServerRequest.HttpServerRequest.use((request) =>
      request.url.split("?")[0]!.length > longestPath
        ? Effect.succeed(HttpServerResponse.empty({ status: 404 }))
        : files
    )
    yield* router.add("GET", "/*", Effect.catch(file, HttpServerRespondable.toResponse))
  })
)

/** Texts grow several times smaller. Events are left as they are: each is to arrive when it happens. */
const compressible = (contentType: string): boolean =>
  /^(?:text\/(?!event-stream)|image\/svg|application\/(?:[\w.-]+\+)?(?:json|javascript|x-ndjson))/.test(contentType)

const compressed = HttpMiddleware.compression({ compressible })

/** Bytes of a request's body, except for pictures, which have a limit of their own. */
const maxBody = Layer.succeed(HttpIncomingMessage.MaxBodySize, ByteSize.mebibytes(1))

/** Serves, on the server that is given, until the layer's scope closes. */
export const layer = HttpRouter.serve(Layer.mergeAll(api, docs, dashboard), {
  disableLogger: true,
  middleware: (app) => Headers.middleware(compressed(app)),
  disableListenLog: true
}).pipe(Layer.provide(maxBody))

/** The address of the running server. */
export const address = Effect.map(HttpServer.HttpServer, ({ address }) => HttpServer.formatAddress(address))
