/** Pictures from the public internet: checked when dialing, redirects too, and within limits of time and size. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Duration, Effect, Layer, Stream } from "effect"
import { HttpClient, type HttpClientError, type HttpClientResponse } from "effect/http"
import { ImageSourceError, Unreachable, Unusable } from "../../services/ImageSource.ts"
import { PlaceRefused, WebPictures } from "../../services/WebPictures.ts"
import * as GuardedAgents from "./GuardedAgents.ts"
import type { Networks } from "./Networks.ts"

/** How long fetching one picture may take. */
const timeout = Duration.seconds(30)

const maxRedirects = 5

/** `allowed`: networks that may be read though they are not public. */
export const layer = (allowed: Networks) =>
  Layer.effect(
    WebPictures,
    Effect.gen(function* () {
      const agents = yield* GuardedAgents.make(allowed)
      const client = yield* NodeHttpClient.makeNodeHttp.pipe(
        Effect.provideService(NodeHttpClient.HttpAgent, agents as NodeHttpClient.HttpAgent["Service"])
      )
      const get = (
        url: string,
        redirects: number
      ): Effect.Effect<HttpClientResponse.HttpClientResponse, PlaceRefused | ImageSourceError> =>
        Effect.gen(function* () {
          if (!isWeb(url)) return yield* new PlaceRefused({ url, detail: "only http and https are read" })
          const response = yield* client
            .get(url, { headers: { accept: "image/*" } })
            .pipe(Effect.mapError(failureOf(url)))
          const { location } = response.headers
          const isRedirect = response.status >= 300 && response.status < 400 && location !== undefined
          if (!isRedirect) return yield* Effect.as(checkStatus(url, response), response)
          if (redirects === maxRedirects) return yield* unusable(url, "redirects too often")
          if (!URL.canParse(location, url)) return yield* unusable(url, "redirects to what is no address")
          return yield* get(new URL(location, url).href, redirects + 1)
        })

      const fetch = (url: string) =>
        Stream.unwrap(Effect.map(get(url, 0), ({ stream }) => Stream.mapError(stream, failureOf(url)))).pipe(
          Stream.interruptWhen(Effect.andThen(Effect.sleep(timeout), late(url))),
          // Strangers are told nothing about our traces.
          Stream.provideService(HttpClient.TracerPropagationEnabled, false),
          Stream.withSpan("WebPictures.fetch", { kind: "client" })
        )

      return WebPictures.of({ fetch })
    })
  )

const isWeb = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)

const checkStatus = (url: string, { status }: HttpClientResponse.HttpClientResponse) => {
  if (status === 200) return Effect.void
  return status === 429 || status >= 500
    ? Effect.fail(unreachable(url, `HTTP ${status}`))
    : Effect.fail(unusable(url, `answers HTTP ${status}: check the address, or that it needs no login`))
}

const failureOf =
  (url: string) =>
  (error: HttpClientError.HttpClientError): PlaceRefused | ImageSourceError => {
    const cause = innermost(error)
    if (cause instanceof GuardedAgents.AddressRefused) return new PlaceRefused({ url, detail: cause.message })
    return unreachable(url, cause instanceof Error ? cause.message : error.reason._tag)
  }

const innermost = (error: unknown): unknown => {
  const cause =
    error instanceof Error && "reason" in error ? (error.reason as { readonly cause?: unknown }).cause : undefined
  return cause ?? (error instanceof Error ? (error.cause ?? error) : error)
}

const late = (url: string) => Effect.fail(unreachable(url, `not read within ${Duration.format(timeout)}`))

const unreachable = (image: string, detail: string) =>
  new ImageSourceError({ reason: new Unreachable({ image, detail }) })

const unusable = (image: string, detail: string) => new ImageSourceError({ reason: new Unusable({ image, detail }) })
