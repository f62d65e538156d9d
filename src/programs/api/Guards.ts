/** The guards before every endpoint. */
import { Cause, Effect, Layer, Option, Redacted, type Schema, SchemaIssue } from "effect"
import { HttpServerError, HttpServerRequest } from "effect/http"
import { HttpApiError } from "effect/http-api"
import * as NodeCrypto from "node:crypto"
import { CurrentPerson, ProvenSender } from "../../services/ActionLog.ts"
import { Sessions } from "../../services/Sessions.ts"
import { ApiSettings, type Settings } from "./ApiSettings.ts"
import { Access, Faults } from "./definition/Guards.ts"
import { Forbidden, InvalidRequest, TooLarge, Unauthorized, Unexpected } from "./definition/Problems.ts"
import type { Right } from "./definition/Session.ts"
import { asProblems } from "./Failures.ts"
import { isLoopback, nameOf } from "./Hosts.ts"
import { Throttle } from "./Throttle.ts"

/** The cookie of a page that is logged in. */
export const cookie = "windmill_session"

/** Names a token in the sessions it began, without telling it. */
export const fingerprintOf = (token: Redacted.Redacted): string =>
  NodeCrypto.createHmac("sha256", Redacted.value(token)).update("windmill session").digest("hex")

/** A token that is known, what it is good for, and whose it is if that is known. */
interface KnownToken {
  readonly token: Redacted.Redacted
  readonly right: Right
  readonly name?: string
}

/** Whoever sends a request. */
type Sender = Pick<KnownToken, "right" | "name">

/** While no token is needed. */
const everybody: Sender = { right: "full" }

/** The token that a text is, compared in constant time. */
export const tokenWith = (
  isIt: (token: Redacted.Redacted) => boolean,
  { namedTokens, readToken, token }: Settings
): KnownToken | undefined => {
  const known: ReadonlyArray<KnownToken> = [
    ...Option.toArray(token).map((token) => ({ token, right: "full" }) as const),
    ...Option.toArray(readToken).map((token) => ({ token, right: "read" }) as const),
    ...namedTokens.map((named) => ({ ...named, right: "full" }) as const)
  ]
  // Every one is compared, whichever it is.
  const [found] = known.map((one) => [one, isIt(one.token)] as const).filter(([, isIt]) => isIt)
  return found?.[0]
}

export const isText = (text: string) => (token: Redacted.Redacted) => isSame(text, Redacted.value(token))

const isSame = (a: string, b: string): boolean => NodeCrypto.timingSafeEqual(digest(a), digest(b))

const digest = (text: string): Buffer => NodeCrypto.createHash("sha256").update(text).digest()

/** Where a request came from: the last hop, which may be a proxy. */
export const senderOf = (request: HttpServerRequest.HttpServerRequest): string =>
  Option.getOrElse(request.remoteAddress, () => "an unknown address")

/** Says of a request what it may do and who sends it, by the token or the session it came with; nothing is `undefined`. */
export const identify = Effect.gen(function* () {
  const settings = yield* ApiSettings
  const sessions = yield* Sessions
  const throttle = yield* Throttle

  const bySession = Effect.fnUntraced(function* (secret: string | undefined) {
    const began = secret === undefined ? undefined : yield* asProblems(sessions.tokenOf(secret))
    return began === undefined ? undefined : tokenWith((token) => isSame(began, fingerprintOf(token)), settings)
  })

  return Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    if (Option.isNone(settings.token)) return everybody
    const [, bearer] = /^Bearer +(.+)$/i.exec(request.headers["authorization"] ?? "") ?? []
    const found: Sender | undefined = yield* bearer === undefined
      ? bySession(request.cookies[cookie])
      : throttle.guard(senderOf(request), () => tokenWith(isText(bearer), settings))
    return found
  })
})

/**
 * Refuses what another site may have had a browser send: a change with an `Origin` that is neither where the request went
 * nor where others reach this API (a proxy before it may rewrite `Host`) and, while no token is needed, any request under a name that is not of this machine (a name of the other site, made to point here).
 */
