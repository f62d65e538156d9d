/**
 * Leaving a source of pictures alone while it is away, and finding out when it is back: a folder or share that is not mounted,
 * a web server that does not answer.
 *
 * No picture is to blame for that: each is looked for again later, and no attempt is counted. Pictures of other sources go on.
 */
import { Clock, Duration, Effect, Exit, Layer, Option, Scope } from "effect"
import * as CircuitBreaker from "../../domain/CircuitBreaker.ts"
import { type ImageReference, pathOf } from "../../domain/ImageReference.ts"
import * as PictureSource from "../../domain/PictureSource.ts"
import { ActivityLog } from "../../services/ActivityLog.ts"
import { ImageSource, ImageSourceError, Unreachable } from "../../services/ImageSource.ts"
import * as Circuit from "./Circuit.ts"

/** A source that something could not be read from since it was last read from. */
interface Troubled {
  readonly circuit: Circuit.Circuit
  readonly scope: Scope.Closeable
  /** Pictures that could not be read, each of which counts once. */
  readonly pictures: Set<string>
  /** Whether the place itself is away, with all that is below it; else some of the pictures right in it cannot be read. */
  isAway: boolean
  /** Whether what is missing there is gone for good. */
  isGone: boolean
}

/** Troubled sources that are remembered. Of more, the first that is not left alone is forgotten. */
const remembered = 100

/**
 * When many pictures in a row are missing though their folder is there, it may be another folder in its place. So long they are
 * kept; then they are gone.
 */
const missingFor = Duration.minutes(10)

/** Sees to it that pictures of a source that is away are not looked for. */
export const layer = Layer.effect(
  ImageSource,
  Effect.gen(function* () {
    const source = yield* ImageSource
    const scope = yield* Effect.scope
    const troubled = new Map<string, Troubled>()

    const forget = Effect.fnUntraced(function* (place: string, { scope }: Troubled) {
      troubled.delete(place)
      yield* Scope.close(scope, Exit.void)
    })

    const at = Effect.fnUntraced(function* (place: string) {
      const known = troubled.get(place)
      if (known !== undefined) return known
      const [other] = [...troubled].filter(([, { circuit }]) => circuit.open() === undefined)
      if (troubled.size >= remembered && other !== undefined) yield* forget(...other)
      const own = yield* Scope.fork(scope)
      // That of whoever reads: the source is shared by all that a program does.
      const log = yield* ActivityLog
      const circuit = yield* Circuit.make({
        limits: { now: Effect.succeed(CircuitBreaker.usual), untilOther: () => Effect.never },
        seemsWell: source.isBack(place),
        onOpen: (state) => log.source(place, Option.some(state)),
        onTrial: log.source(place, Option.none()),
        onAway: (reason) => Effect.logWarning(`${reason}; pictures from ${place} wait until it is back`),
        onBack: Effect.logInfo(`Pictures from ${place} can be read again`)
      }).pipe(Scope.provide(own))
      const added: Troubled = { circuit, scope: own, pictures: new Set(), isAway: false, isGone: false }
      troubled.set(place, added)
      return added
    })

    const troublesOf = (reference: ImageReference) =>
      troubled.size === 0
        ? []
        : [...troubled].filter(([place, { isAway }]) =>
            isAway ? PictureSource.has(place, reference) : PictureSource.of(reference) === place
          )

    const succeeded = (reference: ImageReference) =>
      Effect.forEach(
        troublesOf(reference),
        ([place, trouble]) => Effect.andThen(trouble.circuit.succeeded, forget(place, trouble)),
        { discard: true }
      )

    /** A picture could not be read: what is told of it then. */
    const failed = Effect.fnUntraced(function* (reference: ImageReference, error: ImageSourceError) {
      const { reason } = error
      if (reason._tag === "Unusable") {
        yield* succeeded(reference)
        return error
      }
      const isAway = reason._tag === "Unreachable" && reason.source !== undefined
      const place = isAway ? reason.source! : PictureSource.of(reference)
      const trouble = yield* at(place)
      const { circuit, pictures } = trouble
      const since = circuit.since()
      trouble.isAway = isAway
      if (isAway) {
        yield* circuit.away(reason.detail)
      } else if (!trouble.isGone) {
        if (reason._tag === "Missing" && (yield* isLongAgo(since))) {
          trouble.isGone = true
          yield* Effect.logWarning(`Pictures from ${place} are still missing, and are taken for gone: ${error.message}`)
          yield* circuit.succeeded
        } else if (since !== undefined || !pictures.has(nameOf(reference))) {
          if (pictures.size < CircuitBreaker.usual.threshold) pictures.add(nameOf(reference))
          yield* circuit.failed(error.message)
        }
      }
      const open = circuit.open()
      return open === undefined ? error : yield* refusal(reference, place, open)
    })

    const guarded = <A, E, R>(reference: ImageReference, read: Effect.Effect<A, E | ImageSourceError, R>) =>
      troublesOf(reference).reduce(
        (request, [place, { circuit }]) =>
          circuit.guard(request, (open) => Effect.flip(refusal(reference, place, open))),
        Effect.catchIf(read, isOfReading, (error) => Effect.flip(failed(reference, error)))
      )

    return ImageSource.of({
      lend: (reference, use) =>
        Effect.suspend(() =>
          guarded(
            reference,
            source.lend(reference, (image) => Effect.andThen(succeeded(reference), use(image)))
          )
        ),
      load: (reference) =>
        Effect.suspend(() =>
          guarded(
            reference,
            Effect.tap(source.load(reference), () => succeeded(reference))
          )
        ),
      isBack: source.isBack
    })
  })
)

/** Whether a picture was looked for and could not be read. */
const isOfReading = (error: unknown): error is ImageSourceError =>
  error instanceof ImageSourceError && !(error.reason._tag === "Unreachable" && error.reason.retryAfter !== undefined)

const isLongAgo = (since: number | undefined) =>
  Effect.map(Clock.currentTimeMillis, (now) => since !== undefined && now - since > Duration.toMillis(missingFor))

/** What is told of a picture whose source is away. */
const refusal = (reference: ImageReference, source: string, { nextProbe, reason, since }: Circuit.Open) =>
  Effect.map(
    Clock.currentTimeMillis,
    (now) =>
      new ImageSourceError({
        reason: new Unreachable({
          image: nameOf(reference),
          detail: reason,
          source,
          retryAfter: PictureSource.pause(
            Duration.millis(now - since.getTime()),
            Duration.millis(Math.max(0, nextProbe.getTime() - now))
          )
        })
      })
  )

const nameOf = (reference: ImageReference): string => pathOf(reference) ?? reference.url!
