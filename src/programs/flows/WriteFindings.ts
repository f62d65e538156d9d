/** Writing down what a run has found: an overlay for each picture, and the report. */
import { Cause, Effect, Exit, FileSystem, Option, Path, type PlatformError, Result, Schema, Stream } from "effect"
import * as Base64 from "effect/encoding/Base64"
import type { Strategy } from "../../domain/Harmonization.ts"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import type { EncodedImage } from "../../domain/ImageReference.ts"
import * as Workflow from "../../domain/Workflow.ts"
import type { Image } from "../../domain/archive/Image.ts"
import { Archive } from "../../services/Archive.ts"
import type { ReportImage } from "../../domain/archive/Report.ts"
import { Catalog } from "../../services/Catalog.ts"
import { ImageSource } from "../../services/ImageSource.ts"
import { Renderer } from "../../services/Renderer.ts"
import { Scaler } from "../../services/Scaler.ts"
import { ResultStore } from "../../services/ResultStore.ts"
import * as ImageFindings from "../views/ImageFindings.ts"
import * as OverlayName from "../views/OverlayName.ts"
import * as OverlaySvg from "../views/OverlaySvg.ts"
import * as ReportHtml from "../views/ReportHtml.ts"
import type { Run } from "../views/Run.ts"
import * as WholeFile from "./WholeFile.ts"

/** The folder cannot be written to. */
export class Unwritable extends Schema.TaggedError<Unwritable>()("Unwritable", {
  path: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `Cannot write to ${this.path} (${this.detail}): make it writable, or choose another folder with --output`
  }
}

export interface WriteOptions {
  /** The folder; it is made when it is not there. */
  readonly output: string
  /** The file of the report as the build made it, without data. */
  readonly page: string
  readonly lettering: OverlaySvg.Lettering
  /** What the boxes were harmonized with. */
  readonly strategy: Strategy
}

/** Makes sure that something can be written there, before there is anything to write. */
export const prepare = Effect.fn("WriteFindings.prepare")(function* (output: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(`${output}/overlays`, { recursive: true }).pipe(Effect.mapError(unwritable(output)))
  yield* fs.access(output, { writable: true }).pipe(Effect.mapError(unwritable(output)))
})

/**
 * Writes the overlays and the report of the images; returns the run with where they are. What cannot be drawn of one
 * image is missing for that image alone, and the run says why.
 */
export const writeFindings = Effect.fn("WriteFindings")(function* (
  ids: ReadonlyArray<ImageId>,
  run: Omit<Run, "images" | "places" | "undrawn">,
  { lettering, output, page, strategy }: WriteOptions
) {
  const archive = yield* Archive
  const catalog = yield* Catalog
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const overlays = path.join(output, "overlays")
  const report = path.join(output, "report.html")
  const written: Array<Written> = []
  const images = Stream.fromIterable(ids, { chunkSize: 1 }).pipe(
    Stream.mapEffect((id) => write(id, { lettering, overlays }), { concurrency: 2 }),
    Stream.map((one) => {
      if (Option.isNone(one)) return []
      const { entry, ...rest } = one.value
      written.push(rest)
      return [entry]
    }),
    Stream.flattenIterable
  )
  const complete = (): Run => ({
    ...run,
    images: written.map(({ findings }) => findings),
    undrawn: written
      .filter(({ problems }) => problems.length > 0)
      .map(({ filename, problems }) => ({ image: filename, detail: problems.join("; ") })),
    places: { overlays, report }
  })
  const whole = Effect.gen(function* () {
    const summaries = new Map(
      (yield* archive.search({ ids }, { limit: ids.length })).map((summary) => [summary.id, summary])
    )
    return ReportHtml.run(
      ReportHtml.of(
        complete(),
        Workflow.describe(catalog, strategy),
        written.flatMap(({ id }) => summaries.get(id) ?? []),
        written.flatMap(({ simulated }) => simulated)
      )
    )
  })
  const [before, after] = ReportHtml.around(yield* Effect.orDie(fs.readFileString(page)))
  const pieces = Stream.make(before).pipe(
    Stream.concat(images),
    Stream.concat(Stream.fromEffect(whole)),
    Stream.concat(Stream.make(after)),
    Stream.intersperse("\n"),
    Stream.encodeText
  )
  yield* WholeFile.write(pieces, report).pipe(Effect.catchTag("PlatformError", unwritable(report)))
  return complete()
})

