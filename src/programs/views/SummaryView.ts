/** What a run has found, for the terminal: image by image, then in total, then where to look further. */
import type { LeftOut } from "../../domain/archive/Report.ts"
import * as ImageSummary from "./ImageSummary.ts"
import { absentServices, type Run, serviceTotals } from "./Run.ts"
import { type ColorDepth, columns, fit, type Line, line, type Span, span, toAnsi, truncate } from "./TerminalText.ts"
import { count, grouped, rate, seconds } from "../../domain/Wording.ts"

export interface Options {
  readonly width: number
  readonly color: ColorDepth
  /** Images shown in full; the others are counted. */
  readonly limit: number
}

/**
 * The summary. No line is wider than `width`, save paths, commands and what to do about a picture that was left out: cut,
 * they would be of no use.
 */
export const render = (self: Run, { color, limit, width }: Options): ReadonlyArray<string> => {
  const nothingNew = self.progress.images > 0 && self.doneBefore === self.progress.images
  const shown = self.images.slice(0, limit)
  const hidden = self.images.length - shown.length
  const elsewhere = self.places.report === undefined ? "in the database" : `see ${self.places.report}`
  const found = [
    ...shown.flatMap((image) => [...ImageSummary.lines(image, { width, color }), []]),
    ...(hidden > 0 ? [line(span(`… and ${count(hidden, "more image")}, ${elsewhere}`, gray)), []] : [])
  ]
  const counts = [
    ...(nothingNew ? [] : serviceTable(self)),
    nothingNew ? nothingToDo(self.progress.images) : totals(self),
    []
  ]
  const cut = (lines: ReadonlyArray<Line>) => lines.map((each) => truncate(each, width))
  const missing = [...missingLines(self.unusable, "left out"), ...missingLines(self.undrawn, "not drawn")]
  return [...cut(found), ...missing, ...cut(counts), ...pointers(self)].map((each) => toAnsi(each, color))
}

const gray = { color: "gray" } as const

const missingLines = (pictures: ReadonlyArray<LeftOut>, words: string): ReadonlyArray<Line> =>
  pictures.length === 0
    ? []
    : [
        line(span(`${count(pictures.length, "picture")} ${words}`, { color: "red", bold: true })),
        ...pictures.map(({ detail, image }) => line(`  ${image} ${detail}`)),
        []
      ]

const serviceTable = (self: Run): ReadonlyArray<Line> => {
  const services = serviceTotals(self)
  const names = Math.max(7, ...services.map(({ service }) => columns(service))) + 2
  const row = (...cells: ReadonlyArray<Span>) =>
    cells.flatMap((cell, index) => (index === 0 ? fit([cell], names) : fit([cell], 10, { align: "right" })))
  return [
    row(...["service", "answered", "failed", "waiting", "crops"].map((title) => span(title, gray))),
    ...services.map(({ crops, failed, requested, service, succeeded }) =>
      row(
        span(service),
        span(grouped(succeeded)),
        span(grouped(failed), failed > 0 ? { color: "red" } : gray),
        span(grouped(Math.max(0, requested - succeeded - failed)), gray),
        span(crops === undefined ? "" : grouped(crops))
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

const pointers = ({ absent, database, places, simulated }: Run): ReadonlyArray<Line> => {
  const entry = (name: string, text: string) => line(...fit(line(span(name, gray)), ImageSummary.margin), text)
  return [
    ...(places.report === undefined ? [] : [entry("report", places.report)]),
    ...(places.overlays === undefined ? [] : [entry("overlays", places.overlays)]),
    entry("database", database),
    ...(simulated
      ? [entry("note", "the answers are simulated; only those of colors and metadata come from the pixels")]
      : []),
    ...absentServices(absent).map((sentence) => entry("not asked", sentence))
  ]
}
