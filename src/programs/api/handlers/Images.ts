/** Submitting images and looking at them. */
import { Effect, Option, Schedule, Stream } from "effect"
import { HttpEffect, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { waitingFor } from "../../../domain/archive/Image.ts"
import type { ImageId, ServiceId } from "../../../domain/Identifiers.ts"
import type { EncodedImage } from "../../../domain/ImageReference.ts"
import { Archive } from "../../../services/Archive.ts"
import * as Actions from "../../flows/Actions.ts"
import { rememberedBy } from "../../flows/Remembered.ts"
import { Api } from "../definition/Api.ts"
import { NotFound } from "../definition/Problems.ts"
import { asProblems } from "../Failures.ts"
import * as Intake from "../Intake.ts"
import * as Pictures from "../Pictures.ts"
import * as Submissions from "../Submissions.ts"
import { Halted } from "../Watching.ts"

/** Images on a page when no limit is given, and the most suggestions. */
const pageSize = 50
const mostSuggestions = 10

export const layer = HttpApiBuilder.group(
  Api,
  "images",
  Effect.fnUntraced(function* (handlers) {
    const archive = yield* Archive
    const intake = yield* Intake.make
    const pictures = yield* Pictures.make
    const halted = yield* Halted
    /** The services that give no answers now; not asked for where none is owed. */
    const haltedFor = (images: ReadonlyArray<{ readonly owed: ReadonlyArray<ServiceId> }>) =>
      images.some(({ owed }) => owed.length > 0) ? halted : Effect.succeed([])
    const statistics = yield* rememberedBy(
      (group) => archive.statistics(group === "" ? undefined : group),
      "10 seconds"
    )

    return handlers.handleAll({
      submit: ({ headers, payload, query: { wait: [seconds] = [0] } }) =>
        asProblems(
          Effect.gen(function* () {
            const key = headers["idempotency-key"]
            const submission = isForm(payload)
              ? yield* Submissions.ofForm(intake, key)
              : yield* Submissions.ofUrl(intake, payload, key)
            const { id } = submission
            yield* HttpEffect.appendPreResponseHandler((_request, response) =>
              Effect.succeed(HttpServerResponse.setHeader(response, "location", `/images/${id}`))
            )
            const image = yield* Effect.flatMap(archive.image(id), orUnknown(id)).pipe(
              Effect.repeat({
                until: ({ status }) => status === "done",
                schedule: Schedule.upTo(Schedule.spaced("250 millis"), { duration: `${seconds} seconds` })
              })
            )
            const { owed, status, waitsFor } = waitingFor(image, yield* haltedFor([image]))
            return { ...submission, owed, status, ...(waitsFor === undefined ? {} : { waitsFor }) }
          })
        ),

      submitMany: ({ payload }) =>
        asProblems(isForm(payload) ? Submissions.ofFiles(intake) : Submissions.ofUrls(intake, payload)),

      search: ({ query: { before, limit = pageSize, total = false, ...filter } }) =>
        asProblems(
          Effect.gen(function* () {
            const moment = yield* archive.now
            const [found, all] = yield* Effect.all(
              [
                archive.search(filter, { limit: limit + 1, ...(before === undefined ? {} : { before }) }),
                total ? archive.ordered(filter, "newest") : Effect.undefined
              ],
              { concurrency: "unbounded" }
            )
            const waiting = yield* haltedFor(found)
            const images = found.slice(0, limit).map((image) => waitingFor(image, waiting))
            const last = images.at(-1)
            return {
              images,
              moment,
              ...(found.length > limit && last ? { next: last.id } : {}),
              ...(all === undefined ? {} : { total: all.length })
            }
          })
        ),

      // Checking a hundred thousand ids that come from the database would hold up everything else.
      list: ({ query: { limit, order = "newest", ...filter } }) =>
        asProblems(
          Effect.gen(function* () {
            const moment = yield* archive.now
            const ids = yield* archive.ordered(filter, order, limit)
            return HttpServerResponse.jsonUnsafe({ ids, moment })
          })
        ),

      statistics: ({ query: { group = "" } }) => asProblems(statistics(group)),

      assign: ({ payload: { group, ids } }) =>
        asProblems(Effect.map(Actions.assign(ids, Option.fromUndefinedOr(group)), (count) => ({ count }))),

      suggest: ({ query: { typed } }) => asProblems(archive.suggestions(typed, mostSuggestions)),

      get: ({ params: { id } }) =>
        asProblems(
          Effect.gen(function* () {
            const image = yield* Effect.flatMap(archive.image(id), orUnknown(id))
            return waitingFor(image, yield* haltedFor([image]))
          })
        ),

      neighbors: ({ params: { id }, query: { order, ...filter } }) => asProblems(archive.neighbors(id, filter, order)),

      timeline: ({ params: { id } }) => asProblems(Effect.flatMap(archive.timeline(id), orUnknown(id))),

      content: ({ params: { id }, query: { size } }) =>
        asProblems(
          Effect.map(pictures.picture(id, size), (picture) =>
            HttpServerResponse.setHeader(
              pictureResponse(picture),
              "image-size",
              `${picture.stored.width}x${picture.stored.height}`
            )
          )
        ),

      crop: ({ params: { box, id } }) =>
        pictures.crop(id, box).pipe(
          asProblems,
          Effect.flatMap(
            Option.match({
              onNone: () => new NotFound({ detail: `Image ${id} has no box ${box}, or not any more` }),
              onSome: (crop) => Effect.succeed(pictureResponse(crop))
            })
          )
        ),

      rerun: ({ params: { id }, payload }) => asProblems(Actions.rerun(id, payload)),

      remove: ({ params: { id } }) => asProblems(Effect.flatMap(Actions.remove(id), intake.discard))
    })
  })
)

const isForm = <A, S extends Stream.Stream<unknown, unknown>>(payload: A | S): payload is S => Stream.isStream(payload)

const orUnknown =
  (imageId: ImageId) =>
  <A>(found: Option.Option<A>): Effect.Effect<A, Actions.UnknownImage> =>
    Option.match(found, {
      onNone: () => new Actions.UnknownImage({ imageId }),
      onSome: (value) => Effect.succeed(value)
    })

/** A picture, named by its format alone: what is in the bytes is never taken for anything else. */
export const pictureResponse = ({ bytes, mediaType }: EncodedImage): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.uint8Array(bytes, {
    contentType: mediaType,
    headers: { "cache-control": "private, max-age=60" }
  })
