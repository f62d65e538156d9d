import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as Domain from "../../../src/domain/Fuse.ts"
import { defaultStrategy } from "../../../src/domain/harmonization/Strategies.ts"
import * as Fuse from "../../../src/programs/flows/Fuse.ts"
import { shuffled } from "../../support/Scenes.ts"

const results = (shift: number, every: number): ReadonlyArray<Domain.CocoResult> =>
  Array.from({ length: 300 }, (_, i) => ({
    image_id: Math.floor(i / 3),
    category_id: 1 + (i % 2),
    bbox: [shift + (i % 3) * 200, 0, 100, 100] as const,
    score: 0.5 + ((i * 7) % 50) / 100
  })).filter(({ image_id }) => image_id % every === 0)

const sourcesOf = (all: ReadonlyArray<ReadonlyArray<Domain.CocoResult>>) =>
  all.map((list, i) => ({ name: `detector ${i}`, results: Stream.fromIterable(list) }))

const fused = (all: ReadonlyArray<ReadonlyArray<Domain.CocoResult>>) =>
  Stream.runCollect(Fuse.fused(sourcesOf(all), defaultStrategy))

describe("fused", () => {
  const files = [results(0, 1), results(8, 2), results(4, 3), []]
  const expected = Domain.fuse(files.map((results, i) => ({ name: `detector ${i}`, results })))

  it.effect("gives side by side what all at once gives", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* fused(files), expected)
    })
  )

  it.effect("gives the same boxes when a file lists its images in another order", () =>
    Effect.gen(function* () {
      const essence = (all: ReadonlyArray<Domain.FusedResult>) =>
        all.map(({ bbox, image_id, score }) => [image_id, bbox, score])
      const mixed = yield* fused([shuffled(files[0]!, 5), ...files.slice(1)])
      assert.deepStrictEqual(essence(mixed), essence(expected))
    })
  )

  it.effect("holds one image at a time", () =>
    Effect.gen(function* () {
      let read = 0
      const counted = Stream.tap(Stream.fromIterable(files[0]!).pipe(Stream.rechunk(1)), () =>
        Effect.sync(() => read++)
      )
      const first = Fuse.fused([{ name: "one", results: counted }], defaultStrategy).pipe(Stream.take(1))
      yield* Stream.runDrain(first)
      // Once through the file to see its order, and then the first images only.
      assert.isBelow(read - files[0]!.length, 20)
    })
  )

  it.effect("ends with what is wrong with a file", () =>
    Effect.gen(function* () {
      const error = new Fuse.FusionError({ detector: "broken", problem: "result 1: it is not JSON" })
      const broken = {
        name: "broken",
        results: Stream.concat(Stream.fromIterable(files[0]!.slice(0, 1)), Stream.fail(error))
      }
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(Fuse.fused([broken], defaultStrategy))), error)
    })
  )
})
