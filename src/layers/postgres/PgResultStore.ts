/**
 * Recorded and derived facts in PostgreSQL.
 *
 * A method is one transaction of a few statements, whatever the size of its batch. Image rows are locked first and in id
 * order, so methods that share images take turns and never wait in a ring; what still loses against another transaction is
 * run again here.
 */
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { ImageId } from "../../domain/Identifiers.ts"
import { ResultStore, type Scope } from "../../services/ResultStore.ts"
import * as Boxes from "./Boxes.ts"
import * as Derivations from "./Derivations.ts"
import * as Derived from "./Derived.ts"
import * as Facts from "./Facts.ts"
import { type DatabaseFailure, storeError } from "./Failures.ts"
import * as Forgetting from "./Forgetting.ts"
import * as Images from "./Images.ts"
import * as Migrations from "./Migrations.ts"
import * as Pictures from "./Pictures.ts"
import * as Requests from "./Requests.ts"
import * as Results from "./Results.ts"

/** The store of tables that are there already: nothing is changed, and methods fail where they are others. */
export const asItIs = Layer.effect(
  ResultStore,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient

    const method = <Args extends ReadonlyArray<unknown>, A>(
      name: string,
      work: (...args: Args) => Effect.Effect<A, DatabaseFailure, SqlClient.SqlClient>,
      attributes: (...args: Args) => Record<string, unknown>
    ) =>
      Effect.fn(name)(
        (...args: Args) => Effect.andThen(Effect.annotateCurrentSpan(attributes(...args)), work(...args)),
        Effect.provideService(SqlClient.SqlClient, sql),
        Effect.mapError(storeError)
      )

    return ResultStore.of({
      submit: method("ResultStore.submit", Images.submit, (requests) => ({ "windmill.images": requests.length })),
      record: method("ResultStore.record", Results.record, aboutEach),
      recordCrops: method("ResultStore.recordCrops", Results.recordCrops, aboutEach),
      facts: method("ResultStore.facts", Facts.facts, aboutAll),
      isOwed: method("ResultStore.isOwed", Results.isOwed, aboutOne),
      save: method("ResultStore.save", Derived.save, ({ boxes = [], consensus = [], enrichment = [] }) =>
        aboutEach([...boxes, ...consensus, ...enrichment])
      ),
      setAside: method("ResultStore.setAside", Derivations.setAside, (stage, reasons) => ({
        "windmill.stage": stage,
        ...aboutEach(reasons)
      })),
      boxes: method("ResultStore.boxes", Boxes.boxes, aboutOne),
      croppable: method("ResultStore.croppable", Boxes.croppable, aboutOne),
      stale: method("ResultStore.stale", Derivations.stale, (stage) => ({ "windmill.stage": stage })),
      owed: method("ResultStore.owed", Images.owed, ({ scope }) => aboutScope(scope)),
      outstanding: method("ResultStore.outstanding", Images.outstanding, aboutOne),
      see: method("ResultStore.see", Pictures.see, aboutOne),
      forget: method("ResultStore.forget", Forgetting.forget, ({ scope }) => aboutScope(scope)),
      request: method("ResultStore.request", Requests.request, aboutAll),
      assign: method("ResultStore.assign", Requests.assign, aboutAll),
      remove: method("ResultStore.remove", Requests.remove, aboutOne),
      unfinished: method("ResultStore.unfinished", Derivations.unfinished, () => ({})),
      reference: method("ResultStore.reference", Images.reference, aboutOne),
      records: method("ResultStore.records", Facts.records, aboutAll)
    })
  })
)

/** The same. The tables are brought up to date when the layer is built. */
export const layer = asItIs.pipe(Layer.provideMerge(Migrations.layer))

/** What spans say of the images a method is about: how many, and the first of them by id. */
const aboutAll = (ids: ReadonlyArray<ImageId>) => ({
  "windmill.images": ids.length,
  "windmill.image_ids": ids.slice(0, 64).join(" ")
})
const aboutOne = (id: ImageId) => ({ "windmill.image_id": id })
const aboutEach = (items: ReadonlyArray<{ readonly imageId: ImageId }>) =>
  aboutAll([...new Set(items.map(({ imageId }) => imageId))])
const aboutScope = (scope: Scope) => (scope._tag === "All" ? {} : aboutAll(scope.ids))
