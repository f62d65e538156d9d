/**
 * What those who operate the program ask of it over HTTP: `/metrics` for Prometheus, `/healthz` and `/readyz`.
 *
 * - `/healthz` fails when the program has deliveries in hand and settled none for a long time: then restarting it may help.
 *   A program that cannot answer at all is not healthy either.
 * - `/readyz` fails while something the program needs is away, and names it. Before anything is required it is not ready.
 *
 * Requests are not traced.
 */
import { Clock, Context, Duration, Effect, Layer, Metric, Schedule } from "effect"
import { HttpEffect, HttpMiddleware, HttpRouter, HttpServer, HttpServerResponse } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import * as NodeHttp from "node:http"
import * as HttpProblem from "../../domain/HttpProblem.ts"
import * as Metrics from "../../services/Metrics.ts"
import { Readiness } from "../../services/Readiness.ts"
import * as HttpListener from "../http/HttpListener.ts"
import * as EventLoopLag from "./EventLoopLag.ts"

export interface MetricsServerOptions {
  /** `0` for any that is free. */
  readonly port: number
  readonly host: string
  /** How long deliveries may be in hand without one of them being settled. */
  readonly stalledAfter?: Duration.Input
}

/** Where the metrics are served, such as `http://127.0.0.1:9464`. */
export class MetricsAddress extends Context.Service<MetricsAddress, string>()(
  "windmill/layers/MetricsServer/MetricsAddress"
) {}

/** Serves until the layer's scope closes, and keeps what programs require to be ready. */
export const layer = ({ host, port, stalledAfter = "15 minutes" }: MetricsServerOptions) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const required = new Map<string, Effect.Effect<boolean>>()
      const isStalled = yield* stallWatch(Duration.fromInputUnsafe(stalledAfter))
      yield* EventLoopLag.watch
      const routes = Layer.mergeAll(
        PrometheusMetrics.layerHttp(),
        HttpRouter.add("GET", "/healthz", health(isStalled)),
        HttpRouter.add("GET", "/readyz", readiness(required))
      )
      const server = HttpRouter.serve(routes, {
        disableLogger: true,
        disableListenLog: true,
        middleware: withWords
      }).pipe(
        Layer.provide(Layer.succeed(HttpMiddleware.TracerDisabledWhen, () => true)),
        Layer.provideMerge(address),
        Layer.provide(HttpListener.layer({ host, port, flagPrefix: "metrics-" }))
      )
      return Layer.merge(server, Layer.succeed(Readiness, registry(required)))
    })
  )

const address = Layer.effect(
  MetricsAddress,
  Effect.map(HttpServer.HttpServer, ({ address }) => HttpServer.formatAddress(address))
)

const registry = (required: Map<string, Effect.Effect<boolean>>): Context.Service.Shape<typeof Readiness> => ({
  isAsked: true,
  require: (name, isWell) =>
    Effect.acquireRelease(
      Effect.sync(() => void required.set(name, isWell)),
      () => Effect.sync(() => required.delete(name))
    )
})

const health = (isStalled: Effect.Effect<boolean>) =>
  Effect.map(isStalled, (stalled) =>
    HttpServerResponse.text(stalled ? "stalled\n" : "ok\n", { status: stalled ? 503 : 200 })
  )

/** How long a requirement may take to say that it is met. */
const readyTimeout = "2 seconds"

const readiness = (required: ReadonlyMap<string, Effect.Effect<boolean>>) =>
  Effect.gen(function* () {
    const answers = yield* Effect.forEach(
      required,
      ([name, isWell]) =>
        isWell.pipe(
          Effect.timeoutOrElse({ duration: readyTimeout, orElse: () => Effect.succeed(false) }),
          Effect.map((well) => [name, well] as const)
        ),
      { concurrency: "unbounded" }
    )
    const isReady = answers.length > 0 && answers.every(([, well]) => well)
    return HttpServerResponse.jsonUnsafe(
      { ready: isReady, requirements: Object.fromEntries(answers) },
      { status: isReady ? 200 : 503 }
    )
  }).pipe(Effect.withTracerEnabled(false))

/** Says as a problem that there is no such address. */
const withWords = HttpEffect.withPreResponseHandler((request, response) => {
  if (response.status !== 404) return Effect.succeed(response)
  const status = HttpProblem.statusOfNothing(request, methods)
  const problem = HttpProblem.make(status, NodeHttp.STATUS_CODES[status]!, details[status])
  return Effect.succeed(
    HttpServerResponse.text(JSON.stringify(problem), {
      status,
      contentType: "application/problem+json",
      headers: { "x-content-type-options": "nosniff", ...(status === 405 ? { allow: [...methods].join(", ") } : {}) }
    })
  )
})

const methods: ReadonlySet<string> = new Set(["GET", "HEAD"])

const addresses = "there are /metrics, /healthz and /readyz"

const details = {
  400: HttpProblem.unreadableAddress,
  404: `There is nothing at this address: ${addresses}`,
  405: `No address takes this method: ${addresses}`
} as const

/** Whether deliveries have been in hand for that long and none was settled. Looked at from time to time. */
const stallWatch = Effect.fnUntraced(function* (after: Duration.Duration) {
  let handled = -1
  let since = yield* Clock.currentTimeMillis
  const look = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const work = Metrics.workOf(yield* Metric.snapshot)
    if (work.inHand <= 0 || work.settled !== handled) {
      handled = work.settled
      since = now
    }
    return now - since >= Duration.toMillis(after)
  })
  yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced("5 seconds")))
  return look
})
