/** What is answered as a stream: events and exports. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { type ExportFormat, files } from "../../../domain/archive/ExportFormat.ts"
import { ImageFilter } from "../../../domain/archive/ImageFilter.ts"
import { ImageId, Moment } from "../../../domain/Identifiers.ts"
import { UnavailableProblem } from "./Problems.ts"

/**
 * - `changed`: something about the image changed; ask for it again.
 * - `deleted`: the image is gone.
 * - `others`: so many other images changed, or are gone, as one event in place of one for each.
 * - `quiet`: nothing more has happened so far. Comes first, and when nothing happened for a while; its id, too, is a moment to
 *   resume at.
 */
export const ImageEvent = Schema.Union([
  Schema.Struct({
    id: Moment,
    event: Schema.Literals(["changed", "deleted"]),
    data: Schema.fromJsonString(Schema.Struct({ imageId: ImageId }))
  }),
  Schema.Struct({
    id: Moment,
    event: Schema.Literal("others"),
    data: Schema.fromJsonString(Schema.Struct({ changed: Schema.Int, deleted: Schema.Int }))
  }),
  Schema.Struct({
    id: Moment,
    event: Schema.Literal("quiet"),
    data: Schema.fromJsonString(Schema.Struct({}))
  })
])
export type ImageEvent = typeof ImageEvent.Type

const events = HttpApiEndpoint.get("events", "/events", {
  headers: { "last-event-id": Schema.optionalKey(Moment) },
  query: {
    /** Where to begin, as in `ImagePage.moment`; now when left out. */
    since: Schema.optionalKey(Moment),
    /** Of these images; can be repeated. */
    ids: ImageFilter.fields.ids,
    /** Of images that are not among `ids`: one by one while at most so many changed within half a second, and then how many. */
    others: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })))
  },
  success: HttpApiSchema.StreamSse({ events: ImageEvent }),
  error: UnavailableProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Follow the changes of images",
    description:
      "Server-sent events, resumable by `Last-Event-ID`. An image that changes often is reported once with what came last: " +
      "a slow reader gets fewer events, not later ones. A page that shows some of many images asks for their `ids` and for `others`: " +
      "however many others change, it hears of them in a few bytes."
  })
)

/** Images that meet the filter as a file of the format. */
const exported = <Format extends ExportFormat>(format: Format) =>
  HttpApiEndpoint.get(format, `/export/${format}`, {
    query: ImageFilter.fields,
    success: HttpApiSchema.StreamUint8Array({ contentType: files[format].mediaType })
  }).annotateMerge(
    OpenApi.annotations({
      summary: `Export: ${files[format].summary}`,
      description:
        "Images that meet the filter, as for `GET /images`. Where no service has told the size of a picture it is read; an " +
        "image whose picture cannot be read then is left out, except of JSON Lines. docs/api.md describes the formats."
    })
  )

/** The same with the filter in the body. */
const exportedSome = <Format extends ExportFormat>(format: Format) =>
  HttpApiEndpoint.post(`${format}Of`, `/export/${format}`, {
    payload: ImageFilter,
    success: HttpApiSchema.StreamUint8Array({ contentType: files[format].mediaType })
  }).annotateMerge(
    OpenApi.annotations({
      summary: `Export: ${files[format].summary}, with the filter in the body`,
      description: "The same as with `GET`, for more `ids` than fit into an address. Nothing is changed."
    })
  )

export class Events extends HttpApiGroup.make("events")
  .add(events)
  .annotateMerge(OpenApi.annotations({ title: "Events" })) {}

export class Exports extends HttpApiGroup.make("exports")
  .add(
    exported("coco"),
    exported("csv"),
    exported("cvat"),
    exported("fiftyone"),
    exported("jsonl"),
    exported("labelstudio"),
    exported("yolo")
  )
  .add(
    exportedSome("coco"),
    exportedSome("csv"),
    exportedSome("cvat"),
    exportedSome("fiftyone"),
    exportedSome("jsonl"),
    exportedSome("labelstudio"),
    exportedSome("yolo")
  )
  .annotateMerge(OpenApi.annotations({ title: "Exports" })) {}
