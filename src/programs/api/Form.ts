/**
 * The parts of a form (`multipart/form-data`), one after the other as they arrive.
 *
 * Read by the parser alone: the stream of Node's that the framework offers raises an error for each broken part, and the
 * second of them ends the process.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
import { Effect, Stream } from "effect"
import { type HttpServerError, HttpServerRequest, Multipart } from "effect/http"
import { formLimits } from "./definition/Images.ts"
import { InvalidRequest, TooLarge } from "./definition/Problems.ts"

type FormError = Multipart.MultipartError | HttpServerError.HttpServerError

/** The parser stumbles over a part that ends within its headers: as damaged as any other. */
const guarded = Stream.catchDefect(() => Stream.fail(Multipart.MultipartError.fromReason("Parse")))

/** The parts of the body of the request. What a file holds is read before the next part is asked for, or not at all. */
export const parts: Stream.Stream<Multipart.Part, FormError, HttpServerRequest.HttpServerRequest> = Stream.unwrap(
  Effect.map(HttpServerRequest.HttpServerRequest, (request) =>
    Stream.provideContext(
      Stream.pipeThroughChannel(
        request.stream,
        Multipart.makeChannel<HttpServerError.HttpServerError>(request.headers)
      ),
      Multipart.limitsServices(formLimits)
    )
  )
).pipe(guarded)

/** What is in the file of a part. */
export const contentOf = (file: Multipart.File): Stream.Stream<Uint8Array, FormError> => guarded(file.content)

/** What a form that cannot be read is to whoever sent it. */
export const problemOf = (error: FormError): InvalidRequest | TooLarge => {
  const tag = Multipart.isMultipartError(error) ? error.reason._tag : "InternalError"
  return tag === "FileTooLarge" || tag === "BodyTooLarge"
    ? new TooLarge({ detail: `The form is larger than the limit of ${formLimits.maxTotalSize}` })
    : invalid(words[tag])
}

/** A form that says something else than it may. */
export const invalid = (why: string) => new InvalidRequest({ detail: `The form is not valid: ${why}` })

const words = {
  FieldTooLarge: `a field is longer than ${formLimits.maxFieldSize}`,
  TooManyParts: `it has more than ${formLimits.maxParts} parts`,
  Parse:
    "it cannot be read: each part needs a boundary line as Content-Type names it, Content-Disposition with a name, and an end",
  InternalError: "it ends in the middle"
} as const
