/** The API as functions that return promises, generated from the same definition as the server. */
import { Effect } from "effect"
import { FetchHttpClient } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import type { ImageFilter } from "../domain/archive/ImageFilter.ts"
import type { ImageOrder } from "../domain/archive/ImageOrder.ts"
import type { ImageList } from "../programs/api/definition/Images.ts"
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

/** `api.images.list`, of which a hundred thousand ids are not checked one by one: that would hold up the page. */
export const listImages = async (
  query: ImageFilter & { readonly order: ImageOrder; readonly limit?: number }
): Promise<typeof ImageList.Type> => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : value === undefined ? [] : [value]).map((each) => [name, String(each)])
  )
  const response = await fetched(`images/ids?${new URLSearchParams(given)}`)
  return (await response.json()) as typeof ImageList.Type
}

/** The page that `total` asks for; without it the API answers with a list. */
export const paged = <Page extends { readonly total: number }, E>(
  request: Effect.Effect<ReadonlyArray<unknown> | Page, E>
): Effect.Effect<Page, E | RequestFailed> =>
  Effect.filterOrFail(
    request,
    (answer): answer is Page => "total" in answer,
    () => new RequestFailed("The API is of another version: load this page again")
  )

/** What the API answers as it is. Rejects with `RequestFailed`. */
export const fetched = async (path: string, init?: RequestInit): Promise<Response> => {
  const response = await fetch(address(path), init).catch(() => undefined)
  if (response === undefined) throw new RequestFailed("The API does not answer. Is it still running?")
  if (response.ok) return response
  const { detail } = (await response.json().catch(() => ({}))) as { readonly detail?: string }
  throw new RequestFailed(detail ?? `The API answered ${response.status}`)
}

const reasonOf = (error: unknown): string => {
  const { _tag, detail } = error as { readonly _tag?: string; readonly detail?: unknown }
  if (typeof detail === "string") return detail
  if (error instanceof RequestFailed) return error.message
  // What was typed is no value of its kind.
  if (_tag === "SchemaError") return (error as Error).message
  return _tag === "HttpClientError" ? "The API does not answer. Is it still running?" : String(error)
}
