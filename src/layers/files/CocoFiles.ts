/** Results files as COCO writes them: one JSON array, read and written piece by piece. */
import { Effect, FileSystem, Result, Schema, Stream } from "effect"
import { CocoResult } from "../../domain/Fuse.ts"
import * as JsonItems from "../../domain/JsonItems.ts"
import * as Problem from "../../domain/Problem.ts"

/** Why a file cannot be read, in words. */
export type Unusable = string

/** The results in the file at `path`, read anew each time the stream is run. */
export const read = (path: string): Stream.Stream<CocoResult, Unusable, FileSystem.FileSystem> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const items = JsonItems.reader()
      let position = 0
      return fs.stream(path).pipe(
        Stream.mapError((error) => `${path} cannot be read (${error.reason._tag})`),
        Stream.decodeText,
        Stream.mapEffect((piece) => {
          const found = items.next(piece)
          return "problem" in found ? Effect.fail(inWords(path, found)) : Effect.succeed(found)
        }),
        Stream.concat(
          Stream.suspend(() => {
            const problem = items.end()
            return problem === undefined ? Stream.empty : Stream.fail(inWords(path, problem))
          })
        ),
        Stream.flattenIterable,
        Stream.mapEffect((item) => {
          const result = decode(item)
          position++
          return Result.isSuccess(result)
            ? Effect.succeed(result.success)
            : Effect.fail(
                inWords(path, {
                  item: position - 1,
                  problem: Problem.ofIssue(result.failure.issue, { unknown: "unknown" })
                    .map(({ message, path }) => `${path}: ${message}`)
                    .join("; ")
                })
              )
        })
      )
    })
  )

const decode = Schema.decodeUnknownResult(CocoResult, { errors: "all" })

const inWords = (path: string, { item, problem }: JsonItems.JsonItemsProblem): Unusable =>
  `${path}, result ${item}: ${problem}`

/** The text of a results file, one result a line. */
export const text = <E, R>(results: Stream.Stream<CocoResult, E, R>): Stream.Stream<string, E, R> =>
  Stream.make("[").pipe(
    Stream.concat(
      Stream.zipWithIndex(results).pipe(
        Stream.map(([result, index]) => `${index === 0 ? "\n" : ",\n"}${JSON.stringify(result)}`)
      )
    ),
    Stream.concat(Stream.make("\n]\n"))
  )
