/**
 * The ML services over HTTP.
 *
 * What is said to a service, and what its answer means, is the matter of its protocol; everything else is here and the same
 * for all. Each service has its own limit of requests in flight, shared by all that this process asks of it. What is worth
 * another try is tried again after a jittered, growing pause; what the service says about when is honored.
 */
import type Undici from "@effect/platform-node/Undici"
import { Clock, Duration, Effect, Layer, Result, Schedule, type Schema } from "effect"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import * as HttpStatus from "../../domain/protocol/HttpStatus.ts"
import * as Placement from "../../domain/protocol/Placement.ts"
import type * as Protocol from "../../domain/protocol/Protocol.ts"
import * as Protocols from "../../domain/protocol/Protocols.ts"
import * as Reply from "../../domain/Reply.ts"
import * as LenientJson from "../../domain/reply/LenientJson.ts"
import type { ProtocolProblem } from "../../domain/reply/ReplyProblem.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import type { Service } from "../../domain/ServiceCatalog.ts"
import * as Tuning from "../../domain/Tuning.ts"
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
import { CurrentTuning } from "../../services/Tunings.ts"
import * as PictureForms from "../pictures/PictureForms.ts"
import * as PictureMemory from "../pictures/PictureMemory.ts"
import { span } from "../telemetry/Span.ts"
import * as Connections from "./Connections.ts"
import type * as Exchange from "./Exchange.ts"
import * as MultipartForm from "./MultipartForm.ts"
import * as ReplyBody from "./ReplyBody.ts"
import * as RequestLimit from "./RequestLimit.ts"
import * as Secrets from "./Secrets.ts"

/** What is tuned of a service now. */
const tuningOf = ({ id }: Service) => Effect.flatMap(CurrentTuning, ({ of }) => of(id))

export const layer = Layer.effect(
  Inference,
  Effect.gen(function* () {
    const connections = yield* Connections.make
    const prepare = yield* PictureForms.make
    const memory = PictureMemory.make()
    const limits = new Map<string, RequestLimit.RequestLimit>()
    const limitOf = (service: Service) => {
      const limit = limits.get(service.id) ?? RequestLimit.make(service.concurrency, tuningOf(service))
      limits.set(service.id, limit)
      return limit
    }

    /** The service with its secrets, the client it is asked by, and how the two are kept out of what is written down. */
    const opened = new WeakMap<Service, Access>()
    const open = Effect.fnUntraced(function* (self: Service) {
      const known = opened.get(self)
      if (known !== undefined) return known
      const { hide, service } = yield* Secrets.open(self).pipe(
        Effect.mapError((names) =>
          unavailable(self, `${names.join(", ")} of its settings is not set in the environment`)
        )
      )
      const dispatcher = yield* connections(self.tls).pipe(Effect.mapError((error) => unavailable(self, error.message)))
      const url = new URL(ServiceCatalog.analyzeUrl(service))
      const headers = inLowerCase(service.headers)
      const access: Access = {
        service,
        hide,
        dispatcher,
        url,
        headers,
        protocol: Protocols.of(service.api, service.boxes)
      }
      opened.set(self, access)
      return access
    })

    /** Makes one attempt; calls `ended` as soon as the service has done its part. */
    const ask = Effect.fnUntraced(
      function* (access: Access, { about, request }: Question, ended: () => void) {
        const { hide, service } = access
        const { attempt } = yield* Schedule.CurrentMetadata
        yield* Effect.annotateCurrentSpan({ "windmill.service": service.id, "windmill.attempt": attempt + 1 })
        const response = yield* send(access, request, ended)
        const bytes = yield* ReplyBody.unpack(response).pipe(
          Effect.mapError(({ detail }) => unreadable(service, detail, undefined))
        )
        const now = yield* Clock.currentTimeMillis
        const { answer, setAside } = yield* Effect.suspend(() =>
          Effect.fromResult(interpret(access, about, { ...response, bytes }, now))
        ).pipe(
          // Before the span, which says why it failed.
          Effect.mapError((error) => hidden(error, hide)),
          span("Inference.decode", { attributes: { "windmill.reply_bytes": bytes.length } })
        )
        if (setAside > 0) yield* Metrics.setAside(service.id, setAside)
        return answer
      },
      measured,
      span("Inference.attempt")
    )

    const analyze = Effect.fnUntraced(function* (service: Service, image: Handover) {
      yield* Effect.annotateCurrentSpan({ "windmill.service": service.id })
      const access = yield* open(service)
      const shown = yield* show(access, image)
      const question = questionOf(access, shown, memory)
      const limit = limitOf(service)
      const { retries = Tuning.usual.retries } = yield* tuningOf(service)
      const answer = yield* limit
        .within((leave) => ask(access, question, leave))
        .pipe(
          Effect.tap(limit.faster),
          Effect.tapError(({ reason }) => (isAskedTooMuch(reason) ? limit.slower : Effect.void)),
          Effect.retry(retrySchedule(retries))
        )
      // What was not answered may still be on its way.
      question.release()
      yield* Effect.annotateCurrentSpan(usageOf(answer.data))
      return answer
    }, span("Inference.analyze"))

    const show = Effect.fnUntraced(function* ({ protocol, service }: Access, image: Handover) {
      if (image._tag !== "Upload") return image
      const wish = { form: protocol.form, maxSize: service.maxPictureSize, formats: service.pictureFormats }
      const sent = yield* prepare(image.image, wish).pipe(
        Effect.mapError((error) => refused(service, error.message, undefined))
      )
      return { ...image, sent }
    })

    const isHealthy = Effect.fn("Inference.isHealthy")((service: Service) =>
      ServiceCatalog.healthUrl(service) === undefined
        ? Effect.succeed(true)
        : open(service).pipe(
            Effect.flatMap((access) => statusOf(access, ServiceCatalog.healthUrl(access.service)!)),
            Effect.map((status) => (status >= 200 && status < 300) || hasNoHealth(status)),
            Effect.catchCause(() => Effect.succeed(false))
          )
    )

    return Inference.of({ analyze, isHealthy })
  })
)

