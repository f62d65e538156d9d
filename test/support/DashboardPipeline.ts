/** The whole pipeline in this process: simulated services, workers, stages, the API, and the dashboard as built from its source. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodePath from "@effect/platform-node/NodePath"
import { Deferred, Effect, Layer, Path, Schedule, Stream } from "effect"
import { build } from "vite"
import * as Farm from "#farm/simulated/Farm"
import * as Samples from "#farm/simulated/Samples"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import { hintQueue } from "../../src/domain/Messages.ts"
import * as HttpInference from "../../src/layers/http/HttpInference.ts"
import * as PgTunings from "../../src/layers/postgres/PgTunings.ts"
import * as Heartbeat from "../../src/programs/flows/Heartbeat.ts"
import { pipeline } from "../../src/programs/flows/Pipeline.ts"
import { submit } from "../../src/programs/flows/Submit.ts"
import { Catalog } from "../../src/services/Catalog.ts"
import { MessageBroker } from "../../src/services/MessageBroker.ts"
import { Progress } from "../../src/services/Progress.ts"
import * as ApiServers from "./ApiServers.ts"

const workerId = "all-in-one"

/** Everything that consumes a queue. */
const workers = Layer.effectDiscard(
  Effect.gen(function* () {
    const broker = yield* MessageBroker
    const catalog = yield* Catalog
    const stop = yield* Deferred.make<void>()
    yield* broker.declare([...catalog.map(({ queue }) => queue), ...Object.values(hintQueue)])
    const running = pipeline({
      services: catalog,
      strategy: Strategies.defaultStrategy,
      workerId,
      stop
    })
    yield* Effect.forkScoped(Stream.runDrain(running))
  })
).pipe(Layer.provide(Heartbeat.layer({ workerId, host: "localhost", version: "0.1.0" })))

/** The dashboard, where the API looks for it. */
export const dashboard = Layer.effectDiscard(
  Effect.flatMap(ApiServers.Folders, ({ dashboard }) =>
    Effect.promise(() => build({ configFile: "vite.config.ts", logLevel: "error", build: { outDir: dashboard } }))
  )
)

/** Runs until the scope closes. */
export const layer = (farm: Farm.Options = {}) =>
  Layer.mergeAll(workers, dashboard).pipe(
    Layer.provideMerge(PgTunings.current),
    Layer.provideMerge(
      Layer.unwrap(
        Effect.map(Farm.Farm, ({ catalog }) =>
          ApiServers.layer({
            catalog,
            absent: ["captions: install Ollama"],
            inference: HttpInference.layer.pipe(Layer.provide(NodeHttpClient.layerUndici))
          })
        )
      )
    ),
    Layer.provideMerge(Farm.layer(farm)),
    Layer.orDie
  )

/** Asks all services about the first sample pictures, and returns the images. */
export const submitSamples = Effect.fnUntraced(function* (limit: number, group: string) {
  const path = yield* Path.Path
  const catalog = yield* Catalog
  const { uploads } = yield* ApiServers.Folders
  const files = yield* Samples.write(path.join(uploads, "samples"), { limit })
  const services = catalog.filter(({ category }) => category === "primary")
  return yield* submit(Stream.fromIterable(files.map((file) => ({ filename: path.basename(file), path: file }))), {
    services,
    group
  }).pipe(Stream.runCollect)
}, Effect.provide(NodePath.layer))

/** Waits until every image is done. */
export const untilDone = Effect.gen(function* () {
  const progress = yield* Progress
  const { done, images } = yield* progress.counts({ _tag: "All" })
  if (done < images) return yield* Effect.fail("not done yet")
}).pipe(Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 400 }))
