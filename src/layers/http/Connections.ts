/**
 * Connections to services: kept alive, through the proxy of the environment, encrypted as the catalog says.
 *
 * `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` are respected; what is on this machine is never asked through a proxy.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import Undici from "@effect/platform-node/Undici"
import { Effect, Schema, Scope } from "effect"
import { type HttpClient, type HttpClientError, type HttpClientRequest } from "effect/http"
import * as NodeFs from "node:fs"
import * as NodeTls from "node:tls"
import type { Tls } from "../../domain/catalog/Service.ts"
import type { Unavailable } from "../../services/Inference.ts"
import * as TransportProblem from "./TransportProblem.ts"

/** A file of certificates cannot be used. */
export class CertificateUnusable extends Schema.TaggedError<CertificateUnusable>()("CertificateUnusable", {
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** The client for services with these certificates. Those with the same share connections. */
export type Connections = (tls: Tls | undefined) => Effect.Effect<HttpClient.HttpClient, CertificateUnusable>

/** Connections that are closed with the scope. */
export const make = Effect.gen(function* () {
  const scope = yield* Effect.scope
  const clients = new Map<string, HttpClient.HttpClient>()
  return Effect.fnUntraced(function* (tls: Tls | undefined) {
    const key = JSON.stringify(tls ?? {})
    const known = clients.get(key)
    if (known !== undefined) return known
    const options = yield* certificates(tls ?? {})
    const client = yield* Effect.acquireRelease(
      Effect.sync(() => dispatcher(options)),
      (dispatcher) => Effect.promise(() => dispatcher.destroy())
    ).pipe(
      Effect.flatMap((dispatcher) =>
        Effect.provideService(NodeHttpClient.makeUndici, NodeHttpClient.Dispatcher, dispatcher)
      ),
      Effect.provideService(Scope.Scope, scope)
    )
    clients.set(key, client)
    return client
  }) satisfies Connections
})

/**
 * Sends a request; when a connection that had been used before was just closed by the server, at once again on another one.
 * Servers close idle connections after a few seconds, and what was sent in that moment was never looked at.
 */
export const send = (client: HttpClient.HttpClient, request: HttpClientRequest.HttpClientRequest) =>
  Effect.retry(client.execute(request), { while: wasClosedWhileIdle, times: mostIdle })

/** Connections that may be idle, all of which the server may have closed. */
const mostIdle = 256

/** Why a request failed, and what to do when it is for an authority that is not trusted. */
export const describe = (error: HttpClientError.HttpClientError): string => {
  const problem = TransportProblem.describe(error)
  const code = causeOf(error)?.code
  return code !== undefined && untrusted.has(code)
    ? `its certificate is vouched for by no authority that is trusted (${problem}): name one in tls.ca`
    : problem
}

/** What Node says of certificates of authorities it does not know. */
const untrusted = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
])

interface Certificates {
  readonly ca?: ReadonlyArray<string>
  readonly cert?: string
  readonly key?: string
}

const certificates = Effect.fnUntraced(function* ({ ca, certificate, key }: Tls) {
  return {
    // What is given here replaces what is trusted otherwise.
    ...(ca === undefined ? {} : { ca: [...NodeTls.rootCertificates, yield* read("ca", ca)] }),
    ...(certificate === undefined ? {} : { cert: yield* read("certificate", certificate) }),
    ...(key === undefined ? {} : { key: yield* read("key", key) })
  } satisfies Certificates
})

const read = (setting: string, path: string) =>
  Effect.try({
    try: () => {
      const text = NodeFs.readFileSync(path, "utf8")
      if (!text.includes("-----BEGIN ")) throw new Error("there is nothing in PEM in it")
      return text
    },
    catch: (cause) =>
      new CertificateUnusable({
        detail: `the file ${path} of tls.${setting} cannot be used: ${(cause as Error).message}`
      })
  })

const local = "localhost,127.0.0.1,[::1]"

const dispatcher = (certificates: Certificates): Undici.Dispatcher => {
  const tls = certificates as Undici.buildConnector.BuildOptions
  const connect = Undici.buildConnector({ ...tls, timeout: 10_000 })
  const noProxy = [process.env["no_proxy"] ?? process.env["NO_PROXY"] ?? "", local].join(",")
  return new Undici.EnvHttpProxyAgent({
    connect: (options, connected) =>
      connect(options, (...result) => {
        const [, socket] = result
        socket?.prependListener("error", (error: Closed) => {
          error.bytesRead = socket.bytesRead
        })
        connected(...result)
      }),
    requestTls: tls,
    proxyTunnel: false,
    noProxy
  })
}

/** An error of a connection, and how much had been read from it by then. */
interface Closed extends Error {
  readonly code?: string
  readonly socket?: { readonly bytesRead?: number }
  bytesRead?: number
}

const closing = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"])

const wasClosedWhileIdle = (error: HttpClientError.HttpClientError): boolean => {
  const cause = causeOf(error)
  if (cause?.code === undefined || !closing.has(cause.code)) return false
  return (cause.bytesRead ?? cause.socket?.bytesRead ?? 0) > 0
}

/** What the failure of a request says about whether the service was there at all. */
export const signOf = (error: HttpClientError.HttpClientError): Unavailable["sign"] => {
  const code = causeOf(error)?.code
  if (code === undefined) return undefined
  if (unreached.has(code)) return "Unreached"
  return closing.has(code) ? "BrokenOff" : undefined
}

/** What is said when no connection comes about. */
const unreached: ReadonlySet<string> = new Set([...TransportProblem.hostAway, "ENOTFOUND", "UND_ERR_CONNECT_TIMEOUT"])

const causeOf = ({ reason }: HttpClientError.HttpClientError): Closed | undefined =>
  "cause" in reason && reason.cause instanceof Error ? reason.cause : undefined
