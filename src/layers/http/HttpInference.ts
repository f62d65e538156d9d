/**
 * The ML services over HTTP.
 *
 * Uploads are multipart, field `file`. Each service has its own limit of requests in flight, shared by all that this
 * process asks of it. What is worth another try is tried again after a jittered, growing pause; `Retry-After` is honored.
 */
import { Clock, Duration, Effect, Layer, Result, Schedule, type Schema, Stream } from "effect"
import { HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
import * as Reply from "../../domain/Reply.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import type { Service } from "../../domain/ServiceCatalog.ts"
import {
  type Answer,
  type Handover,
  Inference,
  InferenceError,
  Refused,
  Unavailable,
  UnreadableReply
} from "../../services/Inference.ts"
import * as Metrics from "../../services/Metrics.ts"
import * as MultipartForm from "./MultipartForm.ts"
import * as PictureMemory from "../pictures/PictureMemory.ts"
import * as RequestLimit from "./RequestLimit.ts"
import * as TransportProblem from "./TransportProblem.ts"

/** Retries of one request in this process, besides the redeliveries of its message. */
const retries = 2

/** Bytes of a reply that are read before giving up on it. */
const maxReplyBytes = 16 * 1024 * 1024

export const layer = Layer.effect(
  Inference,
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const memory = PictureMemory.make()
    const limits = new Map<string, RequestLimit.RequestLimit>()
    const limitOf = (service: Service) => {
      const limit = limits.get(service.id) ?? RequestLimit.make(service.concurrency)
      limits.set(service.id, limit)
      return limit
    }

    const ask = Effect.fn("Inference.attempt")(
      function* (service: Service, request: HttpClientRequest.HttpClientRequest) {
        const { attempt } = yield* Schedule.CurrentMetadata
        yield* Effect.annotateCurrentSpan({ "windmill.service": service.id, "windmill.attempt": attempt + 1 })
        const response = yield* client
          .execute(request)
          .pipe(Effect.mapError((error) => unavailable(service, TransportProblem.describe(error))))
        const body = yield* readBody(service, response)
        const now = yield* Clock.currentTimeMillis
        return yield* Effect.suspend(() => Effect.fromResult(interpret(service, response, body, now))).pipe(
          Effect.withSpan("Inference.decode", { attributes: { "windmill.reply_bytes": Buffer.byteLength(body) } })
        )
      },
      (attempt, service) =>
        Effect.timeoutOrElse(attempt, {
          duration: service.timeout,
          orElse: () => unavailable(service, `no answer within ${Duration.format(service.timeout)}`)
        }),
      measured
    )

    const analyze = Effect.fn("Inference.analyze")(function* (service: Service, image: Handover) {
      yield* Effect.annotateCurrentSpan({ "windmill.service": service.id })
      const [request, release] = requestOf(service, image, memory)
      const limit = limitOf(service)
      const answer = yield* ask(service, request).pipe(
        limit.within,
        Effect.tap(limit.faster),
        Effect.tapError(({ reason }) => (isAskedTooMuch(reason) ? limit.slower : Effect.void)),
        Effect.retry(retrySchedule)
      )
      // What was not answered may still be on its way.
      release()
      return answer
    })

    const isHealthy = Effect.fn("Inference.isHealthy")((service: Service) =>
      client.get(ServiceCatalog.healthUrl(service)).pipe(
        Effect.tap(readShort),
        Effect.map((response) => response.status === 200),
        Effect.timeout("2 seconds"),
        Effect.catchCause(() => Effect.succeed(false))
      )
    )

    return Inference.of({ analyze, isHealthy })
  })
)

/** Bytes that an answer about health may have. */
const maxHealthBytes = 64 * 1024

/** Reads a body, so that its connection can be used again; one that is long or never ends costs the connection. */
const readShort = ({ stream }: HttpClientResponse.HttpClientResponse) =>
  stream.pipe(
    Stream.scan(
      () => 0,
      (size, chunk) => size + chunk.length
    ),
    Stream.takeWhile((size) => size <= maxHealthBytes),
    Stream.runDrain,
    Effect.ignore
  )

/** An attempt, counted and timed by how it ended. */
const measured = <A, R>(attempt: Effect.Effect<A, InferenceError, R>, service: Service) =>
  Effect.gen(function* () {
    const [duration, result] = yield* Effect.timed(Effect.result(attempt))
    const outcome = Result.isSuccess(result) ? "answered" : outcomes[result.failure.reason._tag]
    yield* Metrics.attempted(service.id, outcome, Duration.toMillis(duration))
    if (Result.isFailure(result)) yield* Effect.annotateCurrentSpan("error.type", outcome)
    return yield* Effect.fromResult(result)
  })

const outcomes = { Unavailable: "unavailable", Refused: "refused", UnreadableReply: "unreadable-reply" } as const

/** The request, and how to release the memory it is in. */
const requestOf = (
  service: Service,
  image: Handover,
  memory: PictureMemory.PictureMemory
): [request: HttpClientRequest.HttpClientRequest, release: () => void] => {
  const url = ServiceCatalog.analyzeUrl(service)
  switch (image._tag) {
    case "Url":
      return [HttpClientRequest.get(url, { urlParams: { url: image.url } }), () => {}]
    case "File":
      return [HttpClientRequest.get(url, { urlParams: { file: image.path } }), () => {}]
    case "Upload": {
      const { body, contentType } = MultipartForm.ofImage("file", image.image, memory.take)
      const request = HttpClientRequest.post(url).pipe(HttpClientRequest.bodyUint8Array(body, contentType))
      return [request, () => memory.give(body)]
    }
  }
}

