/**
 * A run in progress: a frame that is drawn again and again where a terminal allows it, plain lines where not.
 */
import { count, grouped, rate, seconds } from "../../domain/Wording.ts"
import type { PipelineProgress } from "../../domain/PipelineState.ts"
import type { Stage } from "../../domain/Staleness.ts"
import * as Moment from "./Moment.ts"
import type { News } from "./News.ts"
import { answered, failures, owed } from "./PipelineView.ts"
import { type ColorDepth, columns, fit, type Line, line, type Span, span, toAnsi, truncate } from "./TerminalText.ts"

export interface RunProgress {
  /** How far the images of the run are, as `status` tells it of all. */
  readonly progress: Omit<PipelineProgress, "groups">
  readonly news: News
}

type ServiceProgress = PipelineProgress["services"][number]

/**
 * The frame for a terminal of `width` columns and `height` rows: a line for each service, one for each stage, one for the
 * images as a whole, and the latest moments. No line is wider and the frame is not higher: the moments go first, then
 * the services that have answered everything, then those at the end of the list.
 */
export const render = (
  self: RunProgress,
  { color, height, width }: { readonly width: number; readonly height: number; readonly color: ColorDepth }
): ReadonlyArray<string> => {
  const layout = layoutOf(self, width)
  const stages = stageLines(self).map(([name, ...text]) => line(...fit([name], layout.name), " ", ...text))
  const images = imagesLine(self, layout)
  const services = serviceLines(self, layout, Math.max(0, height - stages.length - 1))
  const room = Math.max(0, height - services.length - stages.length - 1)
  const moments = self.news.moments.slice(-Math.min(5, room)).map(Moment.toLine)
  const blocks = [services, stages, [images], room === 0 ? [] : moments].filter((block) => block.length > 0)
  const gaps = blocks.flat().length + blocks.length - 1 <= height
  return blocks
    .flatMap((block, index) => (gaps && index > 0 ? [[], ...block] : block))
    .slice(-Math.max(0, height))
    .map((each) => toAnsi(truncate(each, width), color))
}

/**
 * What is new since an earlier state, as lines for a log: how far the run is, before it the moments, at most
 * three of them. Empty when there is nothing new.
 */
export const plain = (
  self: RunProgress,
  { color, since }: { readonly since: RunProgress; readonly color: ColorDepth }
): ReadonlyArray<string> => {
  const fresh = self.news.momentCount - since.news.momentCount
  const shown = fresh === 0 ? [] : self.news.moments.slice(-Math.min(3, fresh))
  const more = fresh - shown.length
  const status = statusLine(self)
  const before = statusLine(since)
  const moved = status.some(({ text }, index) => text !== before[index]?.text)
  return [
    ...shown.map(Moment.toLine),
    ...(more > 0 ? [line(`… and ${count(more, "more event")}`)] : []),
    ...(moved ? [status] : [])
  ].map((each) => toAnsi(each, color))
}

/** `12/24 images, 156/312 answers, 2 failed, 3.4 images/s, ETA 6 s` */
const statusLine = ({ progress }: RunProgress): Line => {
  const requested = progress.services.reduce((sum, service) => sum + service.requested, 0)
  const given = progress.services.reduce((sum, service) => sum + answered(service), 0)
  const failed = progress.services.reduce((sum, service) => sum + failures(service), 0)
  return line(
    `${grouped(progress.done)}/${grouped(progress.images)} images, ${grouped(given)}/${grouped(requested)} answers`,
    failed > 0 ? span(`, ${grouped(failed)} failed`, { color: "red" }) : undefined,
    span(["", ...pace(progress)].join(", "))
  )
}

/** Columns of a service line. A part that has no room has no columns. */
interface Layout {
  readonly name: number
  readonly bar: number
  readonly count: number
}

const layoutOf = ({ progress: { images, services } }: RunProgress, width: number): Layout => {
  const names = ["consensus", ...services.map(({ service }) => service)]
  const name = Math.min(18, Math.max(...names.map(columns)))
  const most = Math.max(images, ...services.map(({ requested }) => requested))
  const counts = grouped(most).length * 2 + 1
  const rest = width - name - counts - 2
  return { name, count: counts, bar: rest < 8 ? 0 : Math.min(40, Math.max(8, rest - 26)) }
}

