/** Pictures from the web: strangers' addresses are checked when dialing, redirects too, and reading is limited in time. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Duration, Effect, Layer, Stream } from "effect"
import { HttpClient, type HttpClientError, type HttpClientResponse } from "effect/http"
import { ImageSourceError, Unreachable, Unusable } from "../../services/ImageSource.ts"
import { PlaceRefused, WebPictures } from "../../services/WebPictures.ts"
import * as GuardedAgents from "./GuardedAgents.ts"
import type { ReadableWritablePair } from "node:stream/web"
import type { Networks } from "./Networks.ts"

/** How long fetching one picture may take. */
const timeout = Duration.seconds(30)

const maxRedirects = 5

/** `allowed`: networks that may be read though they are not public. */
export const layer = (allowed: Networks) =>
  Layer.effect(
    WebPictures,
    Effect.gen(function* () {
      const guarded = yield* clientOf(yield* GuardedAgents.make(allowed))
      const free = yield* clientOf(yield* NodeHttpClient.makeAgent())

      const get = (
        url: string,
        hops: Hops
      ): Effect.Effect<HttpClientResponse.HttpClientResponse, PlaceRefused | ImageSourceError> =>
        Effect.gen(function* () {
          if (!isWeb(url)) return yield* new PlaceRefused({ url, detail: "only http and https are read" })
          const client = hops.trusted !== undefined && isAt(hops.trusted, url) ? free : guarded
          // Compressed pictures gain nothing; some servers compress them all the same.
          const headers = { accept: "image/*", "accept-encoding": "identity" }
          const response = yield* client.get(url, { headers }).pipe(Effect.mapError(failureOf(url)))
          const { location } = response.headers
          const isRedirect = response.status >= 300 && response.status < 400 && location !== undefined
          if (!isRedirect) return yield* Effect.as(checkStatus(url, response), response)
          if (hops.left === 0) return yield* unusable(url, "redirects too often")
          if (!URL.canParse(location, url)) return yield* unusable(url, "redirects to what is no address")
          return yield* get(new URL(location, url).href, { ...hops, left: hops.left - 1 })
        })

      const stream = (url: string, trusted: string | undefined) =>
        Stream.unwrap(
          Effect.map(get(url, { left: maxRedirects, trusted }), (response) => contentOf(url, response))
        ).pipe(
          Stream.interruptWhen(Effect.andThen(Effect.sleep(timeout), late(url))),
          // Strangers are told nothing about our traces.
          Stream.provideService(HttpClient.TracerPropagationEnabled, false),
          Stream.withSpan("WebPictures.fetch", { kind: "client" })
        )

      return WebPictures.of({ fetch: (url) => stream(url, undefined), fetchTrusted: (url) => stream(url, url) })
    })
  )

/** How many redirects may still be followed, and the URL whose host is not asked whether it is public. */
interface Hops {
  readonly left: number
  readonly trusted: string | undefined
}

const clientOf = (agents: { readonly http: unknown; readonly https: unknown }) =>
  NodeHttpClient.makeNodeHttp.pipe(
    Effect.provideService(NodeHttpClient.HttpAgent, agents as NodeHttpClient.HttpAgent["Service"])
  )

/** Whether a URL is at the host and port of the trusted one, or at its host by TLS. */
const isAt = (trusted: string, url: string): boolean => {
  const [home, place] = [new URL(trusted), new URL(url)]
  return (
    place.host === home.host || (place.hostname === home.hostname && place.protocol === "https:" && place.port === "")
  )
}

/** The body, uncompressed. */
const contentOf = (
  url: string,
  { headers, stream }: HttpClientResponse.HttpClientResponse
): Stream.Stream<Uint8Array, PlaceRefused | ImageSourceError> => {
  const encoding = (headers["content-encoding"] ?? "identity").toLowerCase()
  if (encoding === "identity") return Stream.mapError(stream, failureOf(url))
  if (encoding !== "gzip" && encoding !== "deflate") {
    return Stream.fail(unusable(url, `answers with an encoding that was not asked for (${encoding})`))
  }
  return Stream.fromReadableStream<Uint8Array, ImageSourceError>({
    evaluate: () =>
      Stream.toReadableStream(stream).pipeThrough<Uint8Array>(
        new DecompressionStream(encoding) as ReadableWritablePair<Uint8Array, Uint8Array>
      ),
    onError: (cause) => unreachable(url, `its ${encoding} cannot be read (${(cause as Error).message})`)
  })
}

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
    if (cause instanceof GuardedAgents.AddressRefused) {
      const { address } = cause
      return new PlaceRefused({ url, detail: "it is not at an address of the public internet", address })
    }
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : error.reason._tag
    const detail = reasons[code] ?? `the connection failed (${code})`
    return unreachable(url, detail, isAway.has(code) ? new URL(url).origin : undefined)
  }

/** Errors that are no matter of one picture, but of all that are at the host. */
const isAway: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "EAI_AGAIN",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ETIMEDOUT"
])

/** What errors of the system mean. Their own words name addresses, which may be of networks that strangers cannot see. */
const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "no such host is known",
  EAI_AGAIN: "the name of the host cannot be looked up now",
  ECONNREFUSED: "the host refuses connections",
  ECONNRESET: "the host broke the connection off",
  EHOSTDOWN: "the host does not answer",
  EHOSTUNREACH: "no way leads to the host",
  ENETDOWN: "there is no network",
  ENETUNREACH: "no way leads to the network of the host",
  ETIMEDOUT: "the host does not answer"
}

const innermost = (error: unknown): unknown => {
  const cause =
    error instanceof Error && "reason" in error ? (error.reason as { readonly cause?: unknown }).cause : undefined
  return cause ?? (error instanceof Error ? (error.cause ?? error) : error)
}

const late = (url: string) => Effect.fail(unreachable(url, `not read within ${Duration.format(timeout)}`))

const unreachable = (image: string, detail: string, source?: string) =>
  new ImageSourceError({ reason: new Unreachable({ image, detail, ...(source === undefined ? {} : { source }) }) })

const unusable = (image: string, detail: string) => new ImageSourceError({ reason: new Unusable({ image, detail }) })
