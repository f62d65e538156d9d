/** Requests to the simulated services, as clients send them. */
import { Effect, Schema } from "effect"
import type { SimulatedService } from "#farm/simulated/Contract"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** Where a service of the catalog listens: `http://127.0.0.1:41234`. */
export const baseOf = (catalog: ServiceCatalog.ServiceCatalog, id: SimulatedService): string => {
  const service = ServiceCatalog.find(catalog, id)
  if (service === undefined) throw new Error(`no ${id} in the catalog`)
  return `http://${service.host}:${service.port}`
}

/** Sends a request. Fails when there is no answer at all. */
export const send = (url: string, init: RequestInit = {}): Effect.Effect<Answer, Error> =>
  Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(url, { ...init, signal })
      return { status: response.status, headers: response.headers, text: await response.text() }
    },
    catch: (cause) => cause as Error
  })

/** A form that uploads bytes in a field. */
export const form = (bytes: Uint8Array, filename = "picture.jpg", field = "file"): RequestInit => {
  const body = new FormData()
  body.append(field, new Blob([Uint8Array.from(bytes)]), filename)
  return { method: "POST", body }
}

/** The answer's JSON, which must be as the schema says. */
export const json = <S extends Schema.ConstraintDecoder<unknown>>(schema: S, { text }: Answer): S["Type"] =>
  Schema.decodeUnknownSync(schema, { onExcessProperty: "error" })(JSON.parse(text))
