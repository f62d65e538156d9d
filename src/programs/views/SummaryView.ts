/** What a run has found, for the terminal: image by image, then in total, then where to look further. */
import type { Candidate } from "../../domain/Consensus.ts"
import type { Progress } from "../../services/ResultStore.ts"
import { type BoxFindings, type ImageFindings, isTentative } from "./ImageFindings.ts"
import {
  type ColorDepth,
  columns,
  fit,
  type Line,
  line,
  type Span,
  span,
  toAnsi,
  truncate,
  width
} from "./TerminalText.ts"
import { count, grouped, rate, seconds } from "./Wording.ts"

/** A run that has ended. */
export interface Run {
  /** The images of the run, in the order in which they are shown. */
  readonly images: ReadonlyArray<ImageFindings>
  readonly progress: Progress
  /** Images that were complete before the run began. */
  readonly doneBefore: number
  /** Pictures that could not be submitted, and why. */
  readonly unusable: ReadonlyArray<{ readonly image: string; readonly detail: string }>
  readonly seconds: number
  /** Whether the answers were invented by the simulated farm. */
  readonly simulated: boolean
  /** Where things were written; a place that is absent was not written. */
  readonly places: { readonly overlays?: string; readonly report?: string }
  /** A command that opens the database. */
  readonly database: string
}

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
    ...shown.flatMap((image) => [...imageBlock(image, width, color), []]),
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

/** The width of the names on the left of a block. */
const margin = 12

const imageBlock = (image: ImageFindings, width: number, color: ColorDepth): ReadonlyArray<Line> => [
  line(span(image.filename, { bold: true })),
  ...block("boxes", boxItems(image.boxes), width),
  ...block("consensus", (image.consensus?.votes.consensus ?? []).map(candidateItem), width),
  ...block("seen", specialItems(image), width),
  ...block("colors", paletteItems(image.boxes, color), width),
  ...block("failed", failureItems(image), 0),
  ...block(
    "waiting",
    image.owed.map((service) => line(span(service, { color: "yellow" }))),
    width
  )
]

/** Items right of the name, as many in a line as `size` columns hold; one in each when they hold none. */
const block = (name: string, items: ReadonlyArray<Line>, size: number): ReadonlyArray<Line> => {
  const lines: Array<Line> = []
  for (const item of items) {
    const last = lines.at(-1)
    if (last === undefined) lines.push(line(...fit(line(span(`  ${name}`, gray)), margin), ...item))
    else if (width(last) + 2 + width(item) <= size) lines[lines.length - 1] = [...last, span("  "), ...item]
    else lines.push(line(" ".repeat(margin), ...item))
  }
  return lines
}

/** `person ×2 0.97 [rtdetr yolov8]`: boxes of a concept that the same services agree on, with the best confidence. */
const boxItems = (boxes: ReadonlyArray<BoxFindings>): ReadonlyArray<Line> => {
  const groups = new Map<string, Array<BoxFindings>>()
  for (const each of boxes.filter((box) => !isTentative(box))) {
    const key = [each.box.concept, ...each.box.services].join(" ")
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  const tentative = boxes.filter(isTentative).length
  return [
    ...[...groups.values()].map((group) => {
      const { box } = group[0]!
      const best = Math.max(...group.map((each) => each.box.confidence))
      return line(
        span(box.concept, { color: "cyan" }),
        group.length > 1 ? ` ×${group.length}` : "",
        ` ${best.toFixed(2)} `,
        span(`[${box.services.join(" ")}]`, gray)
      )
    }),
    ...(tentative > 0 ? [line(span(`${grouped(tentative)} tentative`, gray))] : [])
  ]
}

const candidateItem = (candidate: Candidate, index: number): Line =>
  line(
    candidate.emoji === undefined ? undefined : `${candidate.emoji} `,
    candidate.concept,
    span(index === 0 ? ` ${count(candidate.votes, "vote")}` : ` ${candidate.votes}`, gray),
    candidate.shiny === true ? span(" ✨", { color: "yellow" }) : undefined
  )

const specialItems = ({ boxes, consensus }: ImageFindings): ReadonlyArray<Line> => {
  if (consensus === undefined) return []
  const { face, nsfw, pose, text } = consensus.special
  const crops = (of: (box: BoxFindings) => number) => boxes.reduce((sum, box) => sum + of(box), 0)
  return [
    ...(text.detected ? [line(`text “${shortened(text.content ?? "")}”`)] : []),
    ...(face.detected
      ? [
          line(
            count(
              Math.max(
                1,
                crops(({ faces }) => faces.length)
              ),
              "face"
            )
          )
        ]
      : []),
    ...(pose.detected
      ? [
          line(
            count(
              Math.max(
                1,
                crops(({ poses }) => poses.length)
              ),
              "pose"
            )
          )
        ]
      : []),
    ...(nsfw.detected ? [line(span("not safe for work", { color: "magenta" }))] : [])
  ]
}

const shortened = (text: string): string => toAnsi(truncate(line(text), 40), 1)

/** The colors of the confirmed boxes: as colors where the terminal can show them, else by name. */
const paletteItems = (boxes: ReadonlyArray<BoxFindings>, color: ColorDepth): ReadonlyArray<Line> =>
  boxes
    .filter((each) => !isTentative(each))
    .flatMap(({ box, palettes }) => {
      const colors = palettes.flatMap((palette) => palette.colors).slice(0, color < 8 ? 3 : 6)
      if (colors.length === 0) return []
      const shown =
        color < 8
          ? [span(` ${colors.map(({ hex, name }) => name ?? hex).join(", ")}`, gray)]
          : [span(" "), ...colors.map(({ hex }) => span("  ", { background: hex }))]
      return [line(box.concept, ...shown)]
    })
    .slice(0, 6)

const failureItems = ({ failures }: ImageFindings): ReadonlyArray<Line> =>
  failures.map((failure) =>
    line(
      span(failure.service, { color: "red" }),
      failure.box === undefined ? "" : ` on ${failure.box}`,
      span(` (${failure.class}): `, gray),
      failure.reason
    )
  )

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
  const entry = (name: string, text: string) => line(...fit(line(span(name, gray)), margin), text)
  return [
    ...(places.report === undefined ? [] : [entry("report", places.report)]),
    ...(places.overlays === undefined ? [] : [entry("overlays", places.overlays)]),
    entry("database", database),
    ...(simulated
      ? [
          entry(
            "note",
            "the services are simulated: colors and metadata see pixels, the others what a sample was drawn from"
          )
        ]
      : [])
  ]
}