export const checkOrigin = (request: HttpServerRequest.HttpServerRequest, { publicUrl, token }: Settings) => {
  const { host, origin } = request.headers
  const name = nameOf(host)
  if (Option.isNone(token) && (name === undefined || !isLoopback(name))) {
    return Effect.fail(
      new Forbidden({
        detail: `Without API_TOKEN the API answers under names of this machine only, not ${host ?? "none"}`
      })
    )
  }
  const isOwn = (origin: string) =>
    URL.canParse(origin) &&
    (new URL(origin).host === host || Option.exists(publicUrl, (url) => new URL(url).origin === origin))
  if (isSent(request) && origin !== undefined && !isOwn(origin)) {
    return Effect.fail(new Forbidden({ detail: `Pages of ${origin} may not change anything here` }))
  }
  return Effect.void
}

/** Whether the request has a browser send something, as changes do. */
const isSent = ({ method }: HttpServerRequest.HttpServerRequest) => !["GET", "HEAD", "OPTIONS"].includes(method)

/** Exports change nothing, also where their filter is in the body. */
const isChange = (request: HttpServerRequest.HttpServerRequest) =>
  isSent(request) && !request.url.startsWith("/export/")

export const access = Layer.effect(
  Access,
  Effect.gen(function* () {
    const settings = yield* ApiSettings
    const senderOfRequest = yield* identify
    return Access.of((handler) =>
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        yield* checkOrigin(request, settings)
        const sender = yield* senderOfRequest(request)
        if (sender === undefined) {
          return yield* new Unauthorized({
            detail: "Send the API token as `Authorization: Bearer <token>`, or log in with `POST /session`"
          })
        }
        if (sender.right === "read" && isChange(request)) {
          return yield* new Forbidden({ detail: "This token is for looking only: changes need API_TOKEN" })
        }
        const means = Option.isNone(settings.token)
          ? ""
          : request.headers["authorization"] === undefined
            ? "session, "
            : "token, "
        const person = sender.name ?? `API, ${means}from ${senderOf(request)}`
        return yield* handler.pipe(
          Effect.provideService(CurrentPerson, person),
          Effect.provideService(ProvenSender, settings.namedTokens.length === 0 ? Option.none() : Option.some(person))
        )
      })
    )
  })
)

export const faults = Layer.succeed(
  Faults,
  Faults.of((handler, { endpoint }) =>
    Effect.andThen(endpoint.query === undefined ? withoutQuery : Effect.void, handler).pipe(
      Effect.mapError((error) => (isRequestError(error) ? invalid(error) : error)),
      Effect.catchDefect(problemOf)
    )
  )
)

/** What takes no parameters refuses those that are sent. */
const withoutQuery = Effect.flatMap(HttpServerRequest.ParsedSearchParams, (query) => {
  const names = Object.keys(query)
  return names.length === 0
    ? Effect.void
    : new InvalidRequest({
        detail: "The query of the request is not valid",
        problems: names.map((path) => ({ path, message: "There is no such parameter" }))
      })
})

const problemOf = (defect: unknown): Effect.Effect<never, TooLarge | Unexpected> =>
  isTooLarge(defect)
    ? Effect.fail(new TooLarge({ detail: "The body of the request is larger than the limit" }))
    : Effect.andThen(
        Effect.logError("A request could not be answered", Cause.die(defect)),
        Effect.fail(new Unexpected({ detail: "The request could not be answered; the log of the API says why" }))
      )

/** What the framework raises when a body is longer than allowed. */
const isTooLarge = (defect: unknown): boolean =>
  HttpServerError.isHttpServerError(defect) &&
  defect.reason._tag === "RequestParseError" &&
  defect.reason.reason === "BodyTooLarge"

const isRequestError = (error: unknown): error is HttpApiError.HttpApiSchemaError =>
  HttpApiError.HttpApiSchemaError.is(error) && error.kind !== "Body" && error.kind !== "ResponseHeaders"

const invalid = ({ cause, kind }: HttpApiError.HttpApiSchemaError) =>
  new InvalidRequest({ detail: `The ${nouns[kind]} of the request is not valid`, problems: problemsOf(cause) })

const nouns = {
  Params: "address",
  Query: "query",
  Headers: "header",
  Payload: "body",
  Body: "answer",
  ResponseHeaders: "answer"
} as const satisfies Record<HttpApiError.HttpApiSchemaError["kind"], string>

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const problemsOf = ({ issue }: Schema.SchemaError) =>
  formatIssue(issue).issues.map(({ message, path }) => ({
    path: (path ?? []).map((segment) => String(typeof segment === "object" ? segment.key : segment)).join("."),
    message: message.startsWith("Expected no excess property") ? "There is no such parameter" : message
  }))
