/** Files as a ZIP archive that is written while they are made. */
import { makeZip } from "client-zip"
import { Effect, Stream } from "effect"

export interface File {
  readonly name: string
  readonly input: string | AsyncIterable<Uint8Array>
}

/** What archives say in place of the time at which they are made, so that the same files make the same bytes: the first there is. */
const lastModified = new Date(1980, 0, 1)

export const archive = <E, R>(files: Stream.Stream<File, E, R>): Stream.Stream<Uint8Array, E, R> =>
  Stream.unwrap(
    Effect.map(Stream.toAsyncIterableEffect(Stream.map(files, (file) => ({ ...file, lastModified }))), (iterable) =>
      // What making a file fails with is what reading the archive fails with.
      Stream.fromReadableStream({ evaluate: () => makeZip(iterable), onError: (error) => error as E })
    )
  )