const serviceLines = (self: RunProgress, layout: Layout, room: number): ReadonlyArray<Line> => {
  const asked = self.progress.services.filter(({ requested }) => requested > 0)
  if (asked.length <= room) return asked.map((service) => serviceLine(self, service, layout))
  if (room === 0) return []
  const busiest = [...asked].sort((a, b) => Number(owed(a) === 0) - Number(owed(b) === 0)).slice(0, room - 1)
  return [
    ...asked.filter((service) => busiest.includes(service)).map((service) => serviceLine(self, service, layout)),
    line(span(`… and ${count(asked.length - busiest.length, "more service")}`, { color: "gray" }))
  ]
}

const serviceLine = (self: RunProgress, service: ServiceProgress, layout: Layout): Line => {
  const postponed = self.news.postponed.get(service.service)
  return line(
    ...fit([span(service.service)], layout.name),
    " ",
    ...bar(layout.bar, service.succeeded, service.failed, service.requested),
    ...fit(line(`${grouped(answered(service))}/${grouped(service.requested)}`), layout.count, { align: "right" }),
    ...separated([
      owed(service) === 0 ? span("✔", { color: "green" }) : undefined,
      owed(service) > 0 && service.rate !== undefined ? span(`${rate(service.rate)}/s`, { color: "gray" }) : undefined,
      service.failed > 0 ? span(`${grouped(service.failed)} failed`, { color: "red" }) : undefined,
      postponed === undefined ? undefined : span(`waits: ${postponed}`, { color: "yellow" })
    ])
  )
}

const stageLines = ({
  news,
  progress
}: RunProgress): ReadonlyArray<readonly [Span, ...ReadonlyArray<Span | string>]> => {
  const failedCrops = progress.services.reduce((sum, service) => sum + service.failedCrops, 0)
  const crops = [...news.crops].map(([service, n]) => `${service} ${grouped(n)}`)
  const behind = (stage: Stage) => {
    const n = progress.stages.find((each) => each.stage === stage)?.waiting ?? 0
    return span(n === 0 ? "" : ` · ${count(n, "image")} waiting`, { color: "gray" })
  }
  return [
    [
      span("boxes"),
      `${grouped(progress.boxes)} · harmonized ${grouped(news.harmonized)}× · re-harmonized ${grouped(news.reharmonized)}×`,
      behind("harmonize")
    ],
    [span("consensus"), `voted ${grouped(news.voted)}×`, behind("consensus")],
    [
      span("crops"),
      crops.length === 0 ? "none yet" : crops.join(" · "),
      span(failedCrops === 0 ? "" : ` · ${grouped(failedCrops)} failed`, { color: "red" }),
      behind("enrich")
    ]
  ]
}

const imagesLine = ({ progress }: RunProgress, layout: Layout): Line =>
  line(
    ...fit([span("images", { bold: true })], layout.name),
    " ",
    ...bar(layout.bar, progress.done, 0, progress.images),
    ...fit(line(span(`${grouped(progress.done)}/${grouped(progress.images)}`, { bold: true })), layout.count, {
      align: "right"
    }),
    ...separated(pace(progress).map((text) => span(text)))
  )

/** How fast the images go, and how long that will take. */
const pace = ({ eta = 0, rate: perSecond }: RunProgress["progress"]): ReadonlyArray<string> => [
  ...(perSecond === undefined ? [] : [`${rate(perSecond)} images/s`]),
  ...(eta === 0 ? [] : [`ETA ${seconds(eta)}`])
]

const bar = (size: number, succeeded: number, failed: number, of: number): Line => {
  if (size === 0) return []
  const cells = (part: number) => (of === 0 ? size : Math.min(size, Math.floor((part / of) * size)))
  const end = cells(succeeded + failed)
  const good = failed === 0 ? end : Math.min(cells(succeeded), end - 1)
  return line(
    span("━".repeat(Math.max(0, good)), { color: succeeded >= of ? "green" : "cyan" }),
    span("━".repeat(Math.max(0, end - Math.max(0, good))), { color: "red" }),
    span("─".repeat(size - Math.max(0, end)), { color: "gray" }),
    " "
  )
}

const separated = (spans: ReadonlyArray<Span | undefined>): Line =>
  spans.filter((each) => each !== undefined).flatMap((each) => [span("  "), each])
