/** What people say about boxes, in PostgreSQL. */
import { Effect, Layer, Option } from "effect"
import type { CorrectionId } from "../../domain/corrections/Correction.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import { Corrections } from "../../services/Corrections.ts"
import * as CorrectedConcepts from "./CorrectedConcepts.ts"
import * as Rows from "./Corrections.ts"
import { methodsOf } from "./Methods.ts"
import * as Migrations from "./Migrations.ts"

export const layer = Layer.effect(
  Corrections,
  Effect.gen(function* () {
    const run = yield* methodsOf("Corrections")

    const find = (imageId: ImageId, id: CorrectionId | undefined) =>
      Effect.map(Rows.list(imageId), (all) => Option.fromUndefinedOr(all.find((each) => each.id === id)))

    return Corrections.of({
      record: (imageId, by, change) =>
        run(
          "record",
          Effect.flatMap(Rows.record(imageId, by, change, CorrectedConcepts.keep([imageId])), (id) => find(imageId, id))
        ),
      withdraw: (imageId, id, by) =>
        run(
          "withdraw",
          Effect.andThen(Rows.withdraw(imageId, id, by, CorrectedConcepts.keep([imageId])), find(imageId, id))
        ),
      list: (imageId) => run("list", Rows.list(imageId)),
      images: (page) => run("images", Rows.images(page))
    })
  })
).pipe(Layer.provide(Migrations.layer))
