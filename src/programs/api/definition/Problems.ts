/**
 * What can go wrong, as problem details: `application/problem+json` with a `code` that tells problems apart.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
import { Schema, SchemaTransformation } from "effect"
import { HttpApiSchema } from "effect/http-api"

const fields = {
  /** What happened this time, and what to do about it. */
  detail: Schema.String,
  /** What is wrong in which part of the request, where that can be said. */
  problems: Schema.optionalKey(Schema.Array(Schema.Struct({ path: Schema.String, message: Schema.String })))
}
type Fields = Schema.Struct.Type<typeof fields>

/** The request is not what the documentation says: a parameter, a header, the body. */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>()("InvalidRequest", fields) {}

/** The request is not logged in, or has the wrong token. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", fields) {}

/** The request comes from a page that may not make it, or asks for a place that may not be read. */
export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", fields) {}

/** There is no such thing (any more). */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", fields) {}

/** The picture, or the request, is larger than the limit. */
export class TooLarge extends Schema.TaggedError<TooLarge>()("TooLarge", fields) {}

/** The request is well formed and cannot be done: the picture cannot be read, or the key was used for another request. */
export class Unprocessable extends Schema.TaggedError<Unprocessable>()("Unprocessable", fields) {}

/** Too many wrong tokens came from where this comes from. Worth another try in a second. */
export class TooManyRequests extends Schema.TaggedError<TooManyRequests>()("TooManyRequests", fields) {}

/** The database, the broker or a remote place is not there now, or there are too many requests. Worth another try. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", fields) {}

/** Something failed that should not. The log says what. */
export class Unexpected extends Schema.TaggedError<Unexpected>()("Unexpected", fields) {}

const asProblem = <Code extends string, Problem extends Fields & { readonly _tag: Code }>(
  problem: Schema.Codec<Problem, unknown> & { readonly identifier: string } & (new (fields: Fields) => Problem),
  code: Code,
  status: number,
  title: string
) =>
  Schema.Struct({
    type: Schema.Literal("about:blank"),
    title: Schema.String,
    status: Schema.Int,
    code: Schema.Literal(code),
    ...fields
  }).pipe(
    Schema.annotate({ identifier: `${code}Problem` }),
    Schema.decodeTo(
      Schema.toType(problem),
      SchemaTransformation.transform({
        decode: ({ detail, problems }) => new problem({ detail, ...(problems === undefined ? {} : { problems }) }),
        encode: ({ detail, problems }) => ({
          type: "about:blank" as const,
          title,
          status,
          code,
          detail,
          ...(problems === undefined ? {} : { problems })
        })
      })
    ),
    Schema.annotate({ description: title }),
    HttpApiSchema.status(status),
    HttpApiSchema.asJson({ contentType: "application/problem+json" })
  )

/** The problems as responses. */
export const InvalidRequestProblem = asProblem(InvalidRequest, "InvalidRequest", 400, "Bad Request")
export const UnauthorizedProblem = asProblem(Unauthorized, "Unauthorized", 401, "Unauthorized")
export const ForbiddenProblem = asProblem(Forbidden, "Forbidden", 403, "Forbidden")
export const NotFoundProblem = asProblem(NotFound, "NotFound", 404, "Not Found")
export const TooLargeProblem = asProblem(TooLarge, "TooLarge", 413, "Content Too Large")
export const UnprocessableProblem = asProblem(Unprocessable, "Unprocessable", 422, "Unprocessable Content")
export const TooManyRequestsProblem = asProblem(TooManyRequests, "TooManyRequests", 429, "Too Many Requests")
export const UnexpectedProblem = asProblem(Unexpected, "Unexpected", 500, "Internal Server Error")
export const UnavailableProblem = asProblem(Unavailable, "Unavailable", 503, "Service Unavailable")
