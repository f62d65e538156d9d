/** Submissions: read from a form or by URL, once however often they are repeated with the same key. */
import { Effect, Option, Schema, Stream } from "effect"
import { Multipart } from "effect/http"
import * as NodeCrypto from "node:crypto"
import { Replays } from "../../services/Replays.ts"
import * as Actions from "../flows/Actions.ts"
import { Submission, type UrlSubmission, Wishes } from "./definition/Images.ts"
import { InvalidRequest, Unprocessable } from "./definition/Problems.ts"
import * as Form from "./Form.ts"
import type { Intake, Received } from "./Intake.ts"

/** Submits the picture in the form that is the body of the request. */
export const ofForm = Effect.fnUntraced(function* (intake: Intake, key: string | undefined) {
  const { received, wishes } = yield* readForm(intake.keep)
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
interface Read {
  readonly received?: Received
  readonly wishes: typeof Wishes.Type
}

type Keep = Intake["keep"]

/** Reads the form as it comes. */
const readForm = Effect.fnUntraced(function* (keep: Keep) {
  const { received, wishes } = yield* Stream.runFoldEffect(
    Stream.mapError(Form.parts, Form.problemOf),
    (): Read => ({ wishes: {} }),
    (read, part) => take(read, part, keep)
  )
  if (received === undefined) return yield* Form.invalid('it has no picture: send it as a file in the field "file"')
  return { received, wishes }
})

const take = Effect.fnUntraced(function* (read: Read, part: Multipart.Part, keep: Keep) {
  if (Multipart.isField(part)) {
    if (part.key !== "services" && part.key !== "group") {
      return yield* Form.invalid(`there is no field "${part.key}": the fields are file, services and group`)
    }
    if (part.value === "") return read
    const wish = yield* Effect.mapError(decodeWishes({ [part.key]: part.value }), ({ message }) =>
      Form.invalid(message)
    )
    return { ...read, wishes: { ...read.wishes, ...wish } }
  }
  if (part.key !== "file" || read.received !== undefined) {
    return yield* Form.invalid(`the file "${part.key}" is one too many: send one picture, in the field "file"`)
  }
  return { ...read, received: yield* keep(part.name, Stream.mapError(Form.contentOf(part), Form.problemOf)) }
})

/** Fields that are no wishes are passed over. */
const decodeWishes = Schema.decodeUnknownEffect(Wishes)
