/** Events and exports. */
import { Effect, Layer, Ref } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import type { ExportFormat } from "../../../domain/archive/ExportFormat.ts"
import type { ImageFilter } from "../../../domain/archive/ImageFilter.ts"
import { Archive } from "../../../services/Archive.ts"
import type { ImageSource } from "../../../services/ImageSource.ts"
import * as Formats from "../../exports/Formats.ts"
import { Api } from "../definition/Api.ts"
import { Unavailable } from "../definition/Problems.ts"
import { asProblems } from "../Failures.ts"
import * as ImageEvents from "../ImageEvents.ts"

/** Readers of events at once; each asks the database twice a second. */
const maxReaders = 100

const events = HttpApiBuilder.group(
  Api,
  "events",
  Effect.fnUntraced(function* (handlers) {
    const archive = yield* Archive
    const readers = yield* Ref.make(0)
    // Taken before the stream begins, and given back with the request, however it ends.
    const seat = Effect.acquireRelease(
      Ref.modify(readers, (count) => (count < maxReaders ? [true, count + 1] : [false, count])),
      (isTaken) => (isTaken ? Ref.update(readers, (count) => count - 1) : Effect.void)
    )
    return handlers.handleAll({
      events: ({ headers, query }) =>
        Effect.gen(function* () {
          if (!(yield* seat)) {
            return yield* new Unavailable({
              detail: `${maxReaders} readers follow the events already: try again later`
            })
          }
          const moment = headers["last-event-id"] ?? query.since ?? (yield* asProblems(archive.now))
          return ImageEvents.since(archive, moment, query)
        })
    })
  })
)

const exports = HttpApiBuilder.group(
  Api,
  "exports",
  Effect.fnUntraced(function* (handlers) {
    const needs = yield* Effect.context<Archive | ImageSource>()
    const as = (format: ExportFormat) => (filter: ImageFilter) =>
      Formats.file(format, filter).pipe(
        Effect.map(({ content }) => content),
        Effect.provideContext(needs)
      )
    return handlers.handleAll({
      coco: ({ query }) => as("coco")(query),
      cocoOf: ({ payload }) => as("coco")(payload),
      csv: ({ query }) => as("csv")(query),
      csvOf: ({ payload }) => as("csv")(payload),
      cvat: ({ query }) => as("cvat")(query),
      cvatOf: ({ payload }) => as("cvat")(payload),
      fiftyone: ({ query }) => as("fiftyone")(query),
      fiftyoneOf: ({ payload }) => as("fiftyone")(payload),
      jsonl: ({ query }) => as("jsonl")(query),
      jsonlOf: ({ payload }) => as("jsonl")(payload),
      labelstudio: ({ query }) => as("labelstudio")(query),
      labelstudioOf: ({ payload }) => as("labelstudio")(payload),
      yolo: ({ query }) => as("yolo")(query),
      yoloOf: ({ payload }) => as("yolo")(payload)
    })
  })
)

export const layer = Layer.merge(events, exports)