/** Bytes that an answer about health may have. */
const maxHealthBytes = 64 * 1024

/** The status of a page, whose body is read so that its connection can be used again; one that is long costs the connection. */
const statusOf = ({ dispatcher, headers, service }: Access, url: string) =>
  Connections.send(
    dispatcher,
    { method: "GET", url: new URL(url), headers },
    { bytes: maxHealthBytes, timeout: Duration.toMillis(service.timeout) }
  ).pipe(
    Effect.catchTag("ReplyTooLong", Effect.succeed),
    Effect.map(({ status }) => status)
  )

interface Access extends Secrets.Opened {
  readonly dispatcher: Undici.Dispatcher
  /** Where pictures are sent. */
  readonly url: URL
  /** What the catalog says is to be sent with every request, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly protocol: Protocol.Protocol
}

/** A request, what it is about, and how to release the memory it is in. */
interface Question {
  readonly request: Exchange.Request
  readonly about: About
  readonly release: () => void
}

/** The picture that was asked about, and what of it was sent; nothing is known of one that the service reads itself. */
type About = { readonly picture: EncodedImage; readonly sent: EncodedImage } | undefined

type Shown =
  | Exclude<Handover, { readonly _tag: "Upload" }>
  | { readonly _tag: "Upload"; readonly image: EncodedImage; readonly sent: EncodedImage }

/** A server without a page for its health is asked for real. */
const hasNoHealth = (status: number): boolean => status === 404 || status === 405 || status === 501

const send = ({ dispatcher, service }: Access, request: Exchange.Request, ended: () => void) =>
  Connections.send(
    dispatcher,
    request,
    { bytes: ReplyBody.maxBytes, timeout: Duration.toMillis(service.timeout) },
    ended
  ).pipe(
    Effect.mapError((error) => {
      switch (error._tag) {
        case "ExchangeFailed":
          return unavailable(service, Connections.describe(error), { sign: Connections.signOf(error) })
        case "ReplyTooLate":
          return unavailable(service, `no answer within ${Duration.format(service.timeout)}`)
        case "ReplyTooLong":
          return unreadable(service, ReplyBody.tooLong.detail, undefined)
      }
    })
  )

/** An attempt, counted and timed by how it ended. */
const measured = <A, R>(attempt: Effect.Effect<A, InferenceError, R>, { service }: Access) =>
  Effect.gen(function* () {
    const [duration, result] = yield* Effect.timed(Effect.result(attempt))
    const outcome = Result.isSuccess(result) ? "answered" : outcomes[result.failure.reason._tag]
    yield* Metrics.attempted(service.id, outcome, Duration.toMillis(duration))
    if (Result.isFailure(result)) yield* Effect.annotateCurrentSpan("error.type", outcome)
    return yield* Effect.fromResult(result)
  })

const outcomes = { Unavailable: "unavailable", Refused: "refused", UnreadableReply: "unreadable-reply" } as const

/** What the protocol says is to be asked, as a request. */
const questionOf = (access: Access, image: Shown, memory: PictureMemory.PictureMemory): Question => {
  const sent = image._tag === "Upload" ? image.sent : undefined
  const { body, headers, method, query } = access.protocol.request(
    image._tag === "Upload" ? { _tag: "Picture", ...image.sent } : image
  )
  const url = query === undefined ? access.url : new URL(access.url)
  for (const name in query) url.searchParams.append(name, query[name]!)
  const about = image._tag === "Upload" ? { picture: image.image, sent: image.sent } : undefined
  const question = (content: Content | undefined, release = () => {}): Question => ({
    request: {
      method,
      url,
      headers: {
        ...headers,
        ...(content === undefined ? {} : { "content-type": content.contentType }),
        ...access.headers
      },
      ...(content === undefined ? {} : { body: content.body })
    },
    about,
    release
  })
  switch (body._tag) {
    case "None":
      return question(undefined)
    case "Picture":
      return question({
        body: sent?.bytes ?? new Uint8Array(),
        contentType: sent?.mediaType ?? "application/octet-stream"
      })
    case "Bytes":
      return question({ body: body.bytes, contentType: body.contentType })
    case "Json": {
      const json = body.json(sent === undefined ? "" : base64Of(sent.bytes))
      return question({ body: Buffer.from(JSON.stringify(json)), contentType: "application/json" })
    }
    case "Form": {
      const form = MultipartForm.ofImage(body.file, sent!, memory.take, body.fields)
      return question(form, () => memory.give(form.body))
    }
  }
}

const inLowerCase = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** The body of a request, and what it is. */
interface Content {
  readonly body: Uint8Array
  readonly contentType: string
}

const base64Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64")

/** The pause before a retry: 200 ms, then doubled, jittered; longer when the service asked for it, up to 5 seconds. */
const retrySchedule = (retries: number) =>
  Schedule.exponential("200 millis").pipe(
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

/** What an HTTP answer means: by its status, then by the protocol, then by whether its boxes can be of that picture. Predictions that do not count are counted. */
const interpret = (
  { hide, protocol, service }: Access,
  about: About,
  { bytes, headers, status }: Exchange.Reply,
  now: number
): Result.Result<{ readonly answer: Answer; readonly setAside: number }, InferenceError> => {
  if (status < 200 || status >= 300) {
    const text = new TextDecoder().decode(bytes)
    const json = LenientJson.parse(text)
    const meaning = HttpStatus.meaningOf({ status, headers, json, text }, now)
    if (meaning._tag === "Later") {
      // One that is asked too much asks for a pause in any case.
      const retryAfter = meaning.retryAfter ?? (status === 429 ? Duration.seconds(2) : undefined)
      const sign = meaning.isAway ? "Unserving" : undefined
      return Result.fail(unavailable(service, meaning.detail, { retryAfter, sign }))
    }
    if (meaning._tag === "Final") return Result.fail(refused(service, meaning.detail, json))
  }
  const translated = protocol.reply({ headers, bytes }, { kind: service.kind, picture: about?.picture })
  if (Result.isFailure(translated)) return Result.fail(problemOf(service, translated.failure, undefined))
  const placed = inPicture(protocol, service, about, translated.success)
  if (Result.isFailure(placed)) return Result.fail(unreadable(service, placed.failure, translated.success))
  const json = withoutSecrets(placed.success, hide)
  const reply = Reply.decode(json, service.kind)
  if (Result.isFailure(reply)) return Result.fail(problemOf(service, reply.failure, json))
  const setAside = reply.success.diagnostics.filter(({ part }) => part === undefined).length
  return Result.succeed({ answer: answerOf(json), setAside })
}

/** The reply with its boxes in pixels of the picture that was asked about, or why they cannot be. */
const inPicture = (
  { form }: Protocol.Protocol,
  { boxes, kind }: Service,
  about: About,
  reply: Schema.Json
): Result.Result<Schema.Json, string> => {
  if (about === undefined) return Result.succeed(reply)
  const { picture } = about
  const sent = form._tag === "Pixels" ? picture : about.sent
  const placed = Placement.place(reply, { encoding: boxes, sent, picture })
  const check = Placement.check(placed, picture, kind)
  return check._tag === "Misread"
    ? Result.fail(check.problem)
    : Result.succeed(Placement.withAsides(placed, check.asides))
}

/** Some servers quote the key they were given. */
const withoutSecrets = (json: Schema.Json, hide: Secrets.Opened["hide"]): Schema.Json => {
  if (hide === Secrets.hideNothing) return json
  const text = JSON.stringify(json)
  const hidden = hide(text)
  return hidden === text ? json : (JSON.parse(hidden) as Schema.Json)
}

const answerOf = (data: Schema.Json): Answer => {
  const processingTime = property(property(data, "metadata"), "processing_time")
  return typeof processingTime === "number" ? { data, processingTime } : { data }
}

/** What a model says it read and wrote, in the words of OpenTelemetry. */
const usageOf = (data: Schema.Json): Readonly<Record<string, number>> => {
  const usage = property(property(data, "metadata"), "usage")
  return Object.fromEntries(
    ["input_tokens", "output_tokens"].flatMap((name) => {
      const tokens = property(usage, name)
      return typeof tokens === "number" ? [[`gen_ai.usage.${name}`, tokens]] : []
    })
  )
}

const property = (json: Schema.Json | undefined, name: string): Schema.Json | undefined =>
  typeof json === "object" && json !== null && !Array.isArray(json)
    ? (json as { readonly [key: string]: Schema.Json })[name]
    : undefined

const problemOf = (service: Service, problem: ProtocolProblem, data: Schema.Json | undefined): InferenceError => {
  switch (problem._tag) {
    case "Busy":
      return unavailable(service, problem.message, { sign: "Unserving" })
    case "ServiceError":
      return refused(service, problem.message, data)
    case "Unreadable":
      return unreadable(service, problem.message, data)
  }
}

/** The error without secrets. */
const hidden = ({ reason }: InferenceError, hide: (text: string) => string): InferenceError => {
  const detail = hide(reason.detail)
  switch (reason._tag) {
    case "Unavailable":
      return new InferenceError({ reason: new Unavailable({ ...reason, detail }) })
    case "Refused":
    case "UnreadableReply": {
      const data = reason.data === undefined ? {} : { data: withoutSecrets(reason.data, hide) }
      const { service } = reason
      return new InferenceError({
        reason:
          reason._tag === "Refused"
            ? new Refused({ service, detail, ...data })
            : new UnreadableReply({ service, detail, ...data })
      })
    }
  }
}

interface Known {
  readonly retryAfter?: Duration.Duration | undefined
  readonly sign?: Unavailable["sign"] | undefined
}

const unavailable = (service: Service, detail: string, { retryAfter, sign }: Known = {}) =>
  new InferenceError({
    reason: new Unavailable({
      service: service.id,
      detail,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(sign === undefined ? {} : { sign })
    })
  })

const refused = (service: Service, detail: string, data: Schema.Json | undefined) =>
  new InferenceError({ reason: new Refused({ service: service.id, detail, ...(data === undefined ? {} : { data }) }) })

const unreadable = (service: Service, detail: string, data: Schema.Json | undefined) =>
  new InferenceError({
    reason: new UnreadableReply({ service: service.id, detail, ...(data === undefined ? {} : { data }) })
  })
