/** Taking over what an earlier system recorded: answers of services about images, as rows. */
import { Effect, Schema, Stream } from "effect"
import type { Outcome } from "../../domain/Facts.ts"
import { ServiceId } from "../../domain/Identifiers.ts"
import type { ImageReference } from "../../domain/ImageReference.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import { Catalog } from "../../services/Catalog.ts"
import { type ResultRecord, ResultStore } from "../../services/ResultStore.ts"

/** A row of the table `results` of the specification, with what `images` says of its image. */
export const Row = Schema.Struct({
  image_filename: Schema.optionalKey(Schema.NullOr(Schema.String)),
  image_path: Schema.optionalKey(Schema.NullOr(Schema.String)),
  image_url: Schema.optionalKey(Schema.NullOr(Schema.String)),
  image_group: Schema.optionalKey(Schema.NullOr(Schema.String)),
  service: ServiceId,
  status: Schema.String,
  data: Schema.NullOr(Schema.Json),
  processing_time: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  error_message: Schema.optionalKey(Schema.NullOr(Schema.String)),
  worker_id: Schema.optionalKey(Schema.NullOr(Schema.String))
})
export type Row = typeof Row.Type

/** What became of rows. */
export interface Imported {
  readonly recorded: number
  /** The image and service had an answer already. */
  readonly known: number
  /** The row names neither a path nor a URL, or a service that is not in the catalog. */
  readonly unusable: number
}

/**
 * Makes the images of the rows known, and records the answers that are new. Of several about one image and service the first
 * stays. Nothing is asked of any service; what follows from the answers is stale until a postprocessor looks.
 */
export const rows = <E, R>(source: Stream.Stream<Row, E, R>) =>
  source.pipe(
    Stream.grouped(500),
    Stream.mapEffect(importBatch),
    Stream.runFold(
      (): Imported => ({ recorded: 0, known: 0, unusable: 0 }),
      (sum, batch) => ({
        recorded: sum.recorded + batch.recorded,
        known: sum.known + batch.known,
        unusable: sum.unusable + batch.unusable
      })
    )
  )

const importBatch = Effect.fn("Import.batch")(function* (batch: ReadonlyArray<Row>) {
  const catalog = yield* Catalog
  const store = yield* ResultStore
  const usable = batch.flatMap((row) => {
    const reference = referenceOf(row)
    return reference === undefined || ServiceCatalog.find(catalog, row.service) === undefined
      ? []
      : [{ reference, row }]
  })
  const asked = new Map<string, { readonly reference: ImageReference; readonly rows: Array<Row> }>()
  for (const { reference, row } of usable) {
    const key = JSON.stringify(reference)
    asked.set(key, { reference, rows: [...(asked.get(key)?.rows ?? []), row] })
  }
  const images = [...asked.values()]
  const submitted = yield* store.submit(
    images.map(({ reference, rows }) => ({
      reference,
      services: rows.map(({ service }) => service),
      ...(rows[0]!.image_group == null ? {} : { group: rows[0]!.image_group })
    }))
  )
  const idOf = new Map(submitted.map(({ imageId, reference }) => [JSON.stringify(reference), imageId]))
  const firsts = new Map<string, ResultRecord>()
  for (const { reference, row } of usable) {
    const imageId = idOf.get(JSON.stringify(reference))!
    const key = `${imageId} ${row.service}`
    if (!firsts.has(key)) {
      firsts.set(key, { imageId, service: row.service, outcome: outcomeOf(row), workerId: row.worker_id ?? "import" })
    }
  }
  const recorded = yield* store.record([...firsts.values()])
  return {
    recorded: recorded.length,
    known: usable.length - recorded.length,
    unusable: batch.length - usable.length
  }
})

const referenceOf = ({ image_filename, image_path, image_url }: Row): ImageReference | undefined => {
  const place = image_path || image_url
  if (!place) return undefined
  const filename = image_filename || place.split("/").at(-1) || place
  return image_path
    ? { filename, path: image_path, ...(image_url ? { url: image_url } : {}) }
    : { filename, url: place }
}

const outcomeOf = ({ data, error_message, processing_time, status }: Row): Outcome =>
  status === "success" && data !== null
    ? { _tag: "Success", data, ...(processing_time == null ? {} : { processingTime: processing_time }) }
    : {
        _tag: "Failure",
        class: "refused",
        reason: error_message ?? `the earlier system recorded ${status}`,
        ...(data === null ? {} : { data })
      }
