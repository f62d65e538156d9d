/** Images: how they become known, what they owe, where they are read from. */
import { Duration, Effect, Option } from "effect"
import { SqlClient } from "effect/sql"
import * as NodeCrypto from "node:crypto"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import { type ImageReference, pathOf, placeOf } from "../../domain/ImageReference.ts"
import type { ImageRequest, Scope, SubmittedImage } from "../../services/ResultStore.ts"
import * as Columns from "./Columns.ts"
import { inTransaction } from "./Transactions.ts"

/** Locks the rows of images for the rest of the transaction, in id order: two batches never wait for each other in a ring. */
export const lockImages = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    SELECT FROM images WHERE image_id = ANY (${Columns.bigints(ids)}) ORDER BY image_id FOR NO KEY UPDATE`
})

/**
 * Inserts the images that are new, in the order of the requests, and adds services to the others. Requests for the same
 * place are one request for all their services.
 */
export const submit = Effect.fnUntraced(function* (requests: ReadonlyArray<ImageRequest>) {
  const sql = yield* SqlClient.SqlClient
  const wanted = oneOfEachPlace(requests)
  if (wanted.size === 0) return []
  const images = [...wanted.values()]
  const keys = Columns.texts([...wanted.keys()])
  // The services of an image as one text: arrays of arrays must be rectangular.
  const services = Columns.texts(images.map(({ services }) => services.join(" ")))
  return yield* inTransaction(
    Effect.gen(function* () {
      const inserted = yield* sql<{ source_key: string }>`
        INSERT INTO images
          (source_key, image_filename, image_path, image_url, image_group, trace_parent, requested_services)
        SELECT source_key, filename, path, url, image_group, trace_parent, string_to_array(services, ' ')
        FROM unnest(
          ${keys},
          ${Columns.texts(images.map(({ reference }) => reference.filename))},
          ${Columns.texts(images.map(({ reference }) => pathOf(reference)))},
          ${Columns.texts(images.map(({ reference }) => reference.url))},
          ${Columns.texts(images.map(({ group }) => group))},
          ${Columns.texts(images.map(({ traceParent }) => traceParent))},
          ${services}
        ) WITH ORDINALITY AS r (source_key, filename, path, url, image_group, trace_parent, services, place)
        WHERE NOT EXISTS (SELECT FROM images WHERE images.source_key = r.source_key)
        ORDER BY place
        ON CONFLICT (source_key) DO NOTHING
        RETURNING source_key`
      const isNew = new Set(inserted.map(({ source_key }) => source_key))
      if (isNew.size < images.length) {
        yield* addServices(keys, services)
        yield* renewUrls([...wanted].map(([key, { reference }]) => ({ key, reference })))
      }
      const rows = yield* sql<ImageRow & { source_key: string }>`
        SELECT source_key, ${imageColumns(sql)} FROM images WHERE source_key = ANY (${keys})`
      const bySource = new Map(rows.map((row) => [row.source_key, row]))
      return [...wanted.keys()].flatMap((key) => {
        const row = bySource.get(key)
        return row === undefined ? [] : [submittedImage(row, isNew.has(key))]
      })
    })
  )
})

/** Adds the services that known images were not asked about, and counts those that have answered already. */
const addServices = Effect.fnUntraced(function* (
  keys: ReturnType<typeof Columns.texts>,
  services: ReturnType<typeof Columns.texts>
) {
  const sql = yield* SqlClient.SqlClient
  const lacking = yield* sql<{ image_id: ImageId }>`
    SELECT image_id FROM images JOIN unnest(${keys}, ${services}) AS r (source_key, services) USING (source_key)
    WHERE NOT requested_services @> string_to_array(services, ' ')
    ORDER BY image_id FOR NO KEY UPDATE OF images`
  if (lacking.length === 0) return
  yield* sql`
    UPDATE images SET
      requested_services = requested,
      answered_services = (
        SELECT count(*) FROM results
        WHERE results.image_id = images.image_id AND renewal IS NULL AND service = ANY (requested))
    FROM unnest(${keys}, ${services}) AS r (source_key, services)
    JOIN images AS before USING (source_key)
    CROSS JOIN LATERAL (
      SELECT array_agg(DISTINCT service COLLATE "C" ORDER BY service COLLATE "C") AS requested
      FROM unnest(before.requested_services || string_to_array(services, ' ')) AS service
    ) AS together
    WHERE images.image_id = before.image_id
      AND images.image_id = ANY (${Columns.bigints(lacking.map(({ image_id }) => image_id))})`
})

/** Reads known images by the URLs that are signed now: an earlier signature may be over. */
const renewUrls = Effect.fnUntraced(function* (
  images: ReadonlyArray<{ readonly key: string; readonly reference: ImageReference }>
) {
  const sql = yield* SqlClient.SqlClient
  const signed = images.filter(
    ({ reference }) => pathOf(reference) === undefined && placeOf(reference) !== reference.url
  )
  if (signed.length === 0) return
  yield* sql`
    UPDATE images SET image_url = url
    FROM unnest(
      ${Columns.texts(signed.map(({ key }) => key))},
      ${Columns.texts(signed.map(({ reference }) => reference.url))}
    ) AS r (key, url)
    WHERE source_key = key AND image_path IS NULL AND image_url <> url`
})

/** Images after `after` that lack answers. */
export const owed = Effect.fnUntraced(function* (options: {
  readonly scope: Scope
  readonly after?: ImageId
  readonly limit: number
}) {
  const sql = yield* SqlClient.SqlClient
  const inScope = options.scope._tag === "All" ? sql`true` : sql`owing = ANY (${Columns.bigints(options.scope.ids)})`
  const rows = yield* sql<ImageRow>`
    SELECT ${imageColumns(sql)} FROM images
    WHERE owing > ${options.after ?? 0} AND ${inScope}
    ORDER BY owing LIMIT ${options.limit}`
  return rows.map((row) => submittedImage(row, false))
})

/** Who still owes an answer about the image, and for how long nothing has been answered. */
export const outstanding = Effect.fnUntraced(function* (imageId: ImageId) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ owed: ReadonlyArray<ServiceId>; seconds: number }>`
    SELECT owed, extract(epoch FROM now() - since)::double precision AS seconds FROM (
      SELECT ${imageColumns(sql)},
        greatest(
          image_created,
          (SELECT max(result_created) FROM results WHERE results.image_id = images.image_id)
        ) AS since
      FROM images WHERE image_id = ${imageId}
    ) AS image`
  return Option.map(Option.fromUndefinedOr(row), ({ owed, seconds }) => ({
    services: owed,
    // A transaction that began later may have ended earlier.
    quietFor: Duration.seconds(Math.max(0, seconds))
  }))
})

/** Where an image is read from. */
export const reference = Effect.fnUntraced(function* (imageId: ImageId) {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<ReferenceRow>`
    SELECT image_filename, image_path, image_url FROM images WHERE image_id = ${imageId}`
  return Option.map(Option.fromUndefinedOr(row), referenceOf)
})

/** The columns of `images` that make a reference. The table holds a path or a URL, or both. */
export interface ReferenceRow {
  readonly image_filename: string
  readonly image_path: string | null
  readonly image_url: string | null
}

/** The reference in a row of `images`. */
export const referenceOf = (row: ReferenceRow): ImageReference => {
  const filename = row.image_filename
  if (row.image_path === null) return { filename, url: row.image_url ?? "" }
  return row.image_url === null
    ? { filename, path: row.image_path }
    : { filename, path: row.image_path, url: row.image_url }
}

interface ImageRow extends ReferenceRow {
  readonly image_id: ImageId
  readonly trace_parent: string | null
  readonly owed: ReadonlyArray<ServiceId>
}

const imageColumns = (sql: SqlClient.SqlClient) => sql`
  image_id, image_filename, image_path, image_url, trace_parent,
  ARRAY(
    SELECT service FROM unnest(requested_services) AS service
    WHERE answered_services = 0 OR NOT EXISTS (
      SELECT FROM results
      WHERE results.image_id = images.image_id AND results.service = service.service AND renewal IS NULL)
    ORDER BY service COLLATE "C"
  ) AS owed`

const submittedImage = (row: ImageRow, isNew: boolean): SubmittedImage => ({
  imageId: row.image_id,
  reference: referenceOf(row),
  owed: row.owed,
  isNew,
  traceParent: Option.fromNullOr(row.trace_parent)
})

/** The requests by the key of their place, in the order in which places were first named. */
const oneOfEachPlace = (requests: ReadonlyArray<ImageRequest>): Map<string, ImageRequest> => {
  const byKey = new Map<string, ImageRequest>()
  for (const request of requests) {
    const key = sourceKey(request.reference)
    const earlier = byKey.get(key)
    const services = [...new Set([...(earlier?.services ?? []), ...request.services])].sort()
    byKey.set(key, { ...(earlier ?? request), services })
  }
  return byKey
}

/** Names the place an image is read from. */
const sourceKey = (reference: ImageReference): string => {
  const kind = pathOf(reference) === undefined ? "url" : "path"
  return NodeCrypto.createHash("sha256")
    .update(`${kind} ${placeOf(reference)}`)
    .digest("hex")
}
