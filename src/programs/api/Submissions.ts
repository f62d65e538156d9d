/** Submissions: read from a form or by URL, once however often they are repeated with the same key. */
import { Effect, Option, Predicate, Schema, Stream } from "effect"
import { Multipart } from "effect/http"
import * as NodeCrypto from "node:crypto"
import type { ContentTooLarge } from "../../services/ContentStore.ts"
import type { ImageSourceError } from "../../services/ImageSource.ts"
import { Replays } from "../../services/Replays.ts"
import type { PlaceRefused } from "../../services/WebPictures.ts"
import * as Actions from "../flows/Actions.ts"
import {
  mostAtOnce,
  type RefusedPicture,
  Submission,
  type Submissions,
  type UrlSubmission,
  type UrlSubmissions,
  Wishes
} from "./definition/Images.ts"
import { InvalidRequest, type TooLarge, Unprocessable } from "./definition/Problems.ts"
import { asProblems } from "./Failures.ts"
import * as Form from "./Form.ts"
import type { Intake, Received } from "./Intake.ts"

/** Submits the picture in the form that is the body of the request. */
export const ofForm = Effect.fnUntraced(function* (intake: Intake, key: string | undefined) {
  const { received, wishes } = yield* readForm(intake.keep, 1)
  const { commit, reference } = received[0]
  return yield* once(key, [reference, wishes], commit(Actions.submit(reference, wishes)))
}, Effect.scoped)

/** Submits the picture at a URL. */
export const ofUrl = Effect.fnUntraced(function* (
  intake: Intake,
  { url, ...wishes }: typeof UrlSubmission.Type,
  key: string | undefined
) {
  if (!URL.canParse(url)) return yield* badUrl("url")
  const submit = Effect.flatMap(intake.fetch(url), ({ commit, reference }) => commit(Actions.submit(reference, wishes)))
  return yield* once(key, [url, wishes], Effect.scoped(submit))
})

/** Submits the pictures in the form that is the body of the request. Those that cannot be taken are refused, each by itself. */
export const ofFiles = Effect.fnUntraced(function* (intake: Intake) {
  const { received, wishes } = yield* readForm(
    (name, bytes) => Effect.map(orRefused(name, intake.keep(name, bytes)), (received) => ({ name, received })),
    mostAtOnce
  )
  return yield* submitAll(received, wishes)
}, Effect.scoped)

/** Submits the pictures at URLs. Those that cannot be taken are refused, each by itself. */
export const ofUrls = Effect.fnUntraced(function* (intake: Intake, { urls, ...wishes }: typeof UrlSubmissions.Type) {
  const received = yield* Effect.forEach(
    urls,
    Effect.fnUntraced(function* (url, i) {
      const place = Effect.suspend(() => (URL.canParse(url) ? Effect.succeed(url) : Effect.fail(badUrl(`urls[${i}]`))))
      return { name: url, received: yield* orRefused(url, Effect.flatMap(place, intake.fetch)) }
    }),
    { concurrency: fetchedAtOnce }
  )
  return yield* submitAll(received, wishes)
}, Effect.scoped)

/** Pictures of a request that are fetched at the same time. */
const fetchedAtOnce = 4

/** A picture of several, as it was named by who sent it. */
interface Named {
  readonly name: string
  readonly received: Received | RefusedPicture
}

const submitAll = Effect.fnUntraced(function* (pictures: ReadonlyArray<Named>, wishes: typeof Wishes.Type) {
  const accepted: Array<Submissions["accepted"][number]> = []
  const refused: Array<RefusedPicture> = []
  for (const { name, received } of pictures) {
    if ("code" in received) refused.push(received)
    else accepted.push({ name, ...(yield* received.commit(Actions.submit(received.reference, wishes))) })
  }
  return { accepted, refused } satisfies Submissions
})

/** What is wrong with one picture alone. Anything else, as that nothing can be stored now, ends the request. */
type PictureFailure = ContentTooLarge | ImageSourceError | InvalidRequest | PlaceRefused

const tags: ReadonlySet<string> = new Set<PictureFailure["_tag"]>([
  "ContentTooLarge",
  "ImageSourceError",
  "InvalidRequest",
  "PlaceRefused"
])

const isAboutPicture = <E>(failure: E): failure is Extract<E, PictureFailure> =>
  Predicate.hasProperty(failure, "_tag") && tags.has(String(failure._tag))

const orRefused = <E, R>(name: string, picture: Effect.Effect<Received, E, R>) =>
  picture.pipe(
    Effect.catchIf(isAboutPicture<E>, (failure) =>
      asProblems(Effect.fail<PictureFailure>(failure)).pipe(
        Effect.flip,
        Effect.map(({ _tag, detail }): RefusedPicture => ({ name, code: _tag, detail }))
      )
    )
  )

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

/** What is remembered of an answer. */
const Json = Schema.toCodecJson(Submission.pipe(Schema.encodeKeys({ id: "imageId" })))
const encode = Schema.encodeSync(Json)
const decode = Schema.decodeUnknownEffect(Json)

/** What was read of a form so far. */
interface Read<A> {
  readonly received: ReadonlyArray<A>
  readonly wishes: typeof Wishes.Type
}

type Keep<A, E, R> = (
  name: string,
  bytes: Stream.Stream<Uint8Array, InvalidRequest | TooLarge>
) => Effect.Effect<A, E, R>

/** Reads the form as it comes: one picture, or at most so many. */
const readForm = Effect.fnUntraced(function* <A, E, R>(keep: Keep<A, E, R>, most: number) {
  const { received, wishes } = yield* Stream.runFoldEffect(
    Stream.mapError(Form.parts, Form.problemOf),
    (): Read<A> => ({ received: [], wishes: {} }),
    (read, part) => take(read, part, keep, most)
  )
  const [first, ...others] = received
  if (first === undefined) return yield* Form.invalid('it has no picture: send it as a file in the field "file"')
  return { received: [first, ...others] as const, wishes }
})

const take = Effect.fnUntraced(function* <A, E, R>(
  read: Read<A>,
  part: Multipart.Part,
  keep: Keep<A, E, R>,
  most: number
) {
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
  if (part.key !== "file" || read.received.length === most) {
    const expected = most === 1 ? "one picture" : `at most ${most} pictures`
    return yield* Form.invalid(`the file "${part.key}" is one too many: send ${expected}, in the field "file"`)
  }
  const kept = yield* keep(part.name, Stream.mapError(Form.contentOf(part), Form.problemOf))
  return { ...read, received: [...read.received, kept] }
})

/** Fields that are no wishes are passed over. */
const decodeWishes = Schema.decodeUnknownEffect(Wishes)

const badUrl = (path: string) =>
  new InvalidRequest({
    detail: "The body of the request is not valid",
    problems: [{ path, message: "Expected a URL" }]
  })
