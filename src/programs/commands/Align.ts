/** `windmill align`: proposes how the boxes of detectors are to be moved. */
import { Console, Effect, FileSystem, Layer, Option, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import * as CocoTruth from "../../domain/CocoTruth.ts"
import { ServiceId } from "../../domain/Identifiers.ts"
import * as PgArchive from "../../layers/postgres/PgArchive.ts"
import { Catalog } from "../../services/Catalog.ts"
import * as Distributed from "../Distributed.ts"
import * as Align from "../flows/Align.ts"
import * as Settings from "../Settings.ts"
import * as AlignmentText from "../views/AlignmentText.ts"

const flags = {
  reference: Flag.String("reference").pipe(
    Flag.withDescription("The detector whose boxes are right"),
    Flag.withMetavar("service"),
    Flag.withSchema(ServiceId),
    Flag.optional
  ),
  gt: Flag.String("gt").pipe(
    Flag.withDescription("A COCO annotation file of some 25 pictures that were analyzed, known by their file names"),
    Flag.withMetavar("file"),
    Flag.optional
  ),
  json: Settings.json,
  config: Settings.config
}

export const command = Command.make("align", flags, ({ config, gt, json, reference }) =>
  Effect.gen(function* () {
    if (Option.isSome(gt) === Option.isSome(reference)) {
      return yield* new Settings.BadSetting({ detail: "Give --reference, the detector that is right, or --gt." })
    }
    const aligned = Option.isSome(gt)
      ? yield* Align.toTruth(CocoTruth.byFile(yield* annotations(gt.value)), CocoTruth.people)
      : yield* Align.toReference(yield* detector(Option.getOrThrow(reference)))
    yield* Console.log(json ? JSON.stringify(aligned) : AlignmentText.lines(aligned).join("\n"))
  }).pipe(
    Effect.provide(
      PgArchive.layer.pipe(Layer.provide(Distributed.store), Layer.provideMerge(Distributed.catalog(config)))
    )
  )
).pipe(
  Command.withDescription(
    "Proposes offsets for detectors that draw their boxes too large or too small, from the answers in the database, with " +
      "what they are worth on objects they were not learned from. Nothing is changed: what you accept goes into " +
      "service_config.json. A wrong reference makes boxes worse, so nothing chooses it for you."
  )
)

/** The reference is one of the detectors. */
const detector = Effect.fnUntraced(function* (name: ServiceId) {
  const catalog = yield* Catalog
  const detectors = catalog.filter(({ kind }) => kind === "spatial").map(({ id }) => id)
  if (detectors.includes(name)) return name
  return yield* new Settings.BadSetting({ detail: `--reference ${name}: expected one of ${detectors.join(", ")}` })
})

const annotations = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const refuse = (why: string) => new Settings.BadSetting({ detail: `--gt ${path} cannot be used: ${why}` })
  const text = yield* Effect.mapError(fs.readFileString(path), (error) => refuse(error.reason._tag))
  return yield* Effect.mapError(decode(text), (error) => refuse(error.message))
})

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(CocoTruth.AnnotationFile))
