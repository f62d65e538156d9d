/** One simulated service: an HTTP server that speaks the service's contract and misbehaves as told. */
import { Duration, Effect, Ref } from "effect"
import type { Service } from "#domain/ServiceCatalog"
import * as Envelope from "../http/Envelope.ts"
import * as HttpService from "../http/HttpService.ts"
import * as Answers from "./Answers.ts"
import * as Behavior from "./Behavior.ts"
import * as CocoLabels from "./CocoLabels.ts"
import * as Contract from "./Contract.ts"
import type { PictureReader } from "./ScenePictures.ts"

/** Opens a service at its host and port (0: any free port) until the scope closes. */
export const open = Effect.fnUntraced(function* (
  service: Service,
  options: { readonly behavior: Behavior.Behavior; readonly pictures: PictureReader; readonly seed: number }
) {
  const behavior = yield* Ref.make(options.behavior)
  const server = yield* HttpService.open(service, answering(service.id as Contract.SimulatedService, behavior, options))
  const turn = Effect.flatMap(Ref.get(behavior), ({ down }) => server.turn(down))
  yield* turn
  return {
    service: server.service,
    /** Changes how the service behaves from the next request on. */
    behave: (change: Partial<Behavior.Behavior>) =>
      Effect.andThen(
        Ref.update(behavior, (current) => ({ ...current, ...change })),
        turn
      )
  }
})

/** Answers requests, in the service's own time. */
const answering = (
  service: Contract.SimulatedService,
  behavior: Ref.Ref<Behavior.Behavior>,
  { pictures, seed }: { readonly pictures: PictureReader; readonly seed: number }
): HttpService.Answering => {
  const fateOf = Behavior.fates(service, seed)
  const terms = Contract.terms[service]
  return {
    terms,
    ...(CocoLabels.isDetector(service) && { classes: CocoLabels.labels }),
    analyze: Effect.fnUntraced(function* (bytes) {
      const picture = yield* pictures.read(bytes)
      const current = yield* Ref.get(behavior)
      const duration = Behavior.latency(current, service, picture.width * picture.height, picture.digest)
      const seconds = Duration.toSeconds(duration)
      const fate = fateOf(current, picture.digest)
      if (fate._tag === "Hang") return yield* Effect.never
      const [predictions] = yield* Effect.all([Answers.about(service, picture), Effect.sleep(duration)], {
        concurrency: "unbounded"
      })
      const reply = { ...HttpService.json(200, Envelope.success(terms, predictions, seconds)), drip: current.drip }
      if (fate._tag === "Babble") return { ...reply, body: fate.body(reply.body) }
      return fate._tag === "Refuse" ? { ...refusal(terms, fate.status, seconds), drip: current.drip } : reply
    }),
    health: Effect.gen(function* () {
      const current = yield* Ref.get(behavior)
      const fate = fateOf(current, "health")
      if (fate._tag === "Hang") return yield* Effect.never
      if (terms.healthInfers) yield* Effect.sleep(Duration.millis(current.latency * terms.typicalLatency))
      if (fate._tag === "Refuse") {
        return HttpService.json(503, { status: "unhealthy", service, error: "inference failed" })
      }
      const reply = { ...HttpService.json(200, Envelope.healthy(terms)), drip: current.drip }
      return fate._tag === "Babble" ? { ...reply, body: fate.body(reply.body) } : reply
    })
  }
}

const refusal = (terms: Envelope.Terms, status: number, seconds: number): HttpService.Reply => ({
  ...HttpService.json(status, Envelope.failure(terms, `simulated failure ${status}`, seconds)),
  ...((status === 429 || status === 503) && { headers: { "retry-after": "1" } })
})
