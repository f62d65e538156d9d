/**
 * A run as one HTML file that needs nothing else: the page of the report with its data, pictures included.
 *
 * The page takes what came from outside for text; within the file it is JSON in which nothing can end the element that holds it.
 */
import { Schema } from "effect"
import type * as Workflow from "../../domain/Workflow.ts"
import { isSimulated } from "../../domain/Facts.ts"
import type { ImageSummary } from "../../domain/archive/Image.ts"
import { Report, ReportImage } from "../../domain/archive/Report.ts"
import { absentServices, type Run, serviceTotals } from "./Run.ts"

/** Where the page has room for the data. */
const room = "<!-- data -->"

/** The page with its data. `page` is the file that the build made. */
export const render = (page: string, report: Report, images: ReadonlyArray<ReportImage>): string => {
  const [before = "", after = ""] = page.split(room)
  return [
    before,
    element("report", encodeReport(report)),
    ...images.map((each) => element(`image-${each.image.id}`, encodeImage(each))),
    after
  ].join("\n")
}

/** What the report tells of a run whose workflow and images these are; `whole` has all that is known of the images. */
export const of = (
  run: Run,
  workflow: Workflow.Description,
  images: ReadonlyArray<ImageSummary>,
  whole: ReadonlyArray<Pick<ReportImage, "image">>
): Report => ({
  run: {
    images: run.progress.images,
    done: run.progress.done,
    doneBefore: run.doneBefore,
    boxes: run.progress.boxes,
    crops: run.progress.crops,
    services: serviceTotals(run),
    unusable: run.unusable,
    undrawn: run.undrawn,
    seconds: run.seconds,
    simulated: simulatedServices(whole),
    absent: absentServices(run.absent),
    database: run.database
  },
  workflow,
  images
})

/** Services whose answers say that they are invented, in name order. */
const simulatedServices = (images: ReadonlyArray<Pick<ReportImage, "image">>) => {
  const answers = images.flatMap(({ image }) => [...image.results, ...image.crops])
  return [...new Set(answers.flatMap(({ outcome, service }) => (isSimulated(outcome) ? [service] : [])))].toSorted()
}

const encodeReport = Schema.encodeSync(Schema.toCodecJson(Report))
const encodeImage = Schema.encodeSync(Schema.toCodecJson(ReportImage))

const element = (id: string, data: unknown): string =>
  `<script type="application/json" id="${id}">${escape(JSON.stringify(data))}</script>`

/** JSON without characters that mean something to HTML or that a text file should not have. */
const escape = (json: string): string =>
  json.replace(
    /[<\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  )
