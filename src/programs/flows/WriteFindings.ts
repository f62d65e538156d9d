/** Writing down what a run has found: an overlay for each picture, and the report. */
import { Effect, FileSystem, Path, Result, Schema } from "effect"
import type { ImageId } from "../../domain/Identifiers.ts"
import { Catalog } from "../../services/Catalog.ts"
import { ImageSource } from "../../services/ImageSource.ts"
import { Renderer } from "../../services/Renderer.ts"
import { type ImageRecord, ResultStore } from "../../services/ResultStore.ts"
import * as ImageFindings from "../views/ImageFindings.ts"
import * as OverlaySvg from "../views/OverlaySvg.ts"
import * as ReportHtml from "../views/ReportHtml.ts"
import type { Run } from "../views/Run.ts"

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
  readonly lettering: OverlaySvg.Lettering
}

/** Makes sure that something can be written there, before there is anything to write. */
export const prepare = Effect.fn("WriteFindings.prepare")(function* (output: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(`${output}/overlays`, { recursive: true }).pipe(unwritable(output))
  yield* fs.access(output, { writable: true }).pipe(unwritable(output))
})

/** Writes the overlays and the report of the images; returns the run with where they are. */
export const writeFindings = Effect.fn("WriteFindings")(function* (
  ids: ReadonlyArray<ImageId>,
  run: Omit<Run, "images" | "places">,
  { lettering, output }: WriteOptions
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const store = yield* ResultStore
  const overlays = path.join(output, "overlays")
  const illustrated = yield* Effect.forEach(
    yield* store.records(ids),
    (record) =>
      Effect.gen(function* () {
        const { findings, overlay, picture } = yield* illustrate(record, lettering)
        if (overlay === undefined) return { findings, picture }
        const file = path.join(overlays, `${record.imageId}-${path.parse(record.reference.filename).name}.jpg`)
        yield* fs.writeFile(file, overlay).pipe(unwritable(file))
        return { findings, picture }
      }),
    { concurrency: 2 }
  )
  const report = path.join(output, "report.html")
  const images = illustrated.map(({ findings }) => findings)
  const complete: Run = { ...run, images, places: { overlays, report } }
  const pictures = new Map(
    illustrated.flatMap(({ findings, picture }) => (picture === undefined ? [] : [[findings.imageId, picture]]))
  )
  yield* fs.writeFileString(report, ReportHtml.render(complete, pictures)).pipe(unwritable(report))
  return complete
})

/** What was found in an image, with its picture small and with the boxes drawn. A picture that is gone is left out. */
const illustrate = Effect.fnUntraced(function* (record: ImageRecord, lettering: OverlaySvg.Lettering) {
  const catalog = yield* Catalog
  const source = yield* ImageSource
  const renderer = yield* Renderer
  const loaded = yield* Effect.result(source.load(record.reference))
  if (Result.isFailure(loaded)) return { findings: ImageFindings.of(record, catalog, undefined) }
  const image = loaded.success
  const findings = ImageFindings.of(record, catalog, image)
  const { svg } = OverlaySvg.draw(findings, image, lettering)
  const overlay = yield* renderer.draw(svg, { over: image, format: "jpeg" })
  const bytes = yield* renderer.thumbnail(image, { width: 900, quality: 80 })
  return { findings, overlay, picture: { bytes, mediaType: "image/jpeg" } }
})

const unwritable = (path: string) =>
  Effect.mapError(
    (error: { readonly reason: { readonly _tag: string } }) => new Unwritable({ path, detail: error.reason._tag })
  )
