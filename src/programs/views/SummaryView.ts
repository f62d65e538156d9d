/** What a run has found, for the terminal: image by image, then in total, then where to look further. */
import type { Progress } from "../../services/ResultStore.ts"
import * as ImageSummary from "./ImageSummary.ts"
import type { Run } from "./Run.ts"
import { type ColorDepth, columns, fit, type Line, line, type Span, span, toAnsi, truncate } from "./TerminalText.ts"
import { count, grouped, rate, seconds } from "./Wording.ts"

export interface Options {
  readonly width: number
  readonly color: ColorDepth
  /** Images shown in full; the others are counted. */
  readonly limit: number
}

/** The summary. No line is wider than `width`, save paths and commands: cut, they could not be copied. */
export const render = (self: Run, { color, limit, width }: Options): ReadonlyArray<string> => {
  const nothingNew = self.progress.images > 0 && self.doneBefore === self.progress.images
  const shown = self.images.slice(0, limit)
  const hidden = self.images.length - shown.length
  const elsewhere = self.places.report === undefined ? "in the database" : `see ${self.places.report}`
  return [
    ...shown.flatMap((image) => [...ImageSummary.lines(image, { width, color }), []]),
    ...(hidden > 0 ? [line(span(`… and ${count(hidden, "more image")}, ${elsewhere}`, gray)), []] : []),
    ...unusableLines(self),
    ...(nothingNew ? [] : serviceTable(self.progress)),
    nothingNew ? nothingToDo(self.progress.images) : totals(self),
    []
  ]
    .map((each) => truncate(each, width))
    .concat(pointers(self))
    .map((each) => toAnsi(each, color))
}

const gray = { color: "gray" } as const

const unusableLines = ({ unusable }: Run): ReadonlyArray<Line> =>
  unusable.length === 0
    ? []
    : [
        line(span(`${count(unusable.length, "picture")} left out`, { color: "red", bold: true })),
        ...unusable.map(({ detail, image }) => line(`  ${image} ${detail}`)),
        []
      ]

const serviceTable = ({ services }: Progress): ReadonlyArray<Line> => {
  const names = Math.max(7, ...services.map(({ service }) => columns(service))) + 2
  const cells = (name: Span, ...rest: ReadonlyArray<Span>) =>
    line(...fit([name], names), ...rest.flatMap((cell) => fit([cell], 10, { align: "right" })))
  return [
    cells(span("service", gray), span("answered", gray), span("failed", gray), span("waiting", gray)),
    ...services.map(({ failed, requested, service, succeeded }) =>
      cells(
        span(service),
        span(grouped(succeeded)),
        span(grouped(failed), failed > 0 ? { color: "red" } : gray),
        span(grouped(Math.max(0, requested - succeeded - failed)), gray)
      )
    ),
    []
  ]
}

const nothingToDo = (images: number): Line =>
  line(
    span("Nothing to do: ", { bold: true }),
    images === 1 ? "the image was already complete." : `all ${count(images, "image")} were already complete.`
  )

const totals = ({ doneBefore, progress, seconds: time }: Run): Line => {
  const fresh = progress.done - doneBefore
  return line(
    span(`${grouped(progress.done)} of ${count(progress.images, "image")} complete`, { bold: true }),
    doneBefore > 0 ? `, ${grouped(doneBefore)} of them before` : "",
    `: ${count(progress.boxes, "box", "boxes")}, ${count(progress.crops, "crop answer")} in ${seconds(time)}`,
    time > 0 && fresh > 0 ? ` (${rate(fresh / time)} images/s)` : ""
  )
}

const pointers = ({ database, places, simulated }: Run): ReadonlyArray<Line> => {
  const entry = (name: string, text: string) => line(...fit(line(span(name, gray)), ImageSummary.margin), text)
  return [
    ...(places.report === undefined ? [] : [entry("report", places.report)]),
    ...(places.overlays === undefined ? [] : [entry("overlays", places.overlays)]),
    entry("database", database),
    ...(simulated
      ? [entry("note", "the answers are simulated; only those of colors and metadata come from the pixels")]
      : [])
  ]
}
