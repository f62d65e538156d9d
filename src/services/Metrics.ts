/**
 * What every program counts and measures. Names, types and labels are those of Prometheus; `docs/telemetry.md` says how to
 * read them.
 *
 * Updating one costs about a microsecond, whether or not anybody looks.
 */
import { type Context, Effect, Metric } from "effect"
import type { ServiceId } from "../domain/Identifiers.ts"
import type { Stage } from "../domain/Staleness.ts"
import type { StepName } from "../domain/StepName.ts"
import type { Settlement } from "./MessageBroker.ts"

/** Upper bounds in seconds: from answers of a warm service to pictures that wait behind thousands of others. */
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800]

const deliveries = Metric.counter("windmill_deliveries_total", {
  description: "Deliveries settled, by step and by how they were settled",
  incremental: true
})
const inFlight = Metric.gauge("windmill_in_flight", { description: "Deliveries in hand, by step" })
const queueWait = Metric.histogram("windmill_queue_wait_seconds", {
  description: "Time between the publication of a message and its first delivery, by step",
  boundaries: seconds
})
const handling = Metric.histogram("windmill_handling_seconds", {
  description: "Time between a delivery and its settlement, by step",
  boundaries: seconds
})
const attempts = Metric.counter("windmill_attempts_total", {
  description: "Requests to a service, by how they ended: answered, or the reason of the failure",
  incremental: true
})
const serviceLatency = Metric.histogram("windmill_service_seconds", {
  description: "Time of a request to a service, by how it ended",
  boundaries: seconds
})
const breakerOpen = Metric.gauge("windmill_breaker_open", {
  description: "1 while a service is left alone because it keeps failing"
})
const derivations = Metric.counter("windmill_derivations_total", {
  description: "Images a stage was asked to look at: changed, unchanged, or skipped because nothing was stale",
  incremental: true
})
const crops = Metric.counter("windmill_crops_total", {
  description: "Crops that a service was asked about, by outcome",
  incremental: true
})
const asides = Metric.counter("windmill_predictions_set_aside_total", {
  description: "Predictions of a service that could not be read, or lie outside the picture by far",
  incremental: true
})
const repairs = Metric.counter("windmill_sweep_repairs_total", {
  description: "Messages that the sweep published again because nothing else would have, by step",
  incremental: true
})
const waiting = Metric.gauge("windmill_stale_images", {
  description: "Images that wait: for answers, or for a stage to run again"
})
const oldest = Metric.gauge("windmill_stale_oldest_seconds", {
  description: "Time since something was last recorded about the image that waits longest"
})

/** A delivery was taken in hand, `wait` milliseconds after it was published if that is known. */
export const taken = (step: StepName, wait: number | undefined) =>
  update((context) => {
    labeled(inFlight, { step }).modifyUnsafe(1, context)
    if (wait !== undefined) labeled(queueWait, { step }).updateUnsafe(wait / 1000, context)
  })

/** A delivery was settled `milliseconds` after it was taken in hand. */
export const settled = (step: StepName, settlement: Settlement, milliseconds: number) =>
  update((context) => {
    labeled(deliveries, { step, settlement: kebab[settlement._tag] }).updateUnsafe(1, context)
    labeled(handling, { step }).updateUnsafe(milliseconds / 1000, context)
    labeled(inFlight, { step }).modifyUnsafe(-1, context)
  })

/** Deliveries in hand were put down, because they can no longer be settled. */
export const dropped = (step: StepName, count: number) =>
  update((context) => labeled(inFlight, { step }).modifyUnsafe(-count, context))

/** How a request to a service ended. */
export type AttemptOutcome = "answered" | "unavailable" | "refused" | "unreadable-reply"

/** A request to a service ended. */
export const attempted = (service: ServiceId, outcome: AttemptOutcome, milliseconds: number) =>
  update((context) => {
    labeled(attempts, { service, outcome }).updateUnsafe(1, context)
    labeled(serviceLatency, { service, outcome }).updateUnsafe(milliseconds / 1000, context)
  })

/** Whether a service is left alone. */
export const breaker = (service: ServiceId, isOpen: boolean) =>
  update((context) => labeled(breakerOpen, { service }).updateUnsafe(isOpen ? 1 : 0, context))

/** What became of the images that a stage was asked to look at. */
export const derived = (stage: Stage, counts: Readonly<Record<"changed" | "unchanged" | "skipped", number>>) =>
  update((context) => {
    for (const [outcome, count] of Object.entries(counts)) {
      labeled(derivations, { stage, outcome }).updateUnsafe(count, context)
    }
  })

/** A service was asked about a crop. */
export const cropAsked = (service: ServiceId, outcome: "succeeded" | "failed" | "postponed") =>
  update((context) => labeled(crops, { service, outcome }).updateUnsafe(1, context))

/** Predictions of a reply do not count, because they could not be read. */
export const setAside = (service: ServiceId, count: number) =>
  update((context) => labeled(asides, { service }).updateUnsafe(count, context))

/** The sweep published messages again. */
export const repaired = (step: StepName, count: number) =>
  update((context) => labeled(repairs, { step }).updateUnsafe(count, context))

/** Images wait, the one that waits longest since `milliseconds`. */
export const backlog = (of: string, images: number, milliseconds: number) =>
  update((context) => {
    labeled(waiting, { of }).updateUnsafe(images, context)
    labeled(oldest, { of }).updateUnsafe(milliseconds / 1000, context)
  })

/** Deliveries in hand and deliveries settled, of all steps, as a snapshot of the metrics has them. */
export const workOf = (snapshot: ReadonlyArray<Metric.Metric.Snapshot>) => {
  let inHand = 0
  let settled = 0
  for (const metric of snapshot) {
    if (metric.type === "Gauge" && metric.id === inFlight.id) inHand += Number(metric.state.value)
    if (metric.type === "Counter" && metric.id === deliveries.id) settled += Number(metric.state.count)
  }
  return { inHand, settled }
}

/**
 * The metric with these labels: one object for each combination, since to name one costs more than to update it. The
 * values come from the catalog and from lists in the program, so they are few.
 */
const labeled = <Input, State>(
  metric: Metric.Metric<Input, State>,
  labels: Readonly<Record<string, string>>
): Metric.Metric<Input, State> => {
  const name = Object.values(labels).join(" ")
  let known = series.get(metric) as Map<string, Metric.Metric<Input, State>> | undefined
  if (known === undefined) series.set(metric, (known = new Map()))
  let found = known.get(name)
  if (found === undefined) known.set(name, (found = Metric.withAttributes(metric, labels)))
  return found
}

const series = new Map<unknown, Map<string, unknown>>()

const kebab = { Ack: "ack", Requeue: "requeue", Retry: "retry", Wait: "wait", DeadLetter: "dead-letter" } as const

const update = (record: (context: Context.Context<never>) => void): Effect.Effect<void> =>
  Effect.map(Effect.context<never>(), record)
