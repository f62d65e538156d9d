/**
 * Services with real models as HTTP servers in this process: detectors, faces, poses, text, colors and metadata.
 *
 * Every reply names the model it comes from. A service whose model cannot run here is not opened, and said with its remedy.
 */
import { Clock, Effect, Schema, type Scope } from "effect"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { coco } from "#domain/vocabulary/Coco"
import type * as ServiceCatalog from "#domain/ServiceCatalog"
import * as Envelope from "../http/Envelope.ts"
import * as HttpService from "../http/HttpService.ts"
import * as Pictures from "../http/Pictures.ts"
import * as Measures from "../measured/Measures.ts"
import type { Absent } from "./Absent.ts"
import * as Catalog from "./Catalog.ts"
import * as Models from "./Models.ts"
import * as Threads from "./threads/Threads.ts"

/** The farm cannot be opened. */
export class FarmError extends Schema.TaggedError<FarmError>()("FarmError", {
  reason: HttpService.PortUnavailable
}) {
  override get message() {
    return this.reason.message
  }
}

export interface Options {
  /** The services to open, and where they listen. Port 0 is any free port. */
  readonly catalog?: ServiceCatalog.ServiceCatalog
  /** The folder for what is kept between runs. */
  readonly data: string
  /** Threads that run models; as many as there are cores to spare. */
  readonly threads?: number
  /** The program of a thread. */
  readonly program?: URL
}

export interface Farm {
  /** The services at the ports they listen on. */
  readonly catalog: ServiceCatalog.ServiceCatalog
  /** Those that cannot answer on this machine. */
  readonly absent: ReadonlyArray<Absent>
  /** Loads what services answer with, one after the other, so that the first pictures need not wait. What cannot be loaded says so when it is asked. */
  readonly load: (services: ReadonlyArray<string>) => Effect.Effect<void>
}

/** The services on free ports of `127.0.0.1`. */
export const anyPorts: ServiceCatalog.ServiceCatalog = Catalog.standard.map((service) => ({ ...service, port: 0 }))

/** Opens the services. They close, and their threads end, with the scope. */
export const make = Effect.fn("Farm.make")(function* (
  options: Options
): Effect.fn.Return<Farm, FarmError, Scope.Scope> {
  const { catalog = anyPorts, data, program, threads: count } = options
  const threads = yield* Threads.make({
    models: join(data, "models"),
    ...(count !== undefined && { count }),
    ...(program !== undefined && { program })
  })
  // It answers while the others wait for networks.
  const measuring = yield* Threads.make({
    models: join(data, "models"),
    count: 1,
    ...(program !== undefined && { program })
  })
  const pictures = Pictures.make((picture) => picture)
  const examined = yield* Effect.forEach(
    catalog,
    (service) =>
      Models.isModelService(service.id)
        ? Effect.match(threads.examine(service.id), {
            onSuccess: () => ({ service, reason: undefined }),
            onFailure: ({ message }) => ({ service, reason: message })
          })
        : Effect.succeed({ service, reason: undefined }),
    { concurrency: availableParallelism() }
  )
  const usable = examined.flatMap(({ reason, service }) => (reason === undefined ? [service] : []))
  const servers = yield* Effect.forEach(usable, (service) =>
    HttpService.open(service, answering(service.id, { measuring, pictures, threads }))
  ).pipe(Effect.mapError((reason) => new FarmError({ reason })))
  return {
    catalog: servers.map(({ service }) => service),
    absent: examined.flatMap(({ reason, service }) => (reason === undefined ? [] : [{ service: service.id, reason }])),
    load: (services) =>
      Effect.forEach(services.filter(Models.isModelService), (service) => Effect.ignore(threads.load(service)), {
        discard: true
      })
  }
})

interface Tools {
  /** Runs models. */
  readonly threads: Threads.Threads
  readonly measuring: Threads.Threads
  readonly pictures: Pictures.PictureReader
}

const answering = (id: string, { pictures, ...threads }: Tools): HttpService.Answering => {
  const terms = termsOf(id)
  return {
    terms,
    ...(id in detectors && { classes: Object.keys(coco) }),
    health: Effect.succeed(HttpService.json(200, Envelope.healthy(terms))),
    analyze: Effect.fnUntraced(function* (bytes) {
      const start = yield* Clock.currentTimeMillis
      const picture = yield* pictures.read(bytes)
      return yield* predictions(id, picture, threads).pipe(
        Effect.flatMap((found) => Effect.map(Clock.currentTimeMillis, (end) => [found, (end - start) / 1000] as const)),
        Effect.map(([found, seconds]) => HttpService.json(200, Envelope.success(terms, found, seconds))),
        Effect.catch(({ message }) => Effect.succeed(HttpService.json(500, Envelope.failure(terms, message, 0))))
      )
    })
  }
}

/** What a service says about a picture: what is measured in its pixels, or what a model sees. */
const predictions = (id: string, picture: Pictures.Picture, { measuring, threads }: Omit<Tools, "pictures">) =>
  Effect.flatMap(picture.pixels, (pixels) => {
    const { byteLength, exif, format, height, width } = picture
    const subject = { ...pixels, full: { byteLength, exif, format, height, width } }
    if (Models.isModelService(id)) return threads.analyze(id, subject)
    return Measures.isMeasure(id) ? measuring.analyze(id, subject) : Effect.succeed([])
  })

const detectors = { centernet: true, nanodet: true, nanodet_g: true, rtdetr: true }

/** A service's habits: those of the contract without its oddities. */
const termsOf = (id: string): Envelope.Terms => {
  const modelInfo = Models.isModelService(id) ? infoOf(Models.cardOf(id)) : { framework: "measured in the pixels" }
  return {
    replyName: id,
    modelInfo,
    undecodable: 400,
    unreachableUrl: 400,
    missingFile: 404,
    modelInfoOnError: true,
    health: { service: id, model_info: modelInfo }
  }
}

const infoOf = ({ license, model, source, version }: Models.Card): Envelope.JsonObject => ({
  framework: "ONNX Runtime",
  model,
  version,
  license,
  source
})
