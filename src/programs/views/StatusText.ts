/** The state of the pipeline as a table for a terminal. */
import type {
  PipelineProgress,
  PipelineState,
  QueueState,
  ServiceState,
  StageState
} from "../../domain/PipelineState.ts"
import * as Wording from "../../domain/Wording.ts"
import * as Table from "./Table.ts"
import * as TerminalText from "./TerminalText.ts"

/**
 * The lines of the table. Numbers that cannot be told, because the broker is away, are `?`. In a narrow terminal columns
 * are left out, and notes stand below.
 */
export const lines = (
  state: PipelineState,
  progress: PipelineProgress,
  width = Number.POSITIVE_INFINITY
): ReadonlyArray<string> => [
  summary(progress),
  "",
  ...fitting(
    width,
    ["service", "queued", "running", "done", "failed", "owed", "dead", "workers", "per second", "left", "note"],
    state.services.map((service) => [
      service.service,
      queued(service.queue),
      Wording.grouped(service.inFlight),
      Wording.grouped(service.succeeded),
      Wording.grouped(service.failed),
      Wording.grouped(service.waiting),
      dead(service.queue),
      Wording.grouped(service.workers),
      Wording.rate(service.rate),
      left(service),
      note(service, service.breakers)
    ])
  ),
  "",
  ...fitting(
    width,
    ["stage", "queued", "running", "done", "stale", "dead", "workers", "per second", "left", "note"],
    state.stages.map((stage) => [
      stage.stage,
      queued(stage.queue),
      Wording.grouped(stage.inFlight),
      Wording.grouped(stage.done),
      Wording.grouped(stage.waiting),
      dead(stage.queue),
      Wording.grouped(stage.workers),
      Wording.rate(stage.rate),
      left(stage),
      note(stage, [])
    ])
  )
]

/** A table whose last column are notes about what its first column names. */
const fitting = (width: number, titles: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) => {
  const whole = Table.lines(titles, rows)
  if (whole.every((line) => TerminalText.columns(line) <= width)) return whole
  const withoutNote = (row: ReadonlyArray<string>) => row.slice(0, -1)
  return [
    ...Table.fitting(withoutNote(titles), rows.map(withoutNote), { width, dispensable }),
    ...rows.flatMap((row) => (row.at(-1) === "" ? [] : [`${row[0]}: ${row.at(-1)}`]))
  ]
}

/** The columns without which a narrow terminal can do, first the first. */
const dispensable = ["per second", "workers", "left", "dead", "owed", "stale"]

const summary = ({ boxes, crops, done, eta, images }: PipelineProgress): string =>
  [
    `${Wording.grouped(done)} of ${Wording.count(images, "image")} done`,
    Wording.count(boxes, "box", "boxes"),
    Wording.count(crops, "crop"),
    ...(eta === undefined || done === images ? [] : [`${Wording.seconds(eta)} left`])
  ].join(", ")

const queued = ({ statistics }: QueueState): string =>
  statistics === undefined ? "?" : Wording.grouped(statistics.ready + statistics.delayed)

const dead = ({ statistics }: QueueState): string => (statistics === undefined ? "?" : Wording.grouped(statistics.dead))

const left = ({ eta, waiting }: ServiceState | StageState): string =>
  waiting === 0 || eta === undefined ? "" : Wording.seconds(eta)

/** What keeps a step from going on. */
const note = (step: ServiceState | StageState, breakers: ServiceState["breakers"]): string => {
  if (step.paused !== undefined) return `switched off by ${step.paused.by}: ${step.paused.reason}`
  const [breaker] = breakers
  if (breaker !== undefined) return `left alone: ${breaker.reason}`
  return step.waiting > 0 && step.workers === 0 ? "nobody works on it" : ""
}
