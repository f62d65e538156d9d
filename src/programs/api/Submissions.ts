/** Submissions: read from a form or by URL, once however often they are repeated with the same key. */
import { Effect, Option, Schema, Stream } from "effect"
import { Multipart } from "effect/http"
import * as NodeCrypto from "node:crypto"
import { Replays } from "../../services/Replays.ts"
import * as Actions from "../flows/Actions.ts"
import { Submission, type UrlSubmission, Wishes } from "./definition/Images.ts"
import { InvalidRequest, TooLarge, Unprocessable } from "./definition/Problems.ts"
import type { Intake, Received } from "./Intake.ts"

/** Submits the picture in a form. */
export const ofForm = Effect.fnUntraced(function* (
  intake: Intake,
  parts: Stream.Stream<Multipart.Part, Multipart.MultipartError>,
  key: string | undefined
) {
  const { received, wishes } = yield* readForm(parts, intake.keep)
  const { commit, reference } = received
  return yield* once(key, [reference, wishes], commit(Actions.submit(reference, wishes)))
}, Effect.scoped)

/** Submits the picture at a URL. */
export const ofUrl = Effect.fnUntraced(function* (
  intake: Intake,
  { url, ...wishes }: typeof UrlSubmission.Type,
  key: string | undefined
) {
  if (!URL.canParse(url)) {
    return yield* new InvalidRequest({
      detail: "The body of the request is not valid",
      problems: [{ path: "url", message: "Expected a URL" }]
    })
  }
  const submit = Effect.flatMap(intake.fetch(url), ({ commit, reference }) => commit(Actions.submit(reference, wishes)))
  return yield* once(key, [url, wishes], Effect.scoped(submit))
})

/** Gives the answer that was given to the same request under this key, or `answer` and remembers it. */
const once = Effect.fnUntraced(function* <E, R>(
  key: string | undefined,
  request: unknown,
  answer: Effect.Effect<Submission, E, R>
) {
  if (key === undefined) return yield* answer
  const replays = yield* Replays
  const fingerprint = NodeCrypto.createHash("sha256").update(JSON.stringify(request)).digest("hex")
  const earlier = yield* replays.find(key)
  const replay = Option.isSome(earlier)
    ? earlier.value
    : yield* replays.remember(key, { request: fingerprint, response: encode(yield* answer) })
  if (replay.request !== fingerprint) {
    return yield* new Unprocessable({ detail: "The Idempotency-Key was used for another request: choose a new one" })
  }
  return yield* Effect.orDie(decode(replay.response))
})

const Json = Schema.toCodecJson(Submission)
const encode = Schema.encodeSync(Json)
const decode = Schema.decodeUnknownEffect(Json)

/** What was read of a form so far. */
interface Form {
  readonly received?: Received
  readonly wishes: typeof Wishes.Type
}

type Keep = Intake["keep"]

/** Reads the form as it comes. */
const readForm = Effect.fnUntraced(function* (
  parts: Stream.Stream<Multipart.Part, Multipart.MultipartError>,
  keep: Keep
) {
  const { received, wishes } = yield* Stream.runFoldEffect(
    parts,
    (): Form => ({ wishes: {} }),
    (form, part) => take(form, part, keep)
  ).pipe(Effect.mapError((error) => (Multipart.isMultipartError(error) ? formProblem(error) : error)))
  if (received === undefined) return yield* badForm('it has no picture: send it as a file in the field "file"')
  return { received, wishes }
})

const take = (form: Form, part: Multipart.Part, keep: Keep) =>
  Effect.gen(function* () {
    if (Multipart.isField(part)) {
      if (part.key !== "services" && part.key !== "group") {
        return yield* badForm(`there is no field "${part.key}": the fields are file, services and group`)
      }
      if (part.value === "") return form
      const wish = yield* Effect.mapError(decodeWishes({ [part.key]: part.value }), ({ message }) => badForm(message))
      return { ...form, wishes: { ...form.wishes, ...wish } }
    }
    if (part.key !== "file" || form.received !== undefined) {
      return yield* badForm(`the file "${part.key}" is one too many: send one picture, in the field "file"`)
    }
    return { ...form, received: yield* keep(part.name, part.content) }
  })

/** Fields that are no wishes are passed over. */
const decodeWishes = Schema.decodeUnknownEffect(Wishes)

const formProblem = ({ reason }: Multipart.MultipartError): InvalidRequest | TooLarge =>
  /^(File|Body)TooLarge$/.test(reason._tag)
    ? new TooLarge({ detail: `The form is larger than the limit (${reason._tag})` })
    : badForm(`it cannot be read (${reason._tag})`)

const badForm = (why: string) => new InvalidRequest({ detail: `The form is not valid: ${why}` })
