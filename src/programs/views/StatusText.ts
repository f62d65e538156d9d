/** The state of the pipeline as a table for a terminal. */
import type {
  PipelineProgress,
  PipelineState,
  QueueState,
  ServiceState,
  StageState
} from "../../domain/PipelineState.ts"
import * as Troubles from "../../domain/Troubles.ts"
import * as Wording from "../../domain/Wording.ts"
import * as PipelineView from "./PipelineView.ts"
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
  ...summary(progress),
  ...Troubles.ofAll(state).map((trouble) => `${trouble.subject}: ${inWords(trouble, state.at)}`),
  "",
  ...fitting(
    width,
    ["service", "queued", "running", "done", "failed", "owed", "dead", "workers", "per second", "left", "note"],
    state.services.map((service) => [
      service.service,
      queued(service.queue),
      Wording.grouped(service.inFlight),
      Wording.grouped(service.succeeded),
      Wording.grouped(PipelineView.failures(service)),
      Wording.grouped(service.waiting),
      dead(service.queue),
      Wording.grouped(service.workers),
      Wording.rate(service.rate),
      left(service),
      note(service, state.at)
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
      note(stage, state.at)
    ])
  )
]

/** A table whose last column are notes about what its first column names. */
const fitting = (width: number, titles: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) => {
  const whole = Table.lines(titles, rows)
  if (whole.every((line) => TerminalText.columns(line) <= width)) return whole
  // A column in which nothing stands takes room from those in which something does.
  const isTold = (_: string, column: number) => rows.length === 0 || rows.some((row) => row[column] !== "")
  const withoutNote = (row: ReadonlyArray<string>) => row.slice(0, -1).filter(isTold)
  return [
    ...Table.fitting(withoutNote(titles), rows.map(withoutNote), { width, dispensable }),
    ...rows.flatMap((row) => (row.at(-1) === "" ? [] : [`${row[0]}: ${row.at(-1)}`]))
  ]
}

/** The columns without which a narrow terminal can do, first the first. */
const dispensable = ["per second", "workers", "left", "dead", "owed", "stale"]

const summary = (progress: PipelineProgress): ReadonlyArray<string> => {
  const { boxes, crops, done, doneWithoutHalted, eta, halted, images } = progress
  const { given, requested } = PipelineView.answers(progress)
  const end = eta === undefined || doneWithoutHalted === images ? "" : `, ${Wording.seconds(eta)} left`
  const isComplete = halted.length === 0
  return [
    `${Wording.grouped(done)} of ${Wording.count(images, "image")} done${isComplete ? end : ""}`,
    ...(isComplete ? [] : [`${Wording.grouped(doneWithoutHalted)} done without ${Wording.listed(halted)}${end}`]),
    `${Wording.grouped(given)} of ${Wording.count(requested, "answer")}, ${Wording.count(boxes, "box", "boxes")}, ` +
      Wording.count(crops, "crop answer")
  ]
}

const queued = ({ statistics }: QueueState): string =>
  statistics === undefined ? "?" : Wording.grouped(statistics.ready + statistics.delayed)

const dead = ({ statistics }: QueueState): string => (statistics === undefined ? "?" : Wording.grouped(statistics.dead))

const left = (step: ServiceState | StageState): string =>
  step.waiting === 0 || step.eta === undefined || Troubles.isHalted(step) ? "" : Wording.seconds(step.eta)

/** What keeps a step from going on. What is lost has columns of its own, and what the broker does not say is `?`. */
const note = (step: ServiceState | StageState, now: Date): string => {
  const trouble = Troubles.of(step, now).find(({ kind, text }) => kind !== "lost" && text !== Troubles.noBroker)
  return trouble === undefined ? "" : inWords(trouble, now)
}

const inWords = (trouble: Troubles.Trouble, now: Date): string => {
  const since =
    trouble.since === undefined ? "" : ` for ${Wording.seconds((now.getTime() - trouble.since.getTime()) / 1000)}`
  return [`${trouble.text}${since}`, ...(trouble.detail === undefined ? [] : [trouble.detail])].join(": ")
}
