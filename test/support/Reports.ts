/** Reports as files, made from the page as it is built from its source. */
import { Context, Effect, Layer } from "effect"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "vite"
import type { Image, ImageSummary } from "../../src/domain/archive/Image.ts"
import type { ReportImage } from "../../src/domain/archive/Report.ts"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import * as Workflow from "../../src/domain/Workflow.ts"
import * as ReportHtml from "../../src/programs/views/ReportHtml.ts"
import type { Run } from "../../src/programs/views/Run.ts"

/** A folder with the page without data in it. */
export class Folder extends Context.Service<Folder, string>()("windmill/test/ReportFolder") {}

export const layer = Layer.effect(
  Folder,
  Effect.acquireRelease(
    Effect.promise(async () => {
      const folder = mkdtempSync(join(tmpdir(), "windmill-report-"))
      await build({ configFile: "vite.report.config.ts", logLevel: "error", build: { outDir: folder } })
      return folder
    }),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
)

/** Writes a report on these images into a file, and returns its path. */
export const write = (name: string, run: Run, images: ReadonlyArray<ReportImage>, catalog = ServiceCatalog.standard) =>
  Folder.useSync((folder) => {
    const file = join(folder, name)
    const page = readFileSync(join(folder, "report.html"), "utf8")
    writeFileSync(file, htmlOf(page, run, images, catalog))
    return file
  })

export const htmlOf = (
  page: string,
  run: Run,
  images: ReadonlyArray<ReportImage>,
  catalog = ServiceCatalog.standard
): string => {
  const [before, after] = ReportHtml.around(page)
  const report = ReportHtml.of(
    run,
    Workflow.describe(catalog, Strategies.defaultStrategy),
    images.map(({ image }) => summaryOf(image)),
    images.flatMap(({ image }) => ReportHtml.simulatedServices(image))
  )
  return [before, ...images.map(ReportHtml.image), ReportHtml.run(report), after].join("\n")
}

/** An image of 800 x 600 pixels with a picture that is one pixel of gray, as the report has it. */
export const reportImage = (image: Image): ReportImage => ({
  image,
  timeline: { imageId: image.id, waiting: [], events: [{ _tag: "Submitted", at: image.created }] },
  picture: { url: pixel, width: 800, height: 600 }
})

const pixel = "data:image/gif;base64,R0lGODlhAQABAIAAAICAgAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="

const summaryOf = ({ boxes, consensus, ...image }: Image): ImageSummary => ({
  ...image,
  boxes: boxes.map(({ box, concept, confidence, emoji, id, label, status }) => ({
    id,
    box,
    concept,
    confidence,
    label,
    status,
    ...(emoji === undefined ? {} : { emoji })
  })),
  findings: (consensus?.votes.consensus ?? []).map(({ concept, emoji, voters }) => ({
    concept,
    confidence: Math.max(0, ...voters.map(({ confidence = 0 }) => confidence)),
    ...(emoji === undefined ? {} : { emoji })
  }))
})
