/**
 * One request over HTTP, and the whole of what is answered.
 *
 * It is what a worker does most. So it speaks to undici's dispatcher itself, and nothing but the end of the reply wakes the
 * fiber that waits for it.
 */
import type Undici from "@effect/platform-node/Undici"
import { Clock, Effect, Exit, Record, Schema, Tracer } from "effect"
import * as TraceContext from "../../domain/TraceContext.ts"

export interface Request {
  readonly method: "GET" | "POST" | "PUT"
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface Reply {
  readonly status: number
  /** By lower-case name; what comes several times is separated by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly bytes: Uint8Array
}

export interface Limits {
  /** Bytes of the reply. */
  readonly bytes: number
  /** Milliseconds from the request to the end of the reply. */
  readonly timeout: number
}

/** There is no reply, or not all of it. */
export class ExchangeFailed extends Schema.TaggedError<ExchangeFailed>()("ExchangeFailed", {
  cause: Schema.Defect(),
  /** Whether the reply had begun. */
  isBrokenOff: Schema.Boolean
}) {}

/** The reply is longer than is read. */
export class ReplyTooLong extends Schema.TaggedError<ReplyTooLong>()("ReplyTooLong", { status: Schema.Int }) {}

/** The reply takes longer than is waited for. */
export class ReplyTooLate extends Schema.TaggedError<ReplyTooLate>()("ReplyTooLate", {}) {}

export type ExchangeError = ExchangeFailed | ReplyTooLong | ReplyTooLate

/**
 * Sends the request, in a span of its own that the server is told of, and reads the reply. `ended` is called as soon as the
 * exchange is over, whether it went well or not, before anything is done with the reply.
 */
export const exchange = (
  dispatcher: Undici.Dispatcher,
  request: Request,
  limits: Limits,
  ended: () => void = () => {}
): Effect.Effect<Reply, ExchangeError> =>
  Effect.flatMap(Tracer.DisablePropagation, (isUntraced) =>
    isUntraced ? dispatch(dispatcher, request, limits, ended) : traced(dispatcher, request, limits, ended)
  )

/** @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span */
const traced = (...[dispatcher, request, limits, ended]: Required<Parameters<typeof exchange>>) =>
  Effect.useSpan(request.method, { kind: "client" }, (span) => {
    const { method, url } = request
    span.attribute("http.request.method", method)
    span.attribute("url.full", url.href)
    span.attribute("url.path", url.pathname)
    span.attribute("url.scheme", url.protocol.slice(0, -1))
    span.attribute("server.address", url.hostname.replace(/^\[|\]$/g, ""))
    span.attribute("server.port", Number(url.port) || (url.protocol === "https:" ? 443 : 80))
    if (request.body !== undefined) span.attribute("http.request.body.size", request.body.length)
    const headers = { ...request.headers, ...TraceContext.headersOf(span) }
    return Effect.tap(dispatch(dispatcher, { ...request, headers }, limits, ended), ({ bytes, status }) => {
      span.attribute("http.response.status_code", status)
      span.attribute("http.response.body.size", bytes.length)
      if (status < 400) return Effect.void
      span.attribute("error.type", String(status))
      // The exchange went well, but what was asked for was not done.
      return Effect.map(Clock.currentTimeNanos, (now) => span.end(now, Exit.fail(new Error(`HTTP ${status}`))))
    })
  })

const dispatch = (
  dispatcher: Undici.Dispatcher,
  { body, headers, method, url }: Request,
  limits: Limits,
  ended: () => void
): Effect.Effect<Reply, ExchangeError> =>
  Effect.callback((resume) => {
    let controller: Undici.Dispatcher.DispatchController | undefined
    let isOver = false
    let reply: Omit<Reply, "bytes"> | undefined
    const chunks: Array<Uint8Array> = []
    let size = 0
    const end = (result: Effect.Effect<Reply, ExchangeError>) => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      ended()
      resume(result)
    }
    const giveUp = (result: Effect.Effect<Reply, ExchangeError>) => {
      end(result)
      controller?.abort(new Error("The reply is no longer wanted"))
    }
    const timer = setTimeout(() => giveUp(new ReplyTooLate()), limits.timeout)
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers,
        body: body ?? null,
        // The time is measured here.
        headersTimeout: 0,
        bodyTimeout: 0
      },
      {
        onRequestStart: (started) => {
          controller = started
          if (isOver) started.abort(new Error("The reply is no longer wanted"))
        },
        onResponseStart: (_, status, headers) => {
          // What is below 200 announces the reply.
          if (status >= 200) reply = { status, headers: joined(headers) }
        },
        onResponseData: (_, chunk) => {
          chunks.push(chunk)
          size += chunk.length
          if (size > limits.bytes) giveUp(new ReplyTooLong({ status: reply!.status }))
        },
        onResponseEnd: () =>
          end(Effect.succeed({ ...reply!, bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) })),
        onResponseError: (_, cause) => end(new ExchangeFailed({ cause, isBrokenOff: reply !== undefined }))
      }
    )
    return Effect.sync(() => giveUp(Effect.interrupt))
  })

/** Hardly any reply has a header several times: the others stay as they are. */
const joined = (headers: Readonly<Record<string, string | Array<string> | undefined>>): Reply["headers"] =>
  Object.values(headers).some(Array.isArray)
    ? Record.map(headers, (value) => (Array.isArray(value) ? value.join(", ") : value))
    : (headers as Reply["headers"])
