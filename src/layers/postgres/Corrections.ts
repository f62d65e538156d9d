/** Corrections as they are read and written. */
import { Array, Effect } from "effect"
import { SqlClient, type SqlError } from "effect/sql"
import { imageBox } from "../../domain/BoundingBox.ts"
import type { Change, ChangeKind, Correction, CorrectionId } from "../../domain/corrections/Correction.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import * as Columns from "./Columns.ts"
import { inTransaction } from "./Transactions.ts"

/** The corrections of an image in the order in which they were made. */
export const list = (imageId: ImageId) => Effect.map(rowsOf([imageId]), (rows) => rows.map(correctionOf))

/** The corrections of images that count, in the order in which they were made. */
export const standing = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>) {
  const rows = (yield* rowsOf(ids)).filter(({ withdrawn }) => withdrawn === null)
  const byId = Array.groupBy(rows, ({ image_id }) => String(image_id))
  return (id: ImageId): ReadonlyArray<Correction> => (byId[String(id)] ?? []).map(correctionOf)
})

/** What else is done in the transaction that changes corrections. */
type Following = Effect.Effect<void, SqlError.SqlError, SqlClient.SqlClient>

/** Records a correction of an image that is known. Returns its id. */
export const record = Effect.fnUntraced(function* (imageId: ImageId, by: string, change: Change, following: Following) {
  const sql = yield* SqlClient.SqlClient
  const { box } = change
  const moved = change.kind === "move" ? change.newBox : undefined
  return yield* inTransaction(
    Effect.gen(function* () {
      if (!(yield* touch(imageId))) return undefined
      const [row] = yield* sql<{ id: CorrectionId }>`
        INSERT INTO corrections (image_id, made_by, kind, label, x, y, width, height, new_label, new_x, new_y, new_width, new_height)
        VALUES (${imageId}, ${Columns.storable(by)}, ${change.kind}, ${Columns.storable(change.label)}, ${box.x}::float8,
          ${box.y}::float8, ${box.width}::float8, ${box.height}::float8,
          ${change.kind === "relabel" ? Columns.storable(change.newLabel) : null}::text, ${moved?.x ?? null}::float8,
          ${moved?.y ?? null}::float8, ${moved?.width ?? null}::float8, ${moved?.height ?? null}::float8)
        RETURNING correction_id AS id`
      yield* following
      return row!.id
    })
  )
})

/** Withdraws a correction, unless it is already. */
export const withdraw = Effect.fnUntraced(function* (
  imageId: ImageId,
  id: CorrectionId,
  by: string,
  following: Following
) {
  const sql = yield* SqlClient.SqlClient
  yield* inTransaction(
    touch(imageId).pipe(
      Effect.andThen(sql`UPDATE corrections SET withdrawn = now(), withdrawn_by = ${Columns.storable(by)}
        WHERE correction_id = ${id}::bigint AND image_id = ${imageId} AND withdrawn IS NULL`),
      Effect.andThen(following)
    )
  )
})

/** Images with corrections that count. */
export const images = Effect.fnUntraced(function* ({
  after = 0 as ImageId,
  limit
}: {
  readonly after?: ImageId
  readonly limit: number
}) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ image_id: ImageId }>`
    SELECT DISTINCT image_id FROM corrections WHERE image_id > ${after} AND withdrawn IS NULL
    ORDER BY image_id LIMIT ${limit}`
  return rows.map(({ image_id }) => image_id)
})

/** Marks an image as changed, for those who follow changes, and takes turns with others who do. Returns whether it is known. */
const touch = Effect.fnUntraced(function* (imageId: ImageId) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql`UPDATE images SET revision = revision WHERE image_id = ${imageId} RETURNING image_id`
  return rows.length > 0
})

const rowsOf = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>) {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<Row>`
    SELECT correction_id, image_id, made, made_by, kind, label, x, y, width, height, new_label, new_x, new_y, new_width,
      new_height, withdrawn, withdrawn_by
    FROM corrections WHERE image_id = ANY (${Columns.bigints(ids)}) ORDER BY correction_id`
})

interface Row {
  readonly correction_id: CorrectionId
  readonly image_id: ImageId
  readonly made: Date
  readonly made_by: string
  readonly kind: ChangeKind
  readonly label: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly new_label: string | null
  readonly new_x: number | null
  readonly new_y: number | null
  readonly new_width: number | null
  readonly new_height: number | null
  readonly withdrawn: Date | null
  readonly withdrawn_by: string | null
}

const correctionOf = (row: Row): Correction => ({
  id: row.correction_id,
  by: row.made_by,
  at: row.made,
  change: changeOf(row),
  ...(row.withdrawn === null ? {} : { withdrawn: { by: row.withdrawn_by!, at: row.withdrawn } })
})

/** Which columns are there for which kind is in the table's checks. */
const changeOf = ({
  height,
  kind,
  label,
  new_height,
  new_label,
  new_width,
  new_x,
  new_y,
  width,
  x,
  y
}: Row): Change => {
  const seen = { box: imageBox({ x, y, width, height }), label }
  switch (kind) {
    case "relabel":
      return { kind, ...seen, newLabel: new_label! }
    case "move":
      return { kind, ...seen, newBox: imageBox({ x: new_x!, y: new_y!, width: new_width!, height: new_height! }) }
    default:
      return { kind, ...seen }
  }
}
