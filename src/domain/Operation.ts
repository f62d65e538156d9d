/**
 * Operations: what people ask of many images at once. Each goes through its images in the order of their ids, survives
 * restarts, says how far it is, and can be stopped.
 */
import { Brand, Schema } from "effect"
import { Group, ImageId, ServiceId } from "./Identifiers.ts"
import { Stage } from "./Staleness.ts"

/** The database's number of an operation, from 1. */
export const OperationId = Schema.Int.check(Schema.isGreaterThan(0)).pipe(Schema.brand("OperationId"))
export type OperationId = typeof OperationId.Type
export const operationId: (n: number) => OperationId = Brand.nominal<OperationId>()

/** Whose images are meant. Left out: all. */
const whose = {
  group: Schema.optionalKey(Group),
  ids: Schema.optionalKey(Schema.NonEmptyArray(ImageId).check(Schema.isMaxLength(100_000)))
}

/** A time that every part of windmill can hold: PostgreSQL knows no year before 4713 BC. */
const Time = Schema.Date.check(
  Schema.makeFilter((date) => {
    const year = date.getUTCFullYear()
    return (year >= 1 && year <= 9999) || "Expected a time in the years 1 to 9999"
  })
)

const Services = Schema.NonEmptyArray(ServiceId)

/** Asks services again, about images and about crops. Each answer stays until the new one takes its place. */
export const Rerun = Schema.Struct({
  kind: Schema.Literal("rerun"),
  services: Services,
  /** Only what was answered before then. */
  before: Schema.optionalKey(Time),
  ...whose
})

/** Derives again what stages have derived. What is stored stays until the new takes its place. */
export const Recompute = Schema.Struct({
  kind: Schema.Literal("recompute"),
  stages: Schema.optionalKey(Schema.NonEmptyArray(Stage)),
  ...whose
})

/** Asks no more for what is owed about images. */
export const Withdraw = Schema.Struct({
  kind: Schema.Literal("withdraw"),
  services: Schema.optionalKey(Services),
  ...whose
})

/** Deletes images with all that hangs on them. */
export const Delete = Schema.Struct({
  kind: Schema.Literal("delete"),
  /** Only images that became known before then. */
  before: Schema.optionalKey(Time),
  ...whose
})

export const Request = Schema.Union([Rerun, Recompute, Withdraw, Delete])
export type Request = typeof Request.Type

/** Whether it takes something away from every image there is. That is hardly meant by leaving all out. */
export const isTooWide = (request: Request): boolean =>
  request.group === undefined &&
  request.ids === undefined &&
  ((request.kind === "delete" && request.before === undefined) ||
    (request.kind === "withdraw" && request.services === undefined))

/** `running`; `done` when it has gone through all of it; `stopped` before. */
export const State = Schema.Literals(["running", "done", "stopped"])

export const Operation = Schema.Struct({
  id: OperationId,
  request: Request,
  /** Who asked for it. */
  by: Schema.String,
  state: State,
  began: Schema.Date,
  ended: Schema.optionalKey(Schema.Date),
  /** Answers to be asked again or withdrawn, images to be recomputed or deleted, as counted when it began. */
  total: Schema.Int,
  /** How many of them are through. */
  done: Schema.Int,
  /** How many are on their way: asked and not answered yet, to be derived and not derived yet. */
  underway: Schema.Int,
  /** Done per second since it began. */
  rate: Schema.Finite,
  /** Seconds until the end at this rate; absent when it has ended, or the rate is not known yet. */
  eta: Schema.optionalKey(Schema.Finite)
})
export type Operation = typeof Operation.Type

/** What is stored of an operation. */
export interface Progress extends Pick<Operation, "id" | "request" | "by" | "state" | "began" | "ended" | "underway"> {
  readonly total: number
  /** How many were taken up. */
  readonly taken: number
}

/** The operation as it is at `now`. What comes or goes while it runs may make its total a little wrong; the end corrects it. */
export const at = ({ taken, total, ...rest }: Progress, now: Date): Operation => {
  const isRunning = rest.state === "running"
  const done = Math.max(0, taken - rest.underway)
  const whole = isRunning ? Math.max(total, taken) : rest.state === "done" ? taken : Math.max(total, taken)
  const seconds = ((rest.ended ?? now).getTime() - rest.began.getTime()) / 1000
  const rate = seconds <= 0 ? 0 : done / seconds
  return {
    ...rest,
    total: whole,
    done,
    rate,
    ...(isRunning && rate > 0 ? { eta: (whole - done) / rate } : {})
  }
}

/** What an operation counts. */
export const unitOf = ({ kind }: Pick<Request, "kind">): "answer" | "image" =>
  kind === "rerun" || kind === "withdraw" ? "answer" : "image"

/** What an operation does, to be followed by whose images: `ask yolov8 again`. */
const deedOf = (request: Request): string => {
  switch (request.kind) {
    case "rerun":
      return `ask ${request.services.join(", ")} again`
    case "recompute":
      return `recompute ${request.stages === undefined ? "all stages" : request.stages.join(", ")}`
    case "withdraw":
      return `withdraw what ${request.services === undefined ? "all services" : request.services.join(", ")} owe${request.services?.length === 1 ? "s" : ""}`
    case "delete":
      return "delete images"
  }
}

/** The request in words: `ask yolov8 again, group zoo, before 2026-11-26`. */
export const words = (request: Request): string => {
  const before = "before" in request ? request.before : undefined
  return [
    deedOf(request),
    ...(request.group === undefined ? [] : [`group ${request.group}`]),
    ...(request.ids === undefined ? [] : [`${request.ids.length} named images`]),
    ...(before === undefined ? [] : [`before ${dateOf(before)}`])
  ].join(", ")
}

const dateOf = (date: Date): string => date.toISOString().replace("T00:00:00.000Z", "").replace(".000Z", "Z")
