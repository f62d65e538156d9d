/**
 * A run: submits pictures and works on them in this process until every one is done.
 *
 * Submitting and working overlap, so that first results come at once however many pictures there are. A picture that
 * cannot be analyzed is left out with its reason and costs the others nothing.
 */
import { Deferred, type Duration, Effect, Ref, Result, Stream } from "effect"
import * as Derive from "../../domain/Derive.ts"
import type { Strategy } from "../../domain/Harmonization.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import { type ImageReference, placeOf, type SeenPicture } from "../../domain/ImageReference.ts"
import type { ServiceCatalog } from "../../domain/ServiceCatalog.ts"
import * as SignedUrl from "../../domain/SignedUrl.ts"
import type { Algorithms } from "../../domain/Staleness.ts"
import { ImageSource } from "../../services/ImageSource.ts"
import { Progress } from "../../services/Progress.ts"
import { ResultStore, type SubmittedImage } from "../../services/ResultStore.ts"
import * as News from "../views/News.ts"
import type { RunProgress } from "../views/ProgressView.ts"
import * as Monitor from "./Monitor.ts"
import { pipeline } from "./Pipeline.ts"
import { publishOwed, submit } from "./Submit.ts"

export interface RunOptions<E, R> {
  readonly pictures: Stream.Stream<ImageReference, E, R>
  /** The services asked about whole images. */
  readonly services: ServiceCatalog
  /** All services whose queues are worked on. */
  readonly catalog: ServiceCatalog
  readonly strategy: Strategy
  readonly workerId: string
  readonly cropsWait?: Duration.Input
  /** Called again and again with how far the run is. */
  readonly show: (state: RunProgress) => Effect.Effect<void>
  readonly showEvery: Duration.Input
}

/** What has been submitted so far. It grows while the run goes on. */
export interface Submission {
  readonly ids: Array<ImageId>
  readonly filenames: Map<ImageId, string>
  /** What was seen at the places of the pictures. */
  readonly seen: Map<string, SeenPicture>
  /** Images that were done when they were submitted. */
  doneBefore: number
  readonly unusable: Array<{ readonly image: string; readonly detail: string }>
  isComplete: boolean
}

export const nothing = (): Submission => ({
  ids: [],
  filenames: new Map(),
  seen: new Map(),
  doneBefore: 0,
  unusable: [],
  isComplete: false
})

/** The run as a stream that ends when every picture is done, or after `stop` when what is in flight is finished. */
export const runToCompletion = <E, R>(
  options: RunOptions<E, R>,
  submission: Submission,
  stop: Deferred.Deferred<void>
) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const monitor = yield* Monitor.watchProgress({
        scope: () => ({ _tag: "Images", ids: submission.ids }),
        algorithms: Derive.keys(options.strategy, options.catalog),
        freshFor: "250 millis"
      })
      const news = yield* Ref.make(News.start(submission.filenames))
      // Asked for again and again to be shown, which is no step of the work and not traced.
      const progress = Effect.withTracerEnabled(monitor, false)
      const show = Effect.flatMap(Effect.all({ progress, news: Ref.get(news) }), options.show)

      const submitting = submitUsable(options, submission).pipe(
        Stream.interruptWhen(Deferred.await(stop)),
        Stream.drain
      )
      const working = pipeline({ ...options, services: options.catalog, stop }).pipe(
        Stream.mapEffect((event) => Ref.update(news, (state) => News.step(state, event))),
        Stream.drain
      )
      const watching = Stream.tick("250 millis").pipe(
        Stream.mapEffect(() => progress),
        Stream.tap(({ doneWithoutHalted, images }) =>
          submission.isComplete && doneWithoutHalted === images && images === submission.ids.length
            ? Deferred.succeed(stop, undefined)
            : Effect.void
        ),
        Stream.interruptWhen(Deferred.await(stop)),
        Stream.drain
      )
      const showing = Stream.tick(options.showEvery).pipe(
        Stream.mapEffect(() => show),
        Stream.interruptWhen(Deferred.await(stop)),
        Stream.drain
      )
      const ending = Stream.fromEffectDrain(show)
      return submitting.pipe(
        Stream.merge(working),
        Stream.merge(watching),
        Stream.merge(showing),
        Stream.concat(ending)
      )
    })
  )

/** Submits the pictures that can be analyzed; notes those that cannot. */
const submitUsable = <E, R>(options: RunOptions<E, R>, submission: Submission) =>
  options.pictures.pipe(
    Stream.mapEffect((reference) => usable(reference, submission), { concurrency: 4 }),
    Stream.flattenIterable,
    (references) => submit(references, { services: options.services }),
    Stream.groupedWithin(200, "50 millis"),
    Stream.mapEffect((images) => note(images, submission, Derive.keys(options.strategy, options.catalog))),
    Stream.onEnd(
      Effect.sync(() => {
        submission.isComplete = true
      })
    )
  )

const usable = Effect.fnUntraced(function* (reference: ImageReference, submission: Submission) {
  const source = yield* ImageSource
  const loaded = yield* Effect.result(source.load(reference))
  if (Result.isSuccess(loaded)) {
    const { isTurned, version } = loaded.success
    submission.seen.set(placeOf(reference), { isTurned, version })
    return [reference]
  }
  const { reason } = loaded.failure
  const { detail, image } = reason
  submission.unusable.push({
    image: SignedUrl.shown(image),
    detail: reason._tag === "Unreachable" ? `cannot be reached: ${detail}` : detail
  })
  return []
})

/** Asks anew about known images that are another picture by now. */
const askAboutOthers = Effect.fnUntraced(function* (images: ReadonlyArray<SubmittedImage>, { seen }: Submission) {
  const store = yield* ResultStore
  const others = yield* Effect.filter(
    images.filter(({ isNew }) => !isNew),
    ({ imageId, reference }) => {
      const picture = seen.get(placeOf(reference))
      return picture === undefined ? Effect.succeed(false) : store.see(imageId, picture)
    }
  )
  if (others.length === 0) return
  const ids = others.map(({ imageId }) => imageId)
  yield* publishOwed(yield* store.owed({ scope: { _tag: "Images", ids }, limit: ids.length }))
})

const note = Effect.fnUntraced(function* (
  images: ReadonlyArray<SubmittedImage>,
  submission: Submission,
  algorithms: Algorithms
) {
  const progress = yield* Progress
  yield* askAboutOthers(images, submission)
  const answered = images.filter(({ isNew, owed }) => !isNew && owed.length === 0)
  const { done } = yield* progress.counts({ _tag: "Images", ids: answered.map(({ imageId }) => imageId) }, algorithms)
  submission.doneBefore += done
  for (const { imageId, reference } of images) {
    // A picture that is watched is submitted again when it changes.
    if (!submission.filenames.has(imageId)) submission.ids.push(imageId)
    submission.filenames.set(imageId, reference.filename)
  }
})
