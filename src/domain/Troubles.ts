/** What is wrong with a service or a stage, in words. Nothing is said about what is well. */
import type { Difference } from "./catalog/Agreement.ts"
import type { ServiceId } from "./Identifiers.ts"
import type { PipelineState, ServiceState, StageState } from "./PipelineState.ts"
import { count, grouped, listed } from "./Wording.ts"

/**
 * - `halted`: no work is done.
 * - `hindered`: work is done, with less than there is.
 * - `lost`: work that will not be done without an operator.
 */
export type Kind = "halted" | "hindered" | "lost"

export interface Trouble {
  readonly kind: Kind
  readonly text: string
  /** What lies behind it. */
  readonly detail?: string
  readonly since?: Date
  /** When it is looked at again by itself; always to come. */
  readonly nextProbe?: Date
  /** The page that shows more. */
  readonly page?: "failures" | "dead-letters"
}

/** The troubles of a step as of `now`, those that halt it first. */
export const of = (step: ServiceState | StageState, now: Date): ReadonlyArray<Trouble> => [
  ...obstacles(step, now),
  ...losses(step)
]

/** A trouble of something that is no step, and what that is. */
export interface NamedTrouble extends Trouble {
  readonly subject: string
}

/** The troubles of the pipeline as a whole. */
export const ofAll = (
  state: Pick<PipelineState, "at" | "away" | "withdrawn" | "otherCatalogs">
): ReadonlyArray<NamedTrouble> => [...ofSources(state), ...ofWithdrawn(state), ...ofCatalogs(state)]

const ofSources = ({ at, away }: Pick<PipelineState, "at" | "away">): ReadonlyArray<NamedTrouble> =>
  away.map(({ nextProbe, reason, since, source, workers }) => ({
    subject: source,
    kind: "halted",
    text: `pictures cannot be read by ${listed(workers)}`,
    detail: `${reason}. Images wait and are not counted as failed`,
    ...(since && { since }),
    ...(nextProbe > at && { nextProbe })
  }))

const ofWithdrawn = ({ withdrawn }: Pick<PipelineState, "withdrawn">): ReadonlyArray<NamedTrouble> =>
  withdrawn.map(({ owed, queue, queued, service }) => ({
    subject: service,
    kind: "hindered",
    text: "withdrawn",
    detail: [
      "It is not in the catalog",
      ...(owed === 0
        ? []
        : [
            `${count(owed, "answer")} ${owed === 1 ? "is" : "are"} not waited for, and asked for again when it is back in ` +
              `service_config.json`
          ]),
      ...(queued === 0
        ? []
        : [
            `${count(queued, "message")} left in ${queue}: drop ${queued === 1 ? "it" : "them"} with rabbitmqctl ` +
              `delete_queue ${queue}`
          ])
    ].join(". ")
  }))

const ofCatalogs = ({ otherCatalogs }: Pick<PipelineState, "otherCatalogs">): ReadonlyArray<NamedTrouble> =>
  otherCatalogs.map(({ workerId, ...difference }) => ({
    subject: workerId,
    kind: "hindered",
    text: "another catalog",
    detail: differenceInWords(difference)
  }))

/** In what another program's catalog differs, and what to do about it. */
export const differenceInWords = ({ adds, differs, lacks }: Difference): string => {
  const parts = [
    ...(lacks.length === 0 ? [] : [`lacks ${listed(lacks)}`]),
    ...(adds.length === 0 ? [] : [`knows ${listed(adds)} besides`]),
    ...(differs.length === 0 ? [] : [`has another configuration of ${listed(differs)}`])
  ]
  return `It ${listed(parts)}: give all programs the same service_config.json, or each derives anew what others derived`
}

/** Whether images wait for a step that does no work. */
export const isHalted = (step: ServiceState | StageState): boolean =>
  step.waiting > 0 && [...obstacles(step, new Date(0))].some(({ kind }) => kind === "halted")

/** The services that owe answers and give none now, in the order of the state. */
export const halted = ({ services }: Pick<PipelineState, "services">): ReadonlyArray<ServiceId> =>
  services.filter(isHalted).map(({ service }) => service)

/** The services whose answers are not to be waited for: those that are halted, and those that left the catalog. */
export const missed = (state: Pick<PipelineState, "services" | "withdrawn">): ReadonlyArray<ServiceId> =>
  [...halted(state), ...state.withdrawn.flatMap(({ owed, service }) => (owed > 0 ? [service] : []))].sort()

function* obstacles(step: ServiceState | StageState, now: Date): Generator<Trouble> {
  const { paused, waiting, workers } = step
  if (paused !== undefined) {
    const { by, reason, since } = paused
    yield { kind: "halted", text: `paused by ${by}`, since, ...(reason && { detail: reason }) }
  } else if (workers === 0 && waiting > 0) {
    yield { kind: "halted", text: "no worker", detail: "No running program takes this work" }
  }
  if (step.queue.statistics === undefined) yield { kind: "hindered", text: noBroker }
  if (!("service" in step)) return
  const [breaker] = step.breakers.toSorted((a, b) => a.nextProbe.getTime() - b.nextProbe.getTime())
  if (breaker !== undefined) {
    const { nextProbe, reason, since } = breaker
    const shared = { detail: reason, ...(since && { since }), ...(nextProbe > now && { nextProbe }) }
    const leaving = new Set(step.breakers.filter(({ on }) => on === "image").map(({ workerId }) => workerId)).size
    if (leaving > 0 && leaving >= workers) yield { kind: "halted", text: "down", ...shared }
    else if (leaving > 0)
      yield { kind: "hindered", text: `down for ${leaving} of ${count(workers, "worker")}`, ...shared }
    else yield { kind: "hindered", text: "down for crops", ...shared }
  } else if (step.health === "unhealthy") {
    yield step.rate > 0
      ? { kind: "hindered", text: "health check fails", detail: "It answers, but does not say that it can serve" }
      : { kind: "halted", text: "health check fails", detail: "It does not say, or not in time, that it can serve" }
  }
}

/** What is said of a step while the broker is away. */
export const noBroker = "broker does not answer"

function* losses(step: ServiceState | StageState): Generator<Trouble> {
  const failed = "service" in step ? step.failed + step.failedCrops : 0
  if (failed > 0) yield { kind: "lost", text: `${grouped(failed)} failed`, page: "failures" }
  const dead = step.queue.statistics?.dead ?? 0
  if (dead > 0) {
    yield {
      kind: "lost",
      text: count(dead, "dead letter"),
      detail: "Messages that were set aside",
      page: "dead-letters"
    }
  }
}
