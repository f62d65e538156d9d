/** Where programs listen for HTTP. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Layer, Schema } from "effect"
import type * as NodeHttp from "node:http"
import * as ConnectionLimits from "./ConnectionLimits.ts"

export interface Listening {
  readonly host: string
  /** `0` for any that is free. */
  readonly port: number
  /** What stands before `host` and `port` in the names of the flags that say so; the message names them. */
  readonly flagPrefix?: string
}

/** The program cannot listen where it was told to. */
export class AddressUnavailable extends Schema.TaggedError<AddressUnavailable>()("AddressUnavailable", {
  host: Schema.String,
  port: Schema.Int,
  flagPrefix: Schema.String,
  /** The error of the operating system, such as `EADDRINUSE`. */
  code: Schema.String
}) {
  override get message() {
    const { code, flagPrefix, host, port } = this
    const reason = reasons[code]?.(flagPrefix) ?? code
    return `Cannot listen on ${host}:${port}: ${reason}.`
  }
}

const reasons: Readonly<Record<string, (flagPrefix: string) => string>> = {
  EADDRINUSE: (prefix) => `another program listens there. Stop it, or choose another --${prefix}port, 0 for any`,
  EACCES: (prefix) => `this user may not. Choose a --${prefix}port from 1024 on`,
  EADDRNOTAVAIL: (prefix) => `this machine does not have that address. Choose another --${prefix}host`,
  ENOTFOUND: (prefix) => `there is no such host. Choose another --${prefix}host`
}

/**
 * Listens until the layer's scope closes, within the limits; requests under way then have a second to end. Requests that come
 * before there is a handler wait for it.
 */
export const layer = ({ flagPrefix = "", host, port }: Listening) =>
  Layer.unwrap(
    ConnectionLimits.ConnectionLimits.useSync((limits) =>
      NodeHttpServer.layer(() => keepingEarly(ConnectionLimits.createServer(limits), limits.early), {
        host,
        port,
        gracefulShutdownTimeout: "1 second"
      })
    )
  ).pipe(
    Layer.catchTag("ServeError", ({ cause }) =>
      Layer.effectContext(new AddressUnavailable({ host, port, flagPrefix, code: codeOf(cause) }))
    )
  )

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)

/** Keeps requests for the first handler: without one Node accepts them and never answers. */
const keepingEarly = (server: NodeHttp.Server, most: number): NodeHttp.Server => {
  const early: Array<Parameters<NodeHttp.RequestListener>> = []
  const keep: NodeHttp.RequestListener = (request, response) =>
    early.length < most ? void early.push([request, response]) : ConnectionLimits.refuse(response, 503)
  const handOver = (event: string | symbol, handler: NodeHttp.RequestListener) => {
    if (event !== "request") return
    server.off("request", keep).off("newListener", handOver)
    for (const [request, response] of early) if (!response.destroyed) handler(request, response)
  }
  return server.on("request", keep).on("newListener", handOver)
}
