import { assert, describe, it } from "@effect/vitest"
import { Brand, Deferred, Effect, Fiber, Layer, Option, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import { JobJson } from "../../../src/domain/Messages.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import * as MemoryMessageBroker from "../../../src/layers/memory/MemoryMessageBroker.ts"
import * as MemoryServiceSwitch from "../../../src/layers/memory/MemoryServiceSwitch.ts"
import * as Pipeline from "../../../src/programs/flows/Pipeline.ts"
import { ImageSource } from "../../../src/services/ImageSource.ts"
import { Inference } from "../../../src/services/Inference.ts"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { ResultStore, ResultStoreError, StoreRejected } from "../../../src/services/ResultStore.ts"
import { serviceId } from "../../support/Facts.ts"
import { sourceImage } from "../../support/SourceImages.ts"

const service = ServiceCatalog.get(ServiceCatalog.standard, serviceId("clip"))
const image = { filename: "a.jpg", path: "/a.jpg" }
const job = Schema.encodeSync(JobJson)({
  version: 1,
  imageId: Brand.nominal<ImageId>()(1),
  service: service.id,
  image
})

/** A worker whose store refuses every answer, about an image that is there or not. */
const worker = (isDeleted: boolean) =>
  Layer.mergeAll(
    MemoryMessageBroker.layer,
    MemoryServiceSwitch.layer,
    Layer.mock(Inference, { analyze: () => Effect.succeed({ data: {} }) }),
    Layer.mock(ImageSource, {
      lend: (_, use) => use(sourceImage({ filename: "a.jpg", width: 1, height: 1 }))
    }),
    Layer.mock(ResultStore, {
      record: () => Effect.fail(new ResultStoreError({ reason: new StoreRejected({ cause: "no such image" }) })),
      reference: () => Effect.succeed(isDeleted ? Option.none() : Option.some(image))
    })
  )

const settle = Effect.gen(function* () {
  const broker = yield* MessageBroker
  const stop = yield* Deferred.make<void>()
  const running = yield* Effect.forkChild(Stream.runDrain(Pipeline.worker([service], { workerId: "w", stop })))
  yield* broker.publish([{ queue: service.queue, body: job }])
  // In small steps, so that what waits can begin to wait again.
  yield* Effect.repeat(TestClock.adjust("50 millis"), { times: 20 })
  const { dead, ready, unsettled } = yield* broker.statistics(service.queue)
  yield* Deferred.succeed(stop, undefined)
  yield* Fiber.join(running)
  return { dead, ready, unsettled }
})

describe("an answer that the store refuses", () => {
  it.effect("is forgotten when its image was deleted", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* settle, { dead: 0, ready: 0, unsettled: 0 })
    }).pipe(Effect.provide(worker(true)))
  )

  it.effect("is set aside when its image is there", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* settle, { dead: 1, ready: 0, unsettled: 0 })
    }).pipe(Effect.provide(worker(false)))
  )
})
