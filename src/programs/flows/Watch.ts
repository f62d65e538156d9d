/**
 * Watching: submits pictures as they appear, until told to stop. What happened while nothing watched is found when it starts
 * again: all that is there is looked at then.
 */
import { Console, Duration, Effect, Ref, Schedule, Stream } from "effect"
import type { ImageReference } from "../../domain/ImageReference.ts"
import type { ServiceCatalog } from "../../domain/ServiceCatalog.ts"
import { ImageSource } from "../../services/ImageSource.ts"
import type { Lane } from "../../services/MessageBroker.ts"
import * as ProductionText from "../views/ProductionText.ts"
import { runUntilStopped } from "./Drain.ts"
import * as Produce from "./Produce.ts"

export interface WatchOptions {
  readonly services: ServiceCatalog
  readonly group: string | undefined
  readonly lane: Lane
}

/** How long a picture that cannot be decoded is taken for one that is still being copied. */
const stillWithin = Duration.minutes(1)

/** Submits the pictures that can be decoded, and says what was asked about them. */
export const watch = <E, R>(pictures: Stream.Stream<ImageReference, E, R>, { group, lane, services }: WatchOptions) =>
  Effect.gen(function* () {
    const sum = yield* Ref.make({ images: 0, jobs: 0 })
    yield* runUntilStopped(
      (stop) =>
        Produce.produce({ _tag: "Appearing", pictures: whole(pictures), group }, services, stop, lane).pipe(
          Stream.filter(({ jobs }) => jobs > 0),
          Stream.tap(({ images, jobs }) => Console.log(ProductionText.appeared(images, jobs))),
          Stream.tap(({ images, jobs }) =>
            Ref.update(sum, (before) => ({ images: before.images + images, jobs: before.jobs + jobs }))
          )
        ),
      { within: "20 seconds" }
    ).pipe(
      Effect.ensuring(
        Effect.flatMap(Ref.get(sum), ({ images, jobs }) =>
          Console.log(`Watched. ${ProductionText.appeared(images, jobs)}`)
        )
      )
    )
  })

/** The pictures that can be decoded, as soon as they can. */
export const whole = <E, R>(pictures: Stream.Stream<ImageReference, E, R>) =>
  pictures.pipe(Stream.mapEffect(seen, { concurrency: 16, unordered: true }), Stream.flattenIterable)

/** What is at the place, as soon as that is a picture; nothing when it is gone, or stays none. */
const seen = (reference: ImageReference) =>
  ImageSource.use((source) => source.load(reference)).pipe(
    Effect.retry({
      while: ({ reason }) => reason._tag !== "Missing",
      schedule: Schedule.upTo(Schedule.spaced("5 seconds"), { duration: stillWithin })
    }),
    Effect.matchEffect({
      onFailure: (error) =>
        error.reason._tag === "Missing"
          ? Effect.succeed([])
          : Effect.as(Effect.logWarning(`${error.message}; looked at again when it changes`), []),
      onSuccess: ({ isTurned, version }) => Effect.succeed([{ reference, seen: { isTurned, version } }])
    })
  )
