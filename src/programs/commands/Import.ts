/** Takes over the answers that the earlier Python system recorded. */
import { Console, Effect, FileSystem, Layer, Schema, Stdio, Stream } from "effect"
import { Argument, Command } from "effect/cli"
import * as Distributed from "../Distributed.ts"
import * as Embedded from "../Embedded.ts"
import * as Import from "../flows/Import.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"

const flags = {
  file: Argument.String("file").pipe(
    Argument.withDescription(
      "Rows of results with their images, a JSON object on each line; - for the input of the program"
    )
  ),
  config: Settings.config,
  data: Settings.storedData,
  ...Watched.flags
}

export const command = Command.make("import", flags, ({ config, data, file }) =>
  Effect.gen(function* () {
    const { known, recorded, unusable } = yield* Import.rows(rowsIn(file))
    yield* Console.log(`${recorded} answers recorded, ${known} known before, ${unusable} rows without use`)
  }).pipe(
    Effect.provide(
      Layer.merge(Distributed.catalog(config), Distributed.database.pipe(Layer.provide(Embedded.orConfigured(data))))
    )
  )
).pipe(
  Command.withDescription(
    "Takes over the answers that the earlier Python system recorded: its rows of results with those of images. What follows " +
      "from them is derived by windmill postprocess, or the next windmill start. Importing again changes nothing."
  ),
  Command.withExamples([
    {
      command: "psql --no-align --tuples-only --set FETCH_COUNT=1000 --file export.sql earlier | windmill import -",
      description: "From the earlier database, with the query of docs/operate.md"
    }
  ]),
  Watched.watched
)

/** A line that is no row. */
class BadLine extends Schema.TaggedError<BadLine>()("BadLine", { line: Schema.Int, detail: Schema.String }) {
  override get message() {
    return `Line ${this.line} is no row of results: ${this.detail}`
  }
}

const rowsIn = (file: string) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const stdio = yield* Stdio.Stdio
      return file === "-" ? stdio.stdin : fs.stream(file)
    })
  ).pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.zipWithIndex,
    Stream.filter(([text]) => text.trim() !== ""),
    Stream.mapEffect(([text, index]) =>
      Effect.mapError(decode(text), ({ message }) => new BadLine({ line: index + 1, detail: message }))
    )
  )

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Import.Row))
