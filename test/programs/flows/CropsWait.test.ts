/** How often services are asked about crops while the answers of detectors come, one after the other. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, type Duration, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { imageBox } from "../../../src/domain/BoundingBox.ts"
import * as Strategies from "../../../src/domain/harmonization/Strategies.ts"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import { hintQueue } from "../../../src/domain/Messages.ts"
import { stages } from "../../../src/domain/Staleness.ts"
import { postprocess } from "../../../src/programs/flows/Pipeline.ts"
import { Cropper } from "../../../src/services/Cropper.ts"
import { ImageSource } from "../../../src/services/ImageSource.ts"
import { Inference } from "../../../src/services/Inference.ts"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { ServiceSwitch } from "../../../src/services/ServiceSwitch.ts"
import { failed, object, palette, said, serviceId } from "../../support/Facts.ts"
import * as MemoryServers from "../../support/MemoryServers.ts"
import { sourceImage } from "../../support/SourceImages.ts"
import { answer } from "../../support/Stores.ts"

const picture = sourceImage({ filename: "a.jpg", width: 640, height: 480 })

/** Two dogs, as each detector sees them: some pixels apart. */
const dogs = (i: number) =>
  said(object("dog", [10 + i, 20, 100, 100], 0.9 - i / 100), object("dog", [300, 200 + 2 * i, 120, 90], 0.8))

const answers = { yolov8: dogs(0), rtdetr: dogs(1), detectron2: dogs(2) }

/** Lets detectors answer, and time pass, one step after the other; how often crops were asked about by then, and what is known. */
const story = (
  cropsWait: Duration.Input,
  ...steps: ReadonlyArray<Partial<Record<keyof typeof answers, "dogs" | "failed">> | "pause rtdetr" | number>
) => {
  let asked = 0
  return Effect.gen(function* () {
    const store = yield* ResultStore
    const broker = yield* MessageBroker
    const services = Object.keys(answers).map(serviceId)
    const [image] = yield* store.submit([{ reference: { filename: "a.jpg", path: "/a.jpg" }, services }])
    const { imageId } = image!
    const stop = yield* Deferred.make<void>()
    const options = { strategy: Strategies.defaultStrategy, stages, sweepEvery: "30 seconds", stop } as const
    const running = yield* postprocess({ ...options, cropsWait }).pipe(Stream.runDrain, Effect.forkChild)
    const counts: Array<number> = []
    for (const step of steps) {
      if (step === "pause rtdetr") {
        yield* ServiceSwitch.use((switches) => switches.pause({ step: serviceId("rtdetr"), by: "test", reason: "" }))
      } else if (typeof step === "number") {
        yield* Effect.repeat(TestClock.adjust("1 second"), { times: step })
      } else {
        const given = Object.entries(step).map(([service, what]) =>
          answer(imageId, service, what === "failed" ? failed() : answers[service as keyof typeof answers])
        )
        yield* store.record(given)
        yield* broker.publish([{ queue: hintQueue.harmonize, body: JSON.stringify({ version: 1, image_id: imageId }) }])
        yield* Effect.repeat(TestClock.adjust("1 second"), { times: 4 })
      }
      counts.push(asked)
    }
    yield* Deferred.succeed(stop, undefined)
    yield* Fiber.join(running)
    return { counts, records: yield* store.records([imageId as ImageId]) }
  }).pipe(
    Effect.provide(
      Layer.mergeAll(
        MemoryServers.layer("colors", "detectron2", "rtdetr", "yolov8"),
        Layer.mock(ImageSource, { lend: (_, use) => use(picture) }),
        Layer.mock(Cropper, {
          open: () => Effect.succeed((box) => Effect.succeed({ image: picture, region: imageBox(box) }))
        }),
        Layer.mock(Inference, {
          analyze: () => Effect.sync(() => (asked++, { data: said(palette).data! }))
        })
      )
    )
  )
}

const all = [{ yolov8: "dogs" }, { rtdetr: "dogs" }, { detectron2: "dogs" }] as const

describe("crops", () => {
  it.effect("are asked about once for each final box when they wait for the detectors, else after each of them", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* story(0, ...all)).counts, [2, 3, 5])
      assert.deepStrictEqual((yield* story("10 minutes", ...all)).counts, [0, 0, 2])
    })
  )

  it.effect("are the same in the end whether they wait or not, and whatever the order", () =>
    Effect.gen(function* () {
      const facts = ({ records }: Effect.Success<ReturnType<typeof story>>) =>
        JSON.stringify(
          records.map(({ boxes, consensus, facts: { crops } }) => [
            boxes,
            consensus,
            crops.map(({ boxId, outcome, region, service }) => [boxId, service, region, outcome])
          ])
        )
      const once = facts(yield* story(0, { ...all[0], ...all[1], ...all[2] }))
      for (const wait of [0, "10 minutes"] as const) {
        for (const order of [all, all.toReversed(), [all[1], all[0], all[2]]]) {
          assert.strictEqual(facts(yield* story(wait, ...order)), once)
        }
      }
    })
  )

  it.effect("wait for no detector that has failed, is switched off, or stays silent for as long as is set", () =>
    Effect.gen(function* () {
      const given = { yolov8: "dogs", detectron2: "dogs" } as const
      assert.deepStrictEqual((yield* story("10 minutes", given, { rtdetr: "failed" })).counts, [0, 2])
      assert.deepStrictEqual((yield* story("10 minutes", "pause rtdetr", given)).counts, [0, 2])
      assert.deepStrictEqual((yield* story("10 minutes", given, 590, 60)).counts, [0, 0, 2])
      // What was waited for counts from the last answer on.
      assert.deepStrictEqual(
        (yield* story("10 minutes", { yolov8: "dogs" }, 500, { detectron2: "dogs" }, 500, 160)).counts,
        [0, 0, 0, 0, 2]
      )
    })
  )
})
