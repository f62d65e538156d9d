/** One simulated service: an HTTP server that speaks the service's contract and misbehaves as told. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Duration, Effect, FiberSet, Ref, Schema, Semaphore } from "effect"
import type { Service } from "#domain/ServiceCatalog"
import * as CocoLabels from "./CocoLabels.ts"
import * as Contract from "./Contract.ts"
import * as Answers from "./Answers.ts"
import * as Behavior from "./Behavior.ts"
import type { PictureReader } from "./Pictures.ts"
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

interface Reply {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Opens a service at its host and port (0: any free port) until the scope closes. */
export const open = Effect.fnUntraced(function* (
  service: Service,
  options: { readonly behavior: Behavior.Behavior; readonly pictures: PictureReader; readonly seed: number }
) {
  const behavior = yield* Ref.make(options.behavior)
  const run = yield* FiberSet.makeRuntime()
  const answer = answering(service.id as Contract.SimulatedService, behavior, options)
  const server = createServer((request, response) => {
    const fiber = run(Effect.flatMap(answer(request), (reply) => send(response, reply, behavior)))
    response.on("close", () => fiber.interruptUnsafe())
  })
  server.keepAliveTimeout = 60_000
  yield* Effect.addFinalizer(() => close(server))
  const port = yield* listen(server, service, service.port)
  const turning = yield* Semaphore.make(1)
  const turn = Effect.gen(function* () {
    const { down } = yield* Ref.get(behavior)
    if (down && server.listening) yield* close(server)
    if (!down && !server.listening) yield* listen(server, service, port)
  }).pipe(turning.withPermits(1))
  yield* turn
  return {
    service: { ...service, port },
    /** Changes how the service behaves from the next request on. */
    behave: (change: Partial<Behavior.Behavior>) =>
      Effect.andThen(
        Ref.update(behavior, (current) => ({ ...current, ...change })),
        turn
      )
  }
})

/** Answers a request, in its own time. Never fails: what goes wrong is an answer, too. */
const answering = (
  service: Contract.SimulatedService,
  behavior: Ref.Ref<Behavior.Behavior>,
  { pictures, seed }: { readonly pictures: PictureReader; readonly seed: number }
) => {
  const fateOf = Behavior.fates(service, seed)

  const analyze = Effect.fnUntraced(function* (request: IncomingMessage, target: URL) {
    const picture = yield* pictures.read(yield* Requests.imageOf(service, request, target))
    const current = yield* Ref.get(behavior)
    const duration = Behavior.latency(current, service, picture.width * picture.height, picture.digest)
    const seconds = Duration.toSeconds(duration)
    const fate = fateOf(current, picture.digest)
    if (fate._tag === "Hang") return yield* Effect.never
    const [predictions] = yield* Effect.all([Answers.about(service, picture), Effect.sleep(duration)], {
      concurrency: "unbounded"
    })
    const reply = json(200, Contract.success(service, predictions, seconds))
    if (fate._tag === "Babble") return { ...reply, body: fate.body(reply.body) }
    return fate._tag === "Refuse" ? refusal(service, fate.status, seconds) : reply
  })

  const health = Effect.fnUntraced(function* () {
    const current = yield* Ref.get(behavior)
    const fate = fateOf(current, "health")
    if (fate._tag === "Hang") return yield* Effect.never
    const terms = Contract.terms[service]
    if (terms.healthInfers) yield* Effect.sleep(Duration.millis(current.latency * terms.typicalLatency))
    if (fate._tag === "Refuse") return json(503, { status: "unhealthy", service, error: "inference failed" })
    const reply = json(200, Contract.healthy(service))
    return fate._tag === "Babble" ? { ...reply, body: fate.body(reply.body) } : reply
  })

  return (request: IncomingMessage): Effect.Effect<Reply> => {
    const target = targetOf(request)
    if (target.pathname === "/health") return health()
    if (target.pathname === "/classes" && CocoLabels.isDetector(service)) {
      return Effect.succeed(json(200, { service, classes: CocoLabels.labels, total_classes: CocoLabels.labels.length }))
    }
    if (!Requests.analyzes(target.pathname)) return Effect.succeed(json(404, Contract.flatFailure("Not found")))
    if (request.method !== "GET" && request.method !== "POST") {
      return Effect.succeed(json(405, Contract.flatFailure("Method not allowed")))
    }
    return analyze(request, target).pipe(
      Effect.catchTags({
        BadRequest: ({ flat, message, status }) =>
          Effect.succeed(json(status, flat ? Contract.flatFailure(message) : Contract.failure(service, message, 0))),
        Undecodable: ({ message }) =>
          Effect.succeed(json(Contract.terms[service].undecodable, Contract.failure(service, message, 0)))
      }),
      Effect.catchDefect((defect) => Effect.succeed(json(500, Contract.failure(service, String(defect), 0))))
    )
  }
}

/** Where a request goes; the root when that is no address. */
const targetOf = ({ url }: IncomingMessage): URL =>
  URL.canParse(`http://farm${url}`) ? new URL(`http://farm${url}`) : new URL("http://farm/")

const json = (status: number, body: Contract.JsonObject): Reply => ({ status, body: JSON.stringify(body) })

const refusal = (service: Contract.SimulatedService, status: number, seconds: number): Reply => ({
  ...json(status, Contract.failure(service, `simulated failure ${status}`, seconds)),
  ...((status === 429 || status === 503) && { headers: { "retry-after": "1" } })
})

/** Pieces in which a dripping reply arrives. */
const drops = 20

const send = Effect.fnUntraced(function* (
  response: ServerResponse,
  reply: Reply,
  behavior: Ref.Ref<Behavior.Behavior>
) {
  const { drip } = yield* Ref.get(behavior)
  const body = Buffer.from(reply.body)
  response.writeHead(reply.status, {
    "content-type": "application/json",
    "content-length": body.length,
    "access-control-allow-origin": "*",
    ...reply.headers
  })
  if (Duration.isZero(drip)) return void response.end(body)
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
