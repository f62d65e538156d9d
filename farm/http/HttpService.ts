/** A service of the contract as an HTTP server: how it is asked, and how it refuses. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Duration, Effect, FiberSet, Schema, Semaphore } from "effect"
import type { Service } from "#domain/ServiceCatalog"
import * as Envelope from "./Envelope.ts"
import type { Undecodable } from "./Pictures.ts"
import * as Requests from "./Requests.ts"

/** A service cannot listen where it was told to. */
export class PortUnavailable extends Schema.TaggedError<PortUnavailable>()("PortUnavailable", {
  service: Schema.String,
  host: Schema.String,
  port: Schema.Int,
  detail: Schema.String
}) {
  override get message() {
    return (
      `${this.service} cannot listen on ${this.host}:${this.port}: ${this.detail}. ` +
      "Stop the program that uses it, or give the farm other ports (--port-base)."
    )
  }
}

export interface Reply {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  /** Time over which the bytes trickle in. */
  readonly drip?: Duration.Duration
}

/** What a service answers with. */
export interface Answering {
  readonly terms: Envelope.Terms
  readonly health: Effect.Effect<Reply>
  /** The labels a detector knows. */
  readonly classes?: ReadonlyArray<string>
  /** Never fails but for bytes that are no picture: what goes wrong is an answer, too. */
  readonly analyze: (bytes: Uint8Array) => Effect.Effect<Reply, Undecodable>
}

/** Opens a service at its host and port (0: any free port) until the scope closes. */
export const open = Effect.fnUntraced(function* (service: Service, answering: Answering) {
  const run = yield* FiberSet.makeRuntime()
  const answer = respond(service, answering)
  const server = createServer((request, response) => {
    const fiber = run(Effect.flatMap(answer(request), (reply) => send(response, reply)))
    response.on("close", () => fiber.interruptUnsafe())
  })
  server.keepAliveTimeout = 60_000
  yield* Effect.addFinalizer(() => close(server))
  const port = yield* listen(server, service, service.port)
  const turning = yield* Semaphore.make(1)
  return {
    service: { ...service, port },
    /** Stops listening, or listens again, at the same port. */
    turn: (down: boolean) =>
      Effect.gen(function* () {
        if (down && server.listening) yield* close(server)
        if (!down && !server.listening) yield* listen(server, service, port)
      }).pipe(turning.withPermits(1))
  }
})

const respond =
  (service: Service, { analyze, classes, health, terms }: Answering) =>
  (request: IncomingMessage): Effect.Effect<Reply> => {
    const target = targetOf(request)
    if (target.pathname === "/health") return health
    if (target.pathname === "/classes" && classes !== undefined) {
      return Effect.succeed(json(200, { service: service.id, classes, total_classes: classes.length }))
    }
    if (!Requests.analyzes(target.pathname)) return Effect.succeed(json(404, Envelope.flatFailure("Not found")))
    if (request.method !== "GET" && request.method !== "POST") {
      return Effect.succeed(json(405, Envelope.flatFailure("Method not allowed")))
    }
    return Effect.flatMap(Requests.imageOf(terms, request, target), analyze).pipe(
      Effect.catchTags({
        BadRequest: ({ flat, message, status }) =>
          Effect.succeed(json(status, flat ? Envelope.flatFailure(message) : Envelope.failure(terms, message, 0))),
        Undecodable: ({ message }) => Effect.succeed(json(terms.undecodable, Envelope.failure(terms, message, 0)))
      }),
      Effect.catchDefect((defect) => Effect.succeed(json(500, Envelope.failure(terms, String(defect), 0))))
    )
  }

/** Where a request goes; the root when that is no address. */
const targetOf = ({ url }: IncomingMessage): URL =>
  URL.canParse(`http://farm${url}`) ? new URL(`http://farm${url}`) : new URL("http://farm/")

/** A reply with that body. */
export const json = (status: number, body: Envelope.JsonObject): Reply => ({ status, body: JSON.stringify(body) })

/** Pieces in which a dripping reply arrives. */
const drops = 20

const send = Effect.fnUntraced(function* (response: ServerResponse, { body: text, drip, headers, status }: Reply) {
  const body = Buffer.from(text)
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": body.length,
    ...headers
  })
  if (drip === undefined || Duration.isZero(drip)) return void response.end(body)
  const size = Math.ceil(body.length / drops)
  for (let start = 0; start < body.length; start += size) {
    yield* Effect.sleep(Duration.divideUnsafe(drip, drops))
    response.write(body.subarray(start, start + size))
  }
  response.end()
})

const listen = (server: Server, { host, id }: Service, port: number) =>
  Effect.callback<number, PortUnavailable>((resume) => {
    const refused = (cause: NodeJS.ErrnoException) => {
      const detail = cause.code === "EADDRINUSE" ? "the port is in use" : cause.message
      resume(Effect.fail(new PortUnavailable({ service: id, host, port, detail })))
    }
    server.once("error", refused)
    server.listen({ host, port }, () => {
      server.removeListener("error", refused)
      resume(Effect.succeed((server.address() as AddressInfo).port))
    })
  })

/** Stops listening and drops every connection. */
const close = (server: Server) =>
  Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })
