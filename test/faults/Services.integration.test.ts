import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Schedule, Stream } from "effect"
import { get, type Service, standard } from "../../src/domain/ServiceCatalog.ts"
import * as HttpInference from "../../src/layers/http/HttpInference.ts"
import { Refused, UnreadableReply } from "../../src/services/Inference.ts"
import * as Scenario from "../simulation/Scenario.ts"
import { label, said, serviceId } from "../support/Facts.ts"
import * as HttpServers from "../support/HttpServers.ts"
import * as TcpProxy from "../support/TcpProxy.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

const good = said(label("dog", 0.9)).data!
type Answer = Parameters<typeof HttpServers.serve>[0]

/** What passes: these services are well again later, as is one that is not there yet. */
const passing: Record<string, Answer> = {
  resets: (request) => request.socket.destroy(),
  hangs: () => {},
  drips: (_, response) => void response.writeHead(200, { "content-type": "application/json" }).write("{"),
  breaks: (_, response) => HttpServers.json(response, 500, { status: "error" }),
  busy: (_, response) => HttpServers.json(response, 429, {}, { "retry-after": "1" })
}

/** What is an answer for good, and as what it is recorded. */
const final: Record<string, readonly [Answer, string]> = {
  missing: [(_, response) => HttpServers.json(response, 404, {}), "refused"],
  page: [
    (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
    "unreadable-reply"
  ],
  truncated: [(_, response) => void response.writeHead(200).end('{"status":"success","pre'), "unreadable-reply"],
  absurd: [(_, response) => HttpServers.json(response, 200, [[[]]]), "unreadable-reply"]
}

const until = (holds: Effect.Effect<boolean, unknown>, within: Duration.Input) =>
  Effect.repeat(holds, { until: (held) => held, schedule: Schedule.spaced("50 millis") }).pipe(Effect.timeout(within))

describe("services that misbehave", () => {
  it.live(
    "cost the others nothing, keep their jobs, and are asked again by themselves when they are well (B16, B18)",
    () =>
      Effect.gen(function* () {
        let areWell = false
        const well: Answer = (_, response) => HttpServers.json(response, 200, good)
        const at = (id: string, port: number): Service => ({
          ...get(standard, serviceId("clip")),
          id: serviceId(id),
          queue: `queue_${id}`,
          port,
          timeout: Duration.millis(500)
        })
        const serve = (id: string, answer: Answer) => Effect.map(HttpServers.serve(answer), (port) => at(id, port))
        /** Nothing listens there before all are well. */
        const absent = at("absent", yield* TcpProxy.freePort)
        const ill = [
          absent,
          ...(yield* Effect.forEach(Object.entries(passing), ([id, answer]) =>
            serve(id, (request, response, body) => (areWell ? well : answer)(request, response, body))
          ))
        ]
        const wrong = yield* Effect.forEach(Object.entries(final), ([id, [answer]]) => serve(id, answer))
        const healthy = yield* serve("well", (request, response, body) =>
          setTimeout(() => well(request, response, body), 100)
        )
        const catalog = [...ill, ...wrong, healthy].sort((a, b) => (a.id < b.id ? -1 : 1))
        const scenario = Scenes.scenario({
          catalog,
          says: ({ id }) => {
            if (final[id] === undefined) return Effect.succeed({ data: good, processingTime: 0.25 })
            const why = { service: id, detail: "as it always does" }
            return Scenario.failure(final[id][1] === "refused" ? new Refused(why) : new UnreadableReply(why))
          }
        })
        const deployment = yield* Deployment.make(scenario, yield* Deployment.sharedServers)
        const { postprocessor, settled, start, store, submit, worker } = deployment
        const http = HttpInference.layer.pipe(Layer.provide(NodeHttpClient.layerUndici))
        yield* start((stop) => Stream.provide(worker(stop), http))
        yield* start(postprocessor)
        /** How long the healthy service takes to answer about pictures of its own. */
        const timed = Effect.fnUntraced(function* (name: string) {
          const own = yield* submit(Scenes.pictures(name, 30, [healthy]))
          const [taken] = yield* Effect.timed(
            until(
              Effect.map(store.facts(own), (facts) => facts.every(({ results }) => results.length === 1)),
              "30 seconds"
            )
          )
          return Duration.toMillis(taken)
        })
        const alone = yield* timed("alone")
        const ids = yield* submit(Scenes.pictures("misbehaving", 12, catalog))
        // It also answers about the pictures that all are asked about.
        assert.isAtMost(yield* timed("beside"), 2 * alone + ids.length * 100)

        const outcomes = Effect.map(store.facts(ids), (facts) => facts.flatMap(({ results }) => results))
        const answersOf = (id: string) =>
          Effect.map(outcomes, (results) =>
            results.filter(({ service }) => service === id).map(({ outcome }) => outcome)
          )
        yield* until(
          Effect.map(answersOf("well"), (answers) => answers.length === ids.length),
          "20 seconds"
        )
        for (const [id, [, expected]] of Object.entries(final)) {
          yield* until(
            Effect.map(answersOf(id), (answers) => answers.length === ids.length),
            "20 seconds"
          )
          for (const outcome of yield* answersOf(id)) {
            assert.strictEqual(outcome._tag === "Failure" ? outcome.class : outcome._tag, expected, id)
          }
        }
        for (const { id } of ill) {
          // Whole again as soon as the worker has given back what it had in hand.
          yield* until(
            Effect.map(
              deployment.broker.statistics(`queue_${id}`),
              ({ delayed, ready }) => ready + delayed === ids.length
            ),
            "20 seconds"
          )
          assert.deepStrictEqual(yield* answersOf(id), [], id)
        }

        areWell = true
        yield* HttpServers.serve(well, absent.port)
        yield* until(
          Effect.map(outcomes, (results) => results.length === ids.length * catalog.length),
          "40 seconds"
        )
        for (const { id } of ill) {
          const tags = (yield* answersOf(id)).map(({ _tag }) => _tag)
          assert.deepStrictEqual(tags, Array(ids.length).fill("Success"), id)
        }
        yield* settled(ids)
      }).pipe(Effect.scoped),
    90_000
  )
})
