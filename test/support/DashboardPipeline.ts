/** The whole pipeline in this process: simulated services, workers, stages, the API and the dashboard as built. */
import { Deferred, Effect, Layer, Path, Stream } from "effect"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import { hintQueue } from "../../src/domain/Messages.ts"
import { stages } from "../../src/domain/Staleness.ts"
import * as HttpInference from "../../src/layers/HttpInference.ts"
import * as SharpSamples from "../../src/layers/SharpSamples.ts"
import * as SimulatedFarm from "../../src/layers/SimulatedFarm.ts"
import { answerImages } from "../../src/programs/flows/AnswerImages.ts"
import * as Heartbeat from "../../src/programs/flows/Heartbeat.ts"
import { postprocess } from "../../src/programs/flows/Postprocess.ts"
import { submit } from "../../src/programs/flows/Submit.ts"
import { Catalog } from "../../src/services/Catalog.ts"
import { MessageBroker } from "../../src/services/MessageBroker.ts"
import * as ApiServers from "./ApiServers.ts"

const workerId = "all-in-one"

/** Everything that consumes a queue. */
const workers = Layer.effectDiscard(
  Effect.gen(function* () {
    const broker = yield* MessageBroker
    const catalog = yield* Catalog
    const stop = yield* Deferred.make<void>()
    yield* broker.declare([...catalog.map(({ queue }) => queue), ...Object.values(hintQueue)])
    const options = { strategy: Strategies.defaultStrategy, stages, sweepEvery: "2 seconds", stop } as const
    yield* Stream.mergeAll(
      [...catalog.map((service) => answerImages(service, { workerId, stop })), postprocess(options)],
      { concurrency: "unbounded" }
    ).pipe(Stream.runDrain, Effect.forkScoped)
  })
).pipe(Layer.provide(Heartbeat.layer({ workerId, host: "localhost", version: "0.1.0" })))

/** Runs until the scope closes. */
export const layer = (farm: SimulatedFarm.Options = {}) =>
  workers.pipe(
    Layer.provideMerge(
      Layer.unwrap(
        Effect.map(SimulatedFarm.SimulatedFarm, ({ catalog }) =>
          ApiServers.layer({
            catalog,
            inference: HttpInference.layer.pipe(Layer.provide(NodeHttpClient.layerNodeHttp))
          })
        )
      )
    ),
    Layer.provideMerge(SimulatedFarm.layer(farm)),
    Layer.orDie
  )

/** Submits the first sample pictures to all services, as a group. */
export const submitSamples = Effect.fnUntraced(function* (folder: string, limit: number, group: string) {
  const path = yield* Path.Path
  const catalog = yield* Catalog
  const files = yield* SharpSamples.writeSamples(folder, { limit })
  const services = catalog.filter(({ category }) => category === "primary")
  return yield* submit(Stream.fromIterable(files.map((file) => ({ filename: path.basename(file), path: file }))), {
    services,
    group
  }).pipe(Stream.runCollect)
}, Effect.provide(NodePath.layer))
