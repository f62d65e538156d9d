/** Pictures from the web: strangers' addresses are checked when dialing, redirects too, and reading is limited in time. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { isUtf8 } from "node:buffer"
import { Duration, Effect, Layer, Stream } from "effect"
import { HttpClient, type HttpClientError, type HttpClientResponse } from "effect/http"
import * as HttpStatus from "../../domain/protocol/HttpStatus.ts"
import { ImageSourceError, Unreachable, Unusable } from "../../services/ImageSource.ts"
import { PlaceRefused, WebPictures } from "../../services/WebPictures.ts"
import * as GuardedAgents from "./GuardedAgents.ts"
import * as NodeStream from "node:stream"
import type { ReadableWritablePair } from "node:stream/web"
import * as NodeZlib from "node:zlib"
import * as TransportProblem from "./TransportProblem.ts"
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
          const location = locationOf(response)
          if (location === undefined) return yield* Effect.as(checkStatus(url, response), response)
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

/** Where a redirect leads. Node reads headers as Latin-1; some servers write an address in UTF-8 as it is. */
const locationOf = ({ headers, status }: HttpClientResponse.HttpClientResponse): string | undefined => {
  const { location } = headers
  if (location === undefined || status < 300 || status >= 400) return undefined
  const bytes = Buffer.from(location, "latin1")
  return isUtf8(bytes) ? bytes.toString() : location
}

type Unpack = () => NodeStream.Duplex

const gunzip: Unpack = () => NodeZlib.createGunzip()

const packings: Readonly<Record<string, Unpack | undefined>> = {
  gzip: gunzip,
  "x-gzip": gunzip,
  deflate: () => NodeZlib.createInflate(),
  br: () => NodeZlib.createBrotliDecompress()
}

/** What storage calls the encoding of what was uploaded to it as it is. */
const plain = new Set(["", "identity", "none", "binary", "utf-8", "aws-chunked"])

/** The body, unpacked. Encodings are listed in the order in which they were applied. */
const contentOf = (
  url: string,
  { headers, stream }: HttpClientResponse.HttpClientResponse
): Stream.Stream<Uint8Array, PlaceRefused | ImageSourceError> => {
  const encodings = (headers["content-encoding"] ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => !plain.has(name))
  return encodings.reduceRight(
    (packed, encoding) => {
      const unpack = packings[encoding]
      if (unpack === undefined) {
        return Stream.fail(unusable(url, `answers with an encoding that was not asked for (${encoding})`))
      }
      return Stream.fromReadableStream<Uint8Array, ImageSourceError>({
        evaluate: () =>
          Stream.toReadableStream(packed).pipeThrough<Uint8Array>(
            NodeStream.Duplex.toWeb(unpack()) as ReadableWritablePair<Uint8Array, Uint8Array>
          ),
        onError: (cause) => unreachable(url, `its ${encoding} cannot be read (${(cause as Error).message})`)
      })
    },
    Stream.mapError(stream, failureOf(url)) as Stream.Stream<Uint8Array, PlaceRefused | ImageSourceError>
  )
}

const isWeb = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)

const checkStatus = (url: string, { headers, status }: HttpClientResponse.HttpClientResponse) => {
  const said = HttpStatus.meaningOf({ status, headers, json: undefined, text: "" }, 0)
  if (said._tag === "Later") return Effect.fail(unreachable(url, said.detail))
  if (said._tag === "Final") return Effect.fail(unusable(url, `answers ${said.detail}: ${remedyOf(status)}`))
  const [first, last, all] = (/^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers["content-range"] ?? "") ?? [])
    .slice(1)
    .map(Number)
  switch (status) {
    case 202:
      return Effect.fail(unreachable(url, "HTTP 202: it is not ready yet"))
    case 204:
    case 205:
      return Effect.fail(unusable(url, `answers HTTP ${status}, which has no content: ${checkAddress}`))
    case 206:
      return first === 0 && last! + 1 === all
        ? Effect.void
        : Effect.fail(unreachable(url, "HTTP 206: it sends a part, though all was asked for"))
    default:
      return Effect.void
  }
}

const checkAddress = "check the address"

const remedyOf = (status: number): string => {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return `${checkAddress}, which may have name and password in it (https://name:password@host); a signed one may have expired`
    case 404:
    case 410:
      return `nothing is there; ${checkAddress}`
    default:
      return checkAddress
  }
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
    const detail = reasons[code] ?? otherReason(code)
    return unreachable(url, detail, isAway.has(code) ? new URL(url).origin : undefined)
  }

/** Errors that are no matter of one picture, but of all that are at the host. */
const isAway: ReadonlySet<string> = new Set([
  ...TransportProblem.hostAway,
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
])

const untrusted =
  "no authority that is known here vouches for its certificate: name the file of the one that does in NODE_EXTRA_CA_CERTS"

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
  ETIMEDOUT: "the host does not answer",
  CERT_HAS_EXPIRED: "its certificate has expired, or the clock of this machine is wrong",
  CERT_NOT_YET_VALID: "its certificate is not valid yet, or the clock of this machine is wrong",
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host: use the name that it is for",
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  HPE_HEADER_OVERFLOW: "it sends more than 16 KB of headers"
}

const otherReason = (code: string): string => {
  if (code.startsWith("HPE_")) return `what it sends is no HTTP/1.1 (${code}): check the port`
  if (code === "EPROTO" || code.startsWith("ERR_SSL_"))
    return `no encrypted connection comes about (${code}): check the port, or begin the address with http://`
  return `the connection failed (${code})`
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
