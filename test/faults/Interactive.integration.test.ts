/** What somebody waits for, behind a full backlog, on a real RabbitMQ and over real HTTP. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Stream } from "effect"
import { get, standard } from "../../src/domain/ServiceCatalog.ts"
import * as HttpInference from "../../src/layers/http/HttpInference.ts"
import * as MemoryServiceSwitch from "../../src/layers/memory/MemoryServiceSwitch.ts"
import { worker } from "../../src/programs/flows/Pipeline.ts"
import { submit } from "../../src/programs/flows/Submit.ts"
import { Catalog } from "../../src/services/Catalog.ts"
import { ImageSource } from "../../src/services/ImageSource.ts"
import { serviceId } from "../support/Facts.ts"
import { json, serve } from "../support/HttpServers.ts"
import * as MemoryResultStore from "../support/MemoryResultStore.ts"
import * as RabbitQueues from "../support/RabbitQueues.ts"
import { sourceImage } from "../support/SourceImages.ts"

/** Milliseconds that the service takes for an answer. */
const takes = 1000

/** What every address leads to. */
const picture = sourceImage({ filename: "a.jpg", width: 640, height: 480 })

/** Images of the batch. */
const backlog = Number(process.env.BACKLOG ?? 3000)

const urgent = 25

describe("an image that somebody waits for", () => {
  it.live(
    "waits at most two requests of the service longer than without the backlog, and the backlog goes on",
    () =>
      Effect.gen(function* () {
        const begun = new Map<string, number>()
        const port = yield* serve((request, response) => {
          begun.set(new URL(request.url!, "http://localhost").searchParams.get("url")!, performance.now())
          setTimeout(() => json(response, 200, { service: "clip", status: "success", predictions: [] }), takes)
        })
        const clip = {
          ...get(standard, serviceId("clip")),
          host: "127.0.0.1",
          port,
          input: "url" as const,
          concurrency: 1
        }
        const surroundings = Layer.mergeAll(
          Layer.succeed(Catalog, [clip]),
          HttpInference.layer.pipe(Layer.provide(NodeHttpClient.layerUndici)),
          MemoryResultStore.layer,
          MemoryServiceSwitch.layer,
          Layer.mock(ImageSource, { lend: (_, use) => use(picture), load: () => Effect.succeed(picture) }),
          RabbitQueues.broker.pipe(Layer.provide(RabbitQueues.address))
        )
        yield* Effect.gen(function* () {
          const image = (name: string) => ({ filename: name, url: `http://pictures/${name}` })
          const services = [clip]
          const stop = yield* Deferred.make<void>()
          yield* Effect.forkScoped(Stream.runDrain(worker([clip], { workerId: "w", stop })))

          /** Milliseconds from the submission of each of the images until the service is asked, ascending. */
          const waits = (name: string, count: number) =>
            Effect.forEach(Array.from({ length: count }), (_, i) =>
              Effect.gen(function* () {
                const one = image(`${name} ${i}`)
                const submitted = performance.now()
                yield* Stream.runDrain(submit(Stream.make(one), { services, lane: "express" }))
                yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => begun.has(one.url) })
                // Not in step with the service.
                yield* Effect.sleep(takes + ((i * 370) % takes))
                return begun.get(one.url)! - submitted
              })
            ).pipe(Effect.map((waits) => waits.toSorted((a, b) => a - b)))

          const [, usual] = yield* waits("alone", 3)
          const batch = Stream.map(Stream.range(1, backlog), (i) => image(`batch ${i}`))
          yield* Stream.runDrain(submit(batch, { services }))
          const p95 = (yield* waits("urgent", urgent))[Math.floor(0.95 * urgent)]! - usual!
          const others = [...begun.keys()].filter((url) => url.includes("batch")).length
          yield* Effect.log(
            `behind ${backlog}: p95 ${Math.round(p95)} ms = ${(p95 / takes).toFixed(2)} requests; of the batch ${others} meanwhile`
          )
          assert.isAtMost(p95, 2 * takes)
          assert.isAtLeast(others, urgent / 2)
        }).pipe(Effect.provide(surroundings))
      }).pipe(Effect.scoped),
    180_000
  )
})