/** The pause before a retry: 200 ms, then doubled, jittered; longer when the service asked for it, up to 5 seconds. */
const retrySchedule = Schedule.exponential("200 millis").pipe(
  Schedule.jittered,
  Schedule.upTo({ times: retries }),
  Schedule.setInputType<InferenceError>(),
  Schedule.while(({ input }) => input.reason._tag === "Unavailable" && isSoon(input.reason.retryAfter)),
  Schedule.modifyDelay(({ duration, input }) =>
    Effect.succeed(
      input.reason._tag === "Unavailable" && input.reason.retryAfter !== undefined
        ? Duration.max(duration, input.reason.retryAfter)
        : duration
    )
  )
)

const isAskedTooMuch = (reason: InferenceError["reason"]) =>
  reason._tag === "Unavailable" && reason.retryAfter !== undefined

const isSoon = (retryAfter: Duration.Duration | undefined): boolean =>
  retryAfter === undefined || Duration.isLessThanOrEqualTo(retryAfter, Duration.seconds(5))

/** The body as text. One whose length is known beforehand is read at once, which is cheaper. */
const readBody = (service: Service, response: HttpClientResponse.HttpClientResponse) =>
  (Number(response.headers["content-length"]) <= maxReplyBytes ? response.text : readStream(service, response)).pipe(
    Effect.mapError((error) =>
      error._tag === "HttpClientError" ? unavailable(service, TransportProblem.describe(error)) : error
    )
  )

const readStream = (service: Service, response: HttpClientResponse.HttpClientResponse) =>
  response.stream.pipe(
    Stream.runFoldEffect(
      () => ({ chunks: [] as Array<Uint8Array>, size: 0 }),
      (read, chunk) => {
        read.chunks.push(chunk)
        read.size += chunk.length
        return read.size <= maxReplyBytes
          ? Effect.succeed(read)
          : Effect.fail(unreadable(service, `more than ${maxReplyBytes / 1024 / 1024} MiB`))
      }
    ),
    Effect.map(({ chunks }) => new TextDecoder().decode(Buffer.concat(chunks)))
  )

/** What an HTTP answer means: 2xx is read as a reply, 429 and 5xx pass, any other status is final. */
const interpret = (
  service: Service,
  response: HttpClientResponse.HttpClientResponse,
  body: string,
  now: number
): Result.Result<Answer, InferenceError> => {
  const json = parseJson(body)
  const { status } = response
  if (status === 429 || status >= 500) {
    return Result.fail(unavailable(service, `HTTP ${status}${errorIn(json)}`, retryAfterOf(response, now)))
  }
  if (status >= 300) {
    return Result.fail(refused(service, `HTTP ${status}${errorIn(json)}`, json))
  }
  if (json === undefined) return Result.fail(unreadable(service, `not JSON: ${quote(body)}`))
  const reply = Reply.decode(json, service.kind)
  if (Result.isSuccess(reply)) return Result.succeed(answerOf(json))
  return Result.fail(
    reply.failure._tag === "ServiceError"
      ? refused(service, reply.failure.message, json)
      : unreadable(service, reply.failure.message)
  )
}

const answerOf = (data: Schema.Json): Answer => {
  const processingTime = property(property(data, "metadata"), "processing_time")
  return typeof processingTime === "number" ? { data, processingTime } : { data }
}

/** The words of an error envelope, whose `error` is an object or a string. */
const errorIn = (json: Schema.Json | undefined): string => {
  const error = property(json, "error")
  const message = typeof error === "string" ? error : property(error, "message")
  return typeof message === "string" ? `: ${message.slice(0, 500)}` : ""
}

const property = (json: Schema.Json | undefined, name: string): Schema.Json | undefined =>
  typeof json === "object" && json !== null && !Array.isArray(json)
    ? (json as { readonly [key: string]: Schema.Json })[name]
    : undefined

const parseJson = (text: string): Schema.Json | undefined => {
  try {
    return JSON.parse(text) as Schema.Json
  } catch {
    return undefined
  }
}

const quote = (text: string): string => JSON.stringify(text.slice(0, 80))

/** The pause that a service asks for, in seconds or until a date. One that is asked too much asks for some in any case. */
const retryAfterOf = ({ headers, status }: HttpClientResponse.HttpClientResponse, now: number) => {
  const text = headers["retry-after"]
  const millis =
    text === undefined ? Number.NaN : /^\s*\d+\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  if (Number.isFinite(millis)) return Duration.millis(Math.max(0, millis))
  return status === 429 ? Duration.seconds(2) : undefined
}

const unavailable = (service: Service, detail: string, retryAfter?: Duration.Duration) =>
  new InferenceError({
    reason: new Unavailable({ service: service.id, detail, ...(retryAfter === undefined ? {} : { retryAfter }) })
  })

const refused = (service: Service, detail: string, data: Schema.Json | undefined) =>
  new InferenceError({ reason: new Refused({ service: service.id, detail, ...(data === undefined ? {} : { data }) }) })

const unreadable = (service: Service, detail: string) =>
  new InferenceError({ reason: new UnreadableReply({ service: service.id, detail }) })
