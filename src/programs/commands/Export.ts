/** Writes images and what was found in them to a file, for other tools. */
import { Console, Effect, Layer, Option, Stdio, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { ExportFormat, files } from "../../domain/archive/ExportFormat.ts"
import type { ImageFilter } from "../../domain/archive/ImageFilter.ts"
import { QueryText } from "../../domain/archive/Query.ts"
import * as PgArchive from "../../layers/postgres/PgArchive.ts"
import * as Distributed from "../Distributed.ts"
import * as Embedded from "../Embedded.ts"
import * as Formats from "../exports/Formats.ts"
import * as WholeFile from "../flows/WholeFile.ts"
import * as Settings from "../Settings.ts"
import * as Watched from "../Watched.ts"

const flags = {
  format: Flag.Literals("format", ExportFormat.literals).pipe(
    Flag.withAlias("f"),
    Flag.withDescription("What to write")
  ),
  output: Settings.output.pipe(
    Flag.withDescription(
      "The file to write, or - for the output of the program (default windmill with the extension of the format)"
    ),
    Flag.withMetavar("file")
  ),
  group: Settings.group.pipe(Flag.withDescription("Only images of this group")),
  search: Flag.String("search").pipe(
    Flag.withDescription('Only images that a query finds, as in the dashboard: dog "no parking" NOT cat'),
    Flag.withMetavar("query"),
    Flag.withSchema(QueryText),
    Flag.optional
  ),
  label: Flag.String("label").pipe(
    Flag.withDescription("Only images in which this was found, in any wording"),
    Flag.withMetavar("word"),
    Flag.optional
  ),
  config: Settings.config,
  data: Settings.storedData,
  ...Watched.flags
}

export const command = Command.make("export", flags, ({ config, data, format, group, label, output, search }) => {
  const filter: ImageFilter = {
    ...(Option.isSome(group) ? { group: group.value } : {}),
    ...(Option.isSome(search) ? { q: search.value } : {}),
    ...(Option.isSome(label) ? { label: label.value } : {})
  }
  const path = Option.getOrElse(output, () => `windmill${files[format].extension}`)
  return Effect.gen(function* () {
    const { content, leftOut } = yield* Formats.file(format, filter)
    yield* path === "-" ? toOutput(content) : toFile(content, path)
    const missing = (yield* leftOut).size
    if (missing > 0) {
      return yield* new Settings.BadSetting({
        detail:
          missing === 1
            ? "An image was left out, because its picture cannot be read and no service has told its size."
            : `${missing} images were left out, because their pictures cannot be read and no service has told their size.`
      })
    }
  }).pipe(
    Effect.provide(
      Layer.merge(PgArchive.layer, Distributed.services).pipe(
        Layer.provideMerge(Distributed.database.pipe(Layer.provide(Embedded.orConfigured(data, { asGuest: true })))),
        Layer.provide(Distributed.catalog(config))
      )
    )
  )
}).pipe(
  Command.withDescription(
    "Writes images and what was found in them to a file, while it reads them: " +
      `${ExportFormat.literals.map((format) => `${format} (${files[format].summary})`).join(", ")}.`
  ),
  Command.withExamples([
    {
      command: "windmill export --format coco --group holiday -o holiday.json",
      description: "Boxes of a group as COCO"
    },
    { command: "windmill export --format jsonl -o - | jq .consensus", description: "Everything, for other programs" }
  ]),
  Watched.watched
)

const toOutput = <E, R>(content: Stream.Stream<Uint8Array, E, R>) =>
  Stdio.Stdio.use((stdio) => Stream.run(content, stdio.stdout({ endOnDone: false })))

const toFile = <E, R>(content: Stream.Stream<Uint8Array, E, R>, path: string) =>
  Effect.andThen(WholeFile.write(content, path), Console.log(path))
