/** Submitting images and looking at them. */
import { Effect, Option, Stream } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import type { EncodedImage } from "../../../domain/ImageReference.ts"
import { Actions, UnknownImage } from "../../../services/Actions.ts"
import { Archive } from "../../../services/Archive.ts"
import { Api } from "../definition/Api.ts"
import { NotFound } from "../definition/Problems.ts"
import { asProblems } from "../Failures.ts"
import { Intake } from "../Intake.ts"
import { Pictures } from "../Pictures.ts"
import { Submissions } from "../Submissions.ts"

/** Images on a page when nobody says how many. */
const pageSize = 50

export const layer = HttpApiBuilder.group(
  Api,
  "images",
  Effect.fnUntraced(function* (handlers) {
    const actions = yield* Actions
    const archive = yield* Archive
    const intake = yield* Intake
    const pictures = yield* Pictures
    const submissions = yield* Submissions

    return handlers.handleAll({
      submit: ({ headers, payload }) =>
        asProblems(
          isForm(payload)
            ? submissions.ofForm(payload, headers["idempotency-key"])
            : submissions.ofUrl(payload, headers["idempotency-key"])
        ),

      search: ({ query: { before, limit = pageSize, ...filter } }) =>
        asProblems(
          Effect.gen(function* () {
            const moment = yield* archive.now
            const found = yield* archive.search(filter, {
              limit: limit + 1,
              ...(before === undefined ? {} : { before })
            })
            const images = found.slice(0, limit)
            const last = images.at(-1)
            return { images, moment, ...(found.length > limit && last ? { next: last.id } : {}) }
          })
        ),

      get: ({ params: { id } }) => asProblems(Effect.flatMap(archive.image(id), orUnknown(id))),

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

      rerun: ({ params: { id }, payload: { services } }) => asProblems(actions.rerun(id, services)),

      remove: ({ params: { id } }) =>
        asProblems(
          intake.discard(
            Effect.map(Effect.flatMap(archive.remove(id), orUnknown(id)), (reference) => [
              undefined,
              Option.some(reference)
            ])
          )
        )
    })
  })
)

const isForm = <A, S extends Stream.Stream<unknown, unknown>>(payload: A | S): payload is S => Stream.isStream(payload)

const orUnknown =
  (imageId: UnknownImage["imageId"]) =>
  <A>(found: Option.Option<A>): Effect.Effect<A, UnknownImage> =>
    Option.match(found, { onNone: () => new UnknownImage({ imageId }), onSome: (value) => Effect.succeed(value) })

/** A picture, named by its format alone: what is in the bytes is never taken for anything else. */
export const pictureResponse = ({ bytes, mediaType }: EncodedImage): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.uint8Array(bytes, {
    contentType: mediaType,
    headers: { "cache-control": "private, max-age=60" }
  })
