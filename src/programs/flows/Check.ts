/** Checking what windmill works with: every service of the catalog by a real question, the servers, and pictures. */
import { Duration, Effect, Result, Stream } from "effect"
import type { Finding } from "../../domain/Finding.ts"
import type { EncodedImage, ImageReference } from "../../domain/ImageReference.ts"
import * as Alignment from "../../domain/harmonization/Alignment.ts"
import { hintQueue } from "../../domain/Messages.ts"
import * as Reply from "../../domain/Reply.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import type { Service } from "../../domain/ServiceCatalog.ts"
import { Checks } from "../../services/Checks.ts"
import { ImageSource } from "../../services/ImageSource.ts"
import { Inference, type InferenceError } from "../../services/Inference.ts"
import { Renderer } from "../../services/Renderer.ts"
import * as Align from "./Align.ts"

export interface Subjects {
  readonly services: ReadonlyArray<Service>
  readonly pictures: ReadonlyArray<ImageReference>
  /** Whether the database and the broker are looked at, too. */
  readonly servers: boolean
}

/** The findings about services first, each as soon as it is known. */
export const check = ({ pictures, servers, services }: Subjects) =>
  Stream.fromIterable(services).pipe(
    Stream.mapEffect(checkService, { concurrency: 4 }),
    Stream.concat(
      servers
        ? Stream.unwrap(
            Checks.useSync(({ broker, database, here }) =>
              Stream.mapEffect(
                Stream.make(broker(queuesOf(services)), database, here(filesOf(services))),
                (found) => found
              )
            )
          )
        : Stream.empty
    ),
    Stream.concat(Stream.mapEffect(Stream.fromIterable(pictures), checkPicture)),
    Stream.flattenIterable
  )

const queuesOf = (services: ReadonlyArray<Service>): ReadonlyArray<string> => [
  ...services.map(({ queue }) => queue),
  ...Object.values(hintQueue)
]

/** Files of a program that asks all services: a connection and a picture for each request, the program's own, and the database's. */
const filesOf = (services: ReadonlyArray<Service>): number =>
  services.reduce((sum, { concurrency }) => sum + 2 * concurrency, 0) + 100

/** Whether it can be reached, says that it is well, and answers in a way that can be read. */
export const checkService = Effect.fnUntraced(function* (service: Service) {
  const checks = yield* Checks
  const reached = yield* checks.reach(service)
  if (reached.some(({ verdict }) => verdict === "broken")) return reached
  return [...reached, yield* health(service), ...(yield* question(service))]
})

const health = Effect.fnUntraced(function* (service: Service) {
  const url = ServiceCatalog.healthUrl(service)
  const found = { subject: service.id, step: "health" }
  if (url === undefined) return fine(found, "it has no path for that; the question tells")
  const inference = yield* Inference
  return (yield* inference.isHealthy(service))
    ? fine(found, url)
    : odd(found, `${url} does not say that it is well`, 'set "health" to a path it has, or to none')
})

/** A picture that every service can decode, with something to see in it. */
const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="64"><rect width="96" height="64" fill="#9cd"/>' +
  '<rect y="44" width="96" height="20" fill="#7a5"/><circle cx="60" cy="34" r="14" fill="#c52"/></svg>'

const question = Effect.fnUntraced(function* (service: Service) {
  const found = { subject: service.id, step: "question" }
  if (service.input !== "upload") return [fine(found, `not asked: it reads pictures by their ${service.input} itself`)]
  const renderer = yield* Renderer
  const inference = yield* Inference
  const bytes = yield* Effect.orDie(renderer.draw(drawing, { format: "jpeg" }))
  const image: EncodedImage = { bytes, mediaType: "image/jpeg", filename: "check.jpg", width: 96, height: 64 }
  const [duration, result] = yield* Effect.timed(Effect.result(inference.analyze(service, { _tag: "Upload", image })))
  if (Result.isFailure(result)) return [broken(found, result.failure.message, remedyOf(result.failure))]
  const time = `in ${Math.round(Duration.toMillis(duration))} ms`
  const reply = Reply.decode(result.success.data, service.kind)
  if (Result.isFailure(reply)) return [broken(found, reply.failure.message, readDocs)]
  const { diagnostics, predictions } = reply.success
  const [first] = diagnostics.filter(({ part }) => part === undefined)
  return [
    first === undefined
      ? fine(found, `${kindsOf(predictions)} ${time}`)
      : odd(
          found,
          `${kindsOf(predictions)} ${time}; prediction ${first.index} is set aside: ${first.problem}`,
          readDocs
        )
  ]
})

/** `2 objects, 1 label`, or what no prediction is. */
const kindsOf = (predictions: ReadonlyArray<Reply.Prediction>): string => {
  const counts = new Map<string, number>()
  for (const { _tag } of predictions) counts.set(_tag, (counts.get(_tag) ?? 0) + 1)
  return (
    [...counts].map(([kind, count]) => `${count} ${kind.toLowerCase()}${count === 1 ? "" : "s"}`).join(", ") ||
    "nothing seen"
  )
}

const readDocs = 'compare its reply with docs/services.md: "api", "kind" or "boxes" may be another one'

const remedyOf = ({ reason }: InferenceError): string => {
  switch (reason._tag) {
    case "Unavailable":
      return "look at the log of the service; it is asked again by itself"
    case "Refused":
      return 'correct "endpoint", "headers" or "options" as the service says'
    case "UnreadableReply":
      return readDocs
  }
}

/** Detectors whose boxes are off, by what they answered so far; nothing when there are no answers to be read. */
export const checkBoxes = Align.deviating.pipe(
  Effect.map((found) =>
    found.map(({ offsets, service }) =>
      odd(
        { subject: service, step: "boxes" },
        `its boxes lie off those of every other detector: ${Alignment.edges
          .flatMap((edge) => (offsets[edge] === undefined ? [] : [beyond(edge, offsets[edge])]))
          .join(", ")}`,
        "windmill align --reference with a detector you know to be right, or --gt, proposes how to move them"
      )
    )
  ),
  Effect.orElseSucceed((): ReadonlyArray<Finding> => [])
)

/** `left edge 9.8 % of the width to the right` */
const beyond = (edge: Alignment.Edge, offset: number): string => {
  const isUpright = edge === "left" || edge === "right"
  const towards = isUpright ? (offset > 0 ? "to the right" : "to the left") : offset > 0 ? "lower" : "higher"
  return `${edge} edge ${Math.abs(100 * offset).toFixed(1)} % of the ${isUpright ? "width" : "height"} ${towards}`
}

const checkPicture = Effect.fnUntraced(function* (reference: ImageReference) {
  const source = yield* ImageSource
  const found = { subject: reference.filename, step: "picture" }
  return yield* source.load(reference).pipe(
    Effect.match({
      onSuccess: ({ height, mediaType, width }) => [fine(found, `${mediaType}, ${width} x ${height} pixels`)],
      onFailure: (error) => [broken(found, error.message)]
    })
  )
})

type Place = Pick<Finding, "subject" | "step">

const fine = (place: Place, detail: string): Finding => ({ ...place, verdict: "fine", detail })
const odd = (place: Place, detail: string, remedy: string): Finding => ({ ...place, verdict: "odd", detail, remedy })
const broken = (place: Place, detail: string, remedy?: string): Finding => ({
  ...place,
  verdict: "broken",
  detail,
  ...(remedy === undefined ? {} : { remedy })
})
