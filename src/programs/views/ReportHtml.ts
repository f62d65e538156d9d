/**
 * A run as one HTML file that needs nothing else: the page of the report with its data, pictures included.
 *
 * The page takes what came from outside for text; within the file it is JSON in which nothing can end the element that holds it.
 */
import { Schema } from "effect"
import type * as Workflow from "../../domain/Workflow.ts"
import { isSimulated } from "../../domain/Facts.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { Image, ImageSummary } from "../../domain/archive/Image.ts"
import { Report, ReportImage } from "../../domain/archive/Report.ts"
import { absentServices, type Run, serviceTotals } from "./Run.ts"

/** Where the page has room for the data. */
const room = "<!-- data -->"

/**
 * What stands before and after the data in `page`, the file that the build made. The data are images as `image` writes them, then
 * the run: pieces on lines of their own, for with many pictures the whole is too long to be in memory.
 */
export const around = (page: string): readonly [before: string, after: string] => {
  const [before = "", after = ""] = page.split(room)
  return [before, after]
}

/** An image as the page has it. */
export const image = (each: ReportImage): string => element(`image-${each.image.id}`, encodeImage(each))

/** The run as the page has it. */
export const run = (report: Report): string => element("report", encodeReport(report))

/** What the report tells of a run whose workflow and images these are. `simulated` names services whose answers are invented, some of them often. */
export const of = (
  run: Run,
  workflow: Workflow.Description,
  images: ReadonlyArray<ImageSummary>,
  simulated: ReadonlyArray<ServiceId>
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
    simulated: [...new Set(simulated)].toSorted(),
    absent: absentServices(run.absent),
    database: run.database
  },
  workflow,
  images
})

/** Services whose answers about the image say that they are invented, for each answer. */
export const simulatedServices = ({ crops, results }: Image): ReadonlyArray<ServiceId> =>
  [...results, ...crops].flatMap(({ outcome, service }) => (isSimulated(outcome) ? [service] : []))

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
