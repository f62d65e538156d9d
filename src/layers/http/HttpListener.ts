/** Where programs listen for HTTP. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Layer, Schema } from "effect"
import * as NodeHttp from "node:http"

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
 * Listens until the layer's scope closes; requests under way then have a second to end. Requests that come before there is a
 * handler wait for it.
 */
export const layer = ({ flagPrefix = "", host, port }: Listening) =>
  NodeHttpServer.layer(() => keepingEarly(NodeHttp.createServer({ ServerResponse: NumericLength })), {
    host,
    port,
    gracefulShutdownTimeout: "1 second"
  }).pipe(
    Layer.catchTag("ServeError", ({ cause }) =>
      Layer.effectContext(new AddressUnavailable({ host, port, flagPrefix, code: codeOf(cause) }))
    )
  )

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)

/** Keeps requests for the first handler: without one Node accepts them and never answers. */
const keepingEarly = (server: NodeHttp.Server): NodeHttp.Server => {
  const early: Array<Parameters<NodeHttp.RequestListener>> = []
  const keep: NodeHttp.RequestListener = (...request) => void early.push(request)
  const handOver = (event: string | symbol, handler: NodeHttp.RequestListener) => {
    if (event !== "request") return
    server.off("request", keep).off("newListener", handOver)
    for (const [request, response] of early) if (!response.destroyed) handler(request, response)
  }
  return server.on("request", keep).on("newListener", handOver)
}

/**
 * Gives the length of a body to Node as a number.
 *
 * Node 20.19.0 to 20.19.4 and 22.12 compare it as it is given with the number of bytes written, and refuse every body
 * whose length is text, as it is in the headers of a response here.
 */
class NumericLength extends NodeHttp.ServerResponse {
  override writeHead(status: number, ...rest: ReadonlyArray<unknown>): this {
    return super.writeHead(status, ...(rest.map(withNumericLength) as [string?, NodeHttp.OutgoingHttpHeaders?]))
  }
}

const withNumericLength = (part: unknown): unknown =>
  typeof part === "object" && part !== null && "content-length" in part
    ? { ...part, "content-length": Number(part["content-length"]) }
    : part
