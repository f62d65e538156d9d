/** The API as functions that return promises, generated from the same definition as the server. */
import { Effect } from "effect"
import { FetchHttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { Api } from "../programs/api/definition/Api.ts"

/** Where the API is: beside the dashboard. */
export const address = (path: string): string => new URL(path, document.baseURI).href

/** The endpoints, by group and name. To be called within `send`. */
export const api = Effect.runSync(
  HttpApiClient.make(Api, { baseUrl: address(".").replace(/\/$/, "") }).pipe(Effect.provide(FetchHttpClient.layer))
)

/** The API could not do what it was asked for; the message says why. */
export class RequestFailed extends Error {
  override readonly name = "RequestFailed"
}

/** Makes a request. Rejects with `RequestFailed`. */
export const send = <A>(request: Effect.Effect<A, unknown>): Promise<A> =>
  Effect.runPromise(Effect.mapError(request, (error) => new RequestFailed(reasonOf(error))))

const reasonOf = (error: unknown): string => {
  const { _tag, detail } = error as { readonly _tag?: string; readonly detail?: unknown }
  if (typeof detail === "string") return detail
  return _tag === "HttpClientError" ? "The API does not answer. Is it still running?" : String(error)
}
