import { assert, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import { Progress } from "../../../src/services/Progress.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import * as Databases from "../../support/Databases.ts"
import { answer, derived, known, personsAt, saveBoxes } from "../../support/Stores.ts"

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
})
