import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import { Progress } from "../../../src/services/Progress.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import { consensusOf, serviceId } from "../../support/Facts.ts"
import * as Databases from "../../support/Databases.ts"
import {
  answer,
  derived,
  known,
  personsAt,
  saveBoxes,
  saveConsensus,
  saveEnrichment,
  factsAbout
} from "../../support/Stores.ts"

layer(Databases.store, { excludeTestServices: true })("PgProgress", (it) => {
  it.effect("counts what waits, and knows since when", () =>
    Effect.gen(function* () {
      const store = yield* ResultStore
      const sql = yield* SqlClient.SqlClient
      const waiting = Effect.map(
        Progress.use((progress) => progress.waiting),
        (all) => Object.fromEntries(all.map(({ images, of, since }) => [of, [images, Option.isSome(since)]]))
      )
      assert.deepEqual(yield* waiting, {
        answers: [0, false],
        harmonize: [0, false],
        consensus: [0, false],
        enrich: [0, false]
      })
      const image = yield* known("yolov8", "ocr")
      yield* known("ocr")
      yield* store.record([answer(image, "yolov8")])
      assert.deepEqual(yield* waiting, {
        answers: [2, true],
        harmonize: [1, true],
        consensus: [1, true],
        enrich: [1, true]
      })
      yield* sql`UPDATE results SET result_created = now() - interval '1 hour' WHERE image_id = ${image}`
      const [row] = yield* sql<{ now: Date }>`SELECT now() AS now`
      const harmonize = (yield* Progress.use((progress) => progress.waiting)).find(({ of }) => of === "harmonize")!
      const age = row!.now.getTime() - Option.getOrThrow(harmonize.since).getTime()
      assert.isTrue(age >= 3_600_000 && age < 3_660_000, String(age))
      yield* saveBoxes([derived(image, 1, personsAt())])
      assert.deepEqual((yield* waiting).harmonize, [0, false])
      assert.deepEqual((yield* waiting).enrich, [1, true])
    })
  )

  it.effect(
    "counts what lacks only answers that are not to come now, and who is asked of nobody else only if none ever will",
    () =>
      Effect.gen(function* () {
        const store = yield* ResultStore
        const halted = ["away", "gone"].map(serviceId)
        const both = yield* known("clip", "gone")
        const owing = yield* known("clip", "away")
        const alone = yield* known("gone")
        const kept = yield* known("away")
        const mixed = yield* known("away", "gone")
        yield* store.record([answer(both, "clip")])
        yield* saveBoxes([derived(both, 1, [])])
        yield* saveConsensus([derived(both, 1, consensusOf(yield* factsAbout(both)))])
        yield* saveEnrichment([derived(both, 1, undefined)])
        const lacking = (...ids: ReadonlyArray<ImageId>) =>
          Progress.use((progress) =>
            progress.lackingOnly(halted, {
              scope: { _tag: "Images", ids },
              crops: false,
              withdrawn: [serviceId("gone")]
            })
          )
        assert.strictEqual(yield* lacking(both), 1)
        assert.strictEqual(yield* lacking(owing), 0)
        assert.strictEqual(yield* lacking(alone), 1)
        assert.strictEqual(yield* lacking(kept), 0)
        assert.strictEqual(yield* lacking(mixed), 0)
      })
  )
})
