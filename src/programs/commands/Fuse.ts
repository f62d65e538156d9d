/** `windmill fuse`: results files of detectors in, one results file out, without queue, database or service. */
import { Effect, FileSystem, Option, Result, Schema, Stdio, Stream, Struct } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Offsets } from "../../domain/harmonization/Alignment.ts"
import type { CocoResult, FusedResult } from "../../domain/Fuse.ts"
import * as Problem from "../../domain/Problem.ts"
import * as CocoFiles from "../../layers/files/CocoFiles.ts"
import * as Fuse from "../flows/Fuse.ts"
import * as Settings from "../Settings.ts"

/** The command line asks for something that cannot be. */
class BadFusion extends Schema.TaggedError<BadFusion>()("BadFusion", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

const flags = {
  files: Argument.String("results").pipe(
    Argument.withDescription(
      "COCO results files, one for each detector; its name up to the first dot names the detector"
    ),
    Argument.variadic({ min: 1 })
  ),
  output: Settings.output.pipe(
    Flag.withDescription("The file to write, or - for the output of the program (default -)"),
    Flag.withMetavar("file")
  ),
  trust: Flag.String("trust").pipe(
    Flag.withDescription("Weight of a detector's word from 0 to 1, as name=0.8; may be given several times"),
    Flag.withMetavar("name=number"),
    Flag.atLeast(0)
  ),
  align: Flag.String("align").pipe(
    Flag.withDescription('How a detector\'s boxes are moved, as name={"left":0.1}; may be given several times'),
    Flag.withMetavar("name=offsets"),
    Flag.atLeast(0)
  ),
  confirmed: Flag.Boolean("confirmed").pipe(
    Flag.withDescription("Write confirmed boxes only"),
    Flag.withDefault(false)
  ),
  plain: Flag.Boolean("plain").pipe(
    Flag.withDescription("Write what COCO knows only, without where each box came from"),
    Flag.withDefault(false)
  ),
  harmonization: Settings.harmonization
}

export const command = Command.make("fuse", flags, (options) =>
  Effect.gen(function* () {
    const strategy = yield* Settings.strategy(options.harmonization)
    const names = options.files.map(nameOf)
    const twice = names.find((name, i) => names.indexOf(name) < i)
    if (twice !== undefined) yield* new BadFusion({ detail: `Two files name the detector ${twice}: rename one` })
    const trusts = yield* byName(options.trust, names, "--trust", Trust)
    const aligns = yield* byName(options.align, names, "--align", Offsets)
    const sources = options.files.map((path, i) => ({
      name: names[i]!,
      results: CocoFiles.read(path).pipe(
        Stream.mapError((problem) => new Fuse.FusionError({ detector: names[i]!, problem }))
      ),
      trust: trusts.get(names[i]!),
      align: aligns.get(names[i]!)
    }))
    const results = Fuse.fused(sources, strategy).pipe(
      Stream.filter(({ status }) => !options.confirmed || status === "confirmed"),
      Stream.map((result) => (options.plain ? withoutOrigin(result) : result))
    )
    const fs = yield* FileSystem.FileSystem
    const stdio = yield* Stdio.Stdio
    const text = CocoFiles.text(results)
    const path = Option.getOrElse(options.output, () => "-")
    yield* path === "-" ? Stream.run(text, stdio.stdout()) : Stream.run(Stream.encodeText(text), fs.sink(path))
  })
).pipe(
  Command.withDescription(
    "Fuses the results of several detectors about the same images. Every detector has looked at every image. Files may be " +
      "larger than memory when each lists its images by ascending id."
  ),
  Command.withExamples([
    { command: "windmill fuse yolo.json detr.json rcnn.json --output fused.json", description: "Fuse three detectors" },
    {
      command: 'windmill fuse a.json b.json --harmonization \'{"name":"wbf"}\' --plain',
      description: "Another strategy, and nothing but COCO"
    }
  ])
)

/** What COCO knows of a result. */
const withoutOrigin = (result: FusedResult): CocoResult =>
  Struct.omit(result, ["status", "reason", "members", "dissenters"])

const nameOf = (path: string): string => path.split(/[\\/]/).at(-1)!.split(".")[0]!

const Trust = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

/** The values of a flag by the detector they are for. */
const byName = Effect.fnUntraced(function* <A>(
  words: ReadonlyArray<string>,
  names: ReadonlyArray<string>,
  flag: string,
  schema: Schema.ConstraintDecoder<A>
) {
  const values = new Map<string, A>()
  for (const word of words) {
    const [name = "", json = ""] = [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]
    if (!names.includes(name)) {
      yield* new BadFusion({
        detail: `${flag} ${word}: expected the name of a detector (${names.join(", ")}), = and a value`
      })
    }
    const parsed = Result.try({ try: (): unknown => JSON.parse(json), catch: () => "it is not JSON" })
    const value = Result.isFailure(parsed)
      ? parsed
      : Result.mapError(
          Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })(parsed.success),
          ({ issue }) =>
            Problem.ofIssue(issue, { unknown: "unknown edge" })
              .map(({ message }) => message)
              .join("; ")
        )
    if (Result.isFailure(value)) return yield* new BadFusion({ detail: `${flag} ${word}: ${value.failure}` })
    values.set(name, value.success)
  }
  return values
})
