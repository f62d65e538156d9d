/**
 * Fuses results files that may be larger than memory.
 *
 * Files are read side by side, one image at a time, when each lists its images by ascending id; that is looked at first,
 * so files are read twice. Files in another order are held in memory.
 */
import { Effect, Pull, Schema, Stream } from "effect"
import * as Fuse from "../../domain/Fuse.ts"
import type { Strategy } from "../../domain/Harmonization.ts"

/** A results file cannot be used. */
export class FusionError extends Schema.TaggedError<FusionError>()("FusionError", {
  detector: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `The results of ${this.detector} cannot be used: ${this.problem}`
  }
}

/** A detector whose results are a stream that can be run again. */
export type Source<R> = Fuse.Detector<Stream.Stream<Fuse.CocoResult, FusionError, R>>

/** The fused results of all images, by ascending image id and best first. */
export const fused = <R>(
  sources: ReadonlyArray<Source<R>>,
  strategy: Strategy
): Stream.Stream<Fuse.FusedResult, FusionError, R> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const ordered = yield* Effect.forEach(sources, ({ results }) => isAscending(results))
      if (ordered.every(Boolean)) return sideBySide(sources, strategy)
      const held = yield* Effect.forEach(sources, (source) =>
        Effect.map(Stream.runCollect(source.results), (results) => ({ ...source, results }))
      )
      return Stream.fromIterable(Fuse.fuse(held, strategy))
    })
  )

const isAscending = <E, R>(results: Stream.Stream<Fuse.CocoResult, E, R>): Effect.Effect<boolean, E, R> =>
  Stream.runFold(
    results,
    () => ({ isSo: true, last: undefined as Fuse.CocoResult["image_id"] | undefined }),
    ({ isSo, last }, { image_id }) => ({
      isSo: isSo && (last === undefined || Fuse.byId(last, image_id) <= 0),
      last: image_id
    })
  ).pipe(Effect.map(({ isSo }) => isSo))

/** The results of one image in one file. */
type Group = ReadonlyArray<Fuse.Placed>

const sideBySide = <R>(
  sources: ReadonlyArray<Source<R>>,
  strategy: Strategy
): Stream.Stream<Fuse.FusedResult, FusionError, R> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const pulls = yield* Effect.forEach(sources, ({ results }) =>
        Stream.toPull(
          Stream.zipWithIndex(results).pipe(
            Stream.map(([result, index]): Fuse.Placed => ({ result, index })),
            Stream.groupAdjacentBy(({ result }) => result.image_id),
            Stream.map(([, group]): Group => group),
            Stream.rechunk(1)
          )
        )
      )
      const pull = (which: number) =>
        Effect.map(pulls[which]!, (groups): Group | undefined => groups[0]).pipe(
          Pull.catchDone(() => Effect.succeed(undefined))
        )
      const heads = yield* Effect.forEach(sources, (_, which) => pull(which))
      return Stream.unfold(heads, (heads) =>
        Effect.gen(function* () {
          const image = heads
            .flatMap((head) => (head === undefined ? [] : [head[0]!.result.image_id]))
            .reduce<Fuse.CocoResult["image_id"] | undefined>(
              (least, id) => (least === undefined || Fuse.byId(id, least) < 0 ? id : least),
              undefined
            )
          if (image === undefined) return undefined
          const isOfIt = (head: Group | undefined) => head !== undefined && head[0]!.result.image_id === image
          const detectors = sources.map((source, which) => ({
            ...source,
            results: isOfIt(heads[which]) ? heads[which]! : []
          }))
          const next = yield* Effect.forEach(heads, (head, which) =>
            isOfIt(head) ? pull(which) : Effect.succeed(head)
          )
          return [Fuse.fuseImage(image, detectors, strategy), next] as const
        })
      ).pipe(Stream.flattenIterable)
    })
  )