/** What stays in memory of an image until all are written. */
interface Written {
  readonly id: ImageId
  readonly filename: string
  /** As the terminal shows it. */
  readonly findings: ImageFindings.ImageFindings
  readonly simulated: ReadonlyArray<ServiceId>
  /** Why its picture is missing somewhere. */
  readonly problems: ReadonlyArray<string>
}

interface DrawOptions extends Pick<WriteOptions, "lettering"> {
  /** The folder. */
  readonly overlays: string
}

/** Reads an image, draws its overlay into a file, and makes it small for the report. None when it was deleted. */
const write = Effect.fnUntraced(function* (id: ImageId, options: DrawOptions) {
  const archive = yield* Archive
  const catalog = yield* Catalog
  const loaded = yield* attempt("the picture cannot be read", load(id))
  const found = Option.all([yield* archive.image(id), yield* archive.timeline(id)])
  if (Option.isNone(found)) return Option.none()
  const [image, timeline] = found.value
  const picture = Option.getOrUndefined(Result.getSuccess(loaded))
  const findings = ImageFindings.of(image, catalog, picture)
  const written = (problems: ReadonlyArray<string>, shown?: ReportImage["picture"]) =>
    Option.some({
      id,
      filename: image.filename,
      findings,
      entry: ReportHtml.image({ image, timeline, ...(shown === undefined ? {} : { picture: shown }) }),
      simulated: ReportHtml.simulatedServices(image),
      problems
    })
  if (picture === undefined) return written(problemsOf([loaded]))
  const overlay = yield* attempt("the overlay cannot be drawn", drawOverlay(image, findings, picture, options))
  const shown = yield* attempt("the picture cannot be shown in the report", dataUrl(picture))
  const { height, width } = picture
  return written(
    problemsOf([overlay, shown]),
    Result.isSuccess(shown) ? { url: shown.success, width, height } : undefined
  )
})

/** The picture; what is known about another one at the same place is forgotten first, and not drawn on it. */
const load = Effect.fnUntraced(function* (id: ImageId) {
  const source = yield* ImageSource
  const store = yield* ResultStore
  const picture = yield* source.load(yield* Effect.fromOption(yield* store.reference(id)))
  yield* store.see(id, picture)
  return picture
})

const drawOverlay = Effect.fnUntraced(function* (
  { filename, id }: Image,
  findings: ImageFindings.ImageFindings,
  picture: EncodedImage,
  { lettering, overlays }: DrawOptions
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const renderer = yield* Renderer
  const { svg } = OverlaySvg.draw(findings, picture, lettering)
  const overlay = yield* renderer.draw(svg, { over: picture, format: "jpeg" })
  yield* fs.writeFile(path.join(overlays, OverlayName.of(id, filename)), overlay)
})

const dataUrl = Effect.fnUntraced(function* (picture: EncodedImage) {
  const scaler = yield* Scaler
  const { bytes } = yield* scaler.scale(picture, { width: 900 })
  return `data:image/jpeg;base64,${Base64.encode(bytes)}`
})

/** What the work gives or, in words, what could not be done and why: also when that is a defect. */
const attempt = <A, E, R>(
  words: string,
  work: Effect.Effect<A, E, R>
): Effect.Effect<Result.Result<A, string>, never, R> =>
  Effect.map(Effect.exit(work), (exit) => {
    if (Exit.isSuccess(exit)) return Result.succeed(exit.value)
    const reason = Cause.squash(exit.cause)
    return Result.fail(`${words}: ${reason instanceof Error ? reason.message : String(reason)}`)
  })

const problemsOf = (attempts: ReadonlyArray<Result.Result<unknown, string>>): ReadonlyArray<string> =>
  attempts.flatMap((each) => (Result.isFailure(each) ? [each.failure] : []))

const unwritable = (path: string) => (error: PlatformError.PlatformError) =>
  new Unwritable({ path, detail: error.reason._tag })
