import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { readFileSync } from "node:fs"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { Catalog } from "../../src/services/Catalog.ts"
import * as Archives from "../support/Archives.ts"
import * as Databases from "../support/Databases.ts"
import { failed, label, object, said } from "../support/Facts.ts"

const page = readFileSync(new URL("../../docs/schema.md", import.meta.url), "utf8")
const queries = Array.from(page.matchAll(/^```sql\n([^`]+)^```/gm), ([, query]) => query!)

const surroundings = Layer.merge(Databases.store, Layer.succeed(Catalog, ServiceCatalog.standard))

layer(surroundings, { excludeTestServices: true })("docs/schema.md", (it) => {
  it.effect("has only queries that the database answers, and each finds what it is about", () =>
    Effect.gen(function* () {
      const dog = object("dog", [10, 20, 30, 40], 0.9)
      const person = object("person", [100, 20, 30, 40], 0.9)
      const seen = said(dog, person)
      yield* Archives.done("a.jpg", {
        yolov8: seen,
        rtdetr: seen,
        detectron2: said(dog, person),
        clip: said(label("person", 0.9))
      })
      yield* Archives.done("b.jpg", { yolov8: said(dog), rtdetr: said(dog), detectron2: said(), ocr: failed() })
      yield* Archives.answered("c.jpg", {}, { unanswered: ["clip"] })
      const sql = yield* PgClient.PgClient
      assert.isAtLeast(queries.length, 8)
      for (const query of queries) {
        const rows = yield* sql.unsafe(query)
        assert.isNotEmpty(rows, query)
      }
    })
  )
})
