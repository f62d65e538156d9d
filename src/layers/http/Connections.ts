/**
 * Connections to services: kept alive, through the proxy of the environment, encrypted as the catalog says.
 *
 * `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` are respected; what is on this machine is never asked through a proxy.
 */
import Undici from "@effect/platform-node/Undici"
import { Effect, Schema, Scope } from "effect"
import * as NodeFs from "node:fs"
import * as NodeTls from "node:tls"
import type { Tls } from "../../domain/catalog/Service.ts"
import type { Unavailable } from "../../services/Inference.ts"
import * as Exchange from "./Exchange.ts"
import * as TransportProblem from "./TransportProblem.ts"

/** A file of certificates cannot be used. */
export class CertificateUnusable extends Schema.TaggedError<CertificateUnusable>()("CertificateUnusable", {
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

/** The connections to services with these certificates. Those with the same share them. */
export type Connections = (tls: Tls | undefined) => Effect.Effect<Undici.Dispatcher, CertificateUnusable>

/** Connections that are closed with the scope. */
export const make = Effect.gen(function* () {
  const scope = yield* Effect.scope
  const dispatchers = new Map<string, Undici.Dispatcher>()
  return Effect.fnUntraced(function* (tls: Tls | undefined) {
    const key = JSON.stringify(tls ?? {})
    const known = dispatchers.get(key)
    if (known !== undefined) return known
    const options = yield* certificates(tls ?? {})
    const made = yield* Effect.acquireRelease(
      Effect.sync(() => dispatcher(options)),
      (dispatcher) => Effect.promise(() => dispatcher.destroy())
    ).pipe(Effect.provideService(Scope.Scope, scope))
    dispatchers.set(key, made)
    return made
  }) satisfies Connections
})

/**
 * Sends a request; when a connection that had been used before was just closed by the server, at once again on another one.
 * Servers close idle connections after a few seconds, and what was sent in that moment was never looked at.
 */
export const send = (
  dispatcher: Undici.Dispatcher,
  request: Exchange.Request,
  limits: Exchange.Limits,
  ended?: () => void,
  idle = mostIdle
): Effect.Effect<Exchange.Reply, Exchange.ExchangeError> =>
  Effect.catchTag(Exchange.exchange(dispatcher, request, limits, ended), "ExchangeFailed", (error) =>
    idle > 0 && wasClosedWhileIdle(error)
      ? send(dispatcher, request, limits, ended, idle - 1)
      : Effect.fail<Exchange.ExchangeError>(error)
  )

/** Connections that may be idle, all of which the server may have closed. */
const mostIdle = 256

/** Why a request failed, and what to do when it is for an authority that is not trusted. */
export const describe = (error: Exchange.ExchangeFailed): string => {
  const problem = TransportProblem.describeCause(error.cause) ?? "TransportError"
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
    // Said outright, the next request on a connection does not wait for a turn of the event loop.
    pipelining: 1,
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

const wasClosedWhileIdle = (error: Exchange.ExchangeFailed): boolean => {
  const cause = causeOf(error)
  if (error.isBrokenOff || cause?.code === undefined || !closing.has(cause.code)) return false
  return (cause.bytesRead ?? cause.socket?.bytesRead ?? 0) > 0
}

/** What the failure of a request says about whether the service was there at all. */
export const signOf = (error: Exchange.ExchangeFailed): Unavailable["sign"] => {
  const code = causeOf(error)?.code
  if (code === undefined) return undefined
  if (unreached.has(code)) return "Unreached"
  return closing.has(code) ? "BrokenOff" : undefined
}

/** What is said when no connection comes about. */
const unreached: ReadonlySet<string> = new Set([...TransportProblem.hostAway, "ENOTFOUND", "UND_ERR_CONNECT_TIMEOUT"])

const causeOf = ({ cause }: Exchange.ExchangeFailed): Closed | undefined => (cause instanceof Error ? cause : undefined)
