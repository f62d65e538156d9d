/** The guards before every endpoint. */
import { Cause, Effect, Layer, Option, Redacted, type Schema, SchemaIssue } from "effect"
import { HttpServerError, HttpServerRequest } from "effect/http"
import { HttpApiError } from "effect/http-api"
import * as NodeCrypto from "node:crypto"
import { ApiSettings, type Settings } from "./ApiSettings.ts"
import { Access, Faults } from "./definition/Guards.ts"
import { Forbidden, InvalidRequest, TooLarge, Unauthorized, Unexpected } from "./definition/Problems.ts"
import { isLoopback, nameOf } from "./Hosts.ts"

/** The cookie of a page that is logged in. */
export const cookie = "windmill_session"

/** What the cookie of a token holds: nobody can make it without the token, nor get the token from it. */
export const sessionOf = (token: Redacted.Redacted): string =>
  NodeCrypto.createHmac("sha256", Redacted.value(token)).update("windmill session").digest("hex")

/** Whether a text is the token, compared in constant time. */
export const isToken = (text: string, token: Redacted.Redacted): boolean => isSame(text, Redacted.value(token))

const isSame = (a: string, b: string): boolean => NodeCrypto.timingSafeEqual(digest(a), digest(b))

const digest = (text: string): Buffer => NodeCrypto.createHash("sha256").update(text).digest()

/** Whether a request came with the token, or the cookie made from it. */
export const isLoggedIn = (request: HttpServerRequest.HttpServerRequest, { token }: Settings): boolean => {
  if (Option.isNone(token)) return true
  const [, bearer] = /^Bearer +(.+)$/i.exec(request.headers["authorization"] ?? "") ?? []
  if (bearer !== undefined) return isToken(bearer, token.value)
  const session = request.cookies[cookie]
  return session !== undefined && isSame(session, sessionOf(token.value))
}

/**
 * Refuses what another site may have had a browser send: a change with an `Origin` that is not this API's own and, while
 * nobody has to log in, any request under a name that is not of this machine (a name of the other site, made to point here).
 */
export const checkOrigin = (request: HttpServerRequest.HttpServerRequest, { token }: Settings) => {
  const { host, origin } = request.headers
  const name = nameOf(host)
  if (Option.isNone(token) && (name === undefined || !isLoopback(name))) {
    return Effect.fail(
      new Forbidden({
        detail: `Without API_TOKEN the API answers under names of this machine only, not ${host ?? "none"}`
      })
    )
  }
  const isChange = !["GET", "HEAD", "OPTIONS"].includes(request.method)
  if (isChange && origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)) {
    return Effect.fail(new Forbidden({ detail: `Pages of ${origin} may not change anything here` }))
  }
  return Effect.void
}

export const access = Layer.effect(
  Access,
  Effect.gen(function* () {
    const settings = yield* ApiSettings
    return Access.of((handler) =>
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        yield* checkOrigin(request, settings)
        if (!isLoggedIn(request, settings)) {
          return yield* new Unauthorized({
            detail: "Send the API token as `Authorization: Bearer <token>`, or log in with `POST /session`"
          })
        }
        return yield* handler
      })
    )
  })
)

export const faults = Layer.succeed(
  Faults,
  Faults.of((handler) =>
    handler.pipe(
      Effect.mapError((error) => (isRequestError(error) ? invalid(error) : error)),
      Effect.catchDefect(problemOf)
    )
  )
)

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
    message
  }))
