/**
 * The thirteen ML services as HTTP servers in this process, without models.
 *
 * Requests, replies, refusals and health are those of the services' contract, so a client cannot tell the difference by
 * their form. `colors` and `metadata` measure the pixels they receive; the others look up the scene that our sample
 * images carry inside the file, and each sees it with the weaknesses of its model. How fast and how reliable a service is
 * can be turned while it runs. The same requests in the same order always get the same replies.
 */
import { Context, Effect, Layer, Schema, type Scope } from "effect"
import type { ServiceId } from "#domain/Identifiers"
import * as ServiceCatalog from "#domain/ServiceCatalog"
import * as Contract from "./Contract.ts"
import * as Behavior from "./Behavior.ts"
import * as ScenePictures from "./ScenePictures.ts"
import * as ServiceServer from "./ServiceServer.ts"
import * as HttpService from "../http/HttpService.ts"

/** The catalog has services that the farm cannot play. */
export class NotSimulated extends Schema.TaggedError<NotSimulated>()("NotSimulated", {
  services: Schema.Array(Schema.String)
}) {
  override get message() {
    return `The farm cannot simulate ${this.services.join(", ")}. It knows ${Contract.services.join(", ")}.`
  }
}

export class FarmError extends Schema.TaggedError<FarmError>()("FarmError", {
  reason: Schema.Union([HttpService.PortUnavailable, NotSimulated])
}) {
  override get message() {
    return this.reason.message
  }
}

export interface Options {
  /** The services to play, where they listen, and all else their entries say. Port 0 is any free port. */
  readonly catalog?: ServiceCatalog.ServiceCatalog
  /** How all services behave. */
  readonly behavior?: Partial<Behavior.Behavior>
  /** How single services behave, beside `behavior`. */
  readonly services?: Readonly<Record<string, Partial<Behavior.Behavior>>>
  /** Chooses which requests meet which failures. */
  readonly seed?: number
}

/** The farm that was started. */
export class Farm extends Context.Service<
  Farm,
  {
    /** The services at the ports they listen on. */
    readonly catalog: ServiceCatalog.ServiceCatalog
    /** Changes how a service behaves from now on. One that is not in the catalog is ignored. */
    readonly behave: (service: ServiceId, change: Partial<Behavior.Behavior>) => Effect.Effect<void, FarmError>
  }
>()("windmill/farm/simulated/Farm") {}

/** The thirteen services on free ports of `127.0.0.1`. */
export const anyPorts: ServiceCatalog.ServiceCatalog = ServiceCatalog.standard.map((service) => ({
  ...service,
  port: 0
}))

/** Starts the services. They stop, and free their ports, when the scope closes. */
export const make = Effect.fn("Farm.make")(function* (
  options: Options = {}
): Effect.fn.Return<Farm["Service"], FarmError, Scope.Scope> {
  const { catalog = anyPorts, seed = 0 } = options
  const unknown = catalog.map(({ id }) => id).filter((id) => !Contract.isSimulated(id))
  if (unknown.length > 0) return yield* new FarmError({ reason: new NotSimulated({ services: unknown }) })
  const pictures = ScenePictures.make()
  const servers = yield* Effect.forEach(catalog, (service) =>
    ServiceServer.open(service, {
      behavior: { ...Behavior.wellBehaved, ...options.behavior, ...options.services?.[service.id] },
      pictures,
      seed
    })
  ).pipe(Effect.mapError(asFarmError))
  return {
    catalog: servers.map(({ service }) => service),
    behave: (id, change) =>
      Effect.forEach(
        servers.filter(({ service }) => service.id === id),
        (server) => server.behave(change),
        { discard: true }
      ).pipe(Effect.mapError(asFarmError))
  }
})

const asFarmError = (reason: HttpService.PortUnavailable) => new FarmError({ reason })

/** The farm for as long as the layer is in use. */
export const layer = (options?: Options): Layer.Layer<Farm, FarmError> => Layer.effect(Farm, make(options))
