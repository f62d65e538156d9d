/**
 * What those who connect to an HTTP server may take of it, however many they are and however slowly they send.
 *
 * When there are as many connections as may be, those on which no request is worked on give way to new ones, the longest idle
 * first; when all are worked on, a new one is refused. So whoever opens connections and asks for nothing keeps no other out.
 *
 * @see https://owasp.org/www-community/attacks/Slow_Http_Attack
 */
import { Context, Duration } from "effect"
import * as NodeHttp from "node:http"
import type * as NodeNet from "node:net"
import type { Duplex } from "node:stream"
import * as HttpProblem from "../../domain/HttpProblem.ts"

export interface ConnectionLimits {
  /** Connections at once. */
  readonly connections: number
  /** Requests that are kept until the program can answer. */
  readonly early: number
  /** How long the head of a request may take to arrive. */
  readonly head: Duration.Input
  /** How long a whole request may take to arrive. */
  readonly whole: Duration.Input
  /** The least bytes of a body that arrive in a time, while what arrived is read. */
  readonly body: { readonly bytes: number; readonly within: Duration.Input }
}

export const ConnectionLimits: Context.Reference<ConnectionLimits> = Context.Reference(
  "windmill/layers/http/ConnectionLimits",
  {
    defaultValue: (): ConnectionLimits => ({
      connections: 1000,
      early: 100,
      head: "15 seconds",
      whole: "5 minutes",
      body: { bytes: 1000, within: "10 seconds" }
    })
  }
)

/** A server that keeps to the limits, and says as a problem why it does not answer. */
export const createServer = ({ body, connections, head, whole }: ConnectionLimits): NodeHttp.Server => {
  /** Those on which no request is worked on, the longest idle first. */
  const idle = new Set<Duplex>()
  const responses = new Map<Duplex, NodeHttp.ServerResponse>()
  let open = 0

  const end = (socket: Duplex, status: keyof typeof details) => {
    if (socket.writable && responses.get(socket)?.headersSent !== true) {
      socket.end(rawProblem(status), () => socket.destroy())
    } else {
      socket.destroy()
    }
  }

  class TrackedResponse extends NumericLength {
    override assignSocket(socket: NodeNet.Socket): void {
      super.assignSocket(socket)
      idle.delete(socket)
      responses.set(socket, this)
      whenTooSlow(this.req, socket, body, () => end(socket, 408))
    }
    override detachSocket(socket: NodeNet.Socket): void {
      super.detachSocket(socket)
      responses.delete(socket)
      if (!socket.destroyed) idle.add(socket)
    }
  }

  const server = NodeHttp.createServer({
    ServerResponse: TrackedResponse,
    headersTimeout: Duration.toMillis(head),
    requestTimeout: Duration.toMillis(whole),
    connectionsCheckingInterval: Duration.toMillis(head) / 3
  })
  return server
    .on("connection", (socket) => {
      open++
      idle.add(socket)
      socket.on("close", () => {
        open--
        idle.delete(socket)
        responses.delete(socket)
      })
      const [longest] = idle
      if (open > connections && longest === socket) end(socket, 503)
      else if (open > connections) longest!.destroy()
    })
    .on("clientError", ({ code = "" }: NodeJS.ErrnoException, socket) => end(socket, statuses[code] ?? 400))
}

/** Says what is wrong with a request that no handler has seen. */
export const refuse = (response: NodeHttp.ServerResponse, status: keyof typeof details): void =>
  void response.writeHead(status, { ...headersOf(status), connection: "close" }).end(problem(status))

const details = {
  400: "This is not HTTP that can be read",
  408: "The request arrived too slowly",
  413: "The request has chunks with too much besides their content",
  431: "The head of the request is too long",
  503: "There are too many requests now: try again later"
} as const

/** By the error of Node. */
const statuses: Readonly<Record<string, keyof typeof details>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431
}

const problem = (status: keyof typeof details): string =>
  JSON.stringify(HttpProblem.make(status, NodeHttp.STATUS_CODES[status]!, details[status]))

const headersOf = (status: keyof typeof details): Readonly<Record<string, string>> => ({
  "content-type": "application/problem+json",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
  ...(status === 503 ? { "retry-after": "1" } : {})
})

const rawProblem = (status: keyof typeof details): string => {
  const body = problem(status)
  const headers = { ...headersOf(status), "content-length": String(Buffer.byteLength(body)), connection: "close" }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${NodeHttp.STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`
}

/** Calls back when less of the body arrives than may be. While what arrived is not read, the sender cannot send. */
const whenTooSlow = (
  request: NodeHttp.IncomingMessage,
  socket: NodeNet.Socket,
  { bytes, within }: ConnectionLimits["body"],
  callback: () => void
): void => {
  if (request.headers["transfer-encoding"] === undefined && !(Number(request.headers["content-length"]) > 0)) return
  let before = socket.bytesRead
  const timer = setInterval(() => {
    if (request.complete || socket.destroyed) return clearInterval(timer)
    if (request.readableLength === 0 && socket.bytesRead - before < bytes) {
      clearInterval(timer)
      callback()
    }
    before = socket.bytesRead
  }, Duration.toMillis(within)).unref()
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
