/** What is answered as a stream: events and exports. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { ImageFilter } from "../../../domain/archive/ImageFilter.ts"
import { ImageId, Moment } from "../../../domain/Identifiers.ts"
import { UnavailableProblem } from "./Problems.ts"

/**
 * - `changed`: something about the image changed; ask for it again.
 * - `deleted`: the image is gone.
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
    event: Schema.Literal("quiet"),
    data: Schema.fromJsonString(Schema.Struct({}))
  })
])
export type ImageEvent = typeof ImageEvent.Type

const events = HttpApiEndpoint.get("events", "/events", {
  headers: { "last-event-id": Schema.optionalKey(Moment) },
  query: {
    /** Where to begin, as in `ImagePage.moment`; now when left out. */
    since: Schema.optionalKey(Moment)
  },
  success: HttpApiSchema.StreamSse({ events: ImageEvent }),
  error: UnavailableProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Follow the changes of images",
    description:
      "Server-sent events, resumable by `Last-Event-ID`. An image that changes often is reported once with what came last: " +
      "a slow reader gets fewer events, not later ones."
  })
)

const exportCoco = HttpApiEndpoint.get("coco", "/export/coco", {
  query: ImageFilter.fields,
  success: HttpApiSchema.StreamUint8Array({ contentType: "application/json" })
}).annotateMerge(
  OpenApi.annotations({
    summary: "Export the confirmed boxes as COCO JSON",
    description: "Images that meet the filter, as for `GET /images`. `bbox` is [x, y, width, height] in image pixels."
  })
)

const exportJsonLines = HttpApiEndpoint.get("jsonLines", "/export/jsonl", {
  query: ImageFilter.fields,
  success: HttpApiSchema.StreamUint8Array({ contentType: "application/x-ndjson" })
}).annotateMerge(
  OpenApi.annotations({
    summary: "Export everything about the images as JSON Lines",
    description: "One image per line: where it is read from, the answers, the boxes, the consensus."
  })
)

export class Events extends HttpApiGroup.make("events")
  .add(events)
  .annotateMerge(OpenApi.annotations({ title: "Events" })) {}

export class Exports extends HttpApiGroup.make("exports")
  .add(exportCoco, exportJsonLines)
  .annotateMerge(OpenApi.annotations({ title: "Exports" })) {}
