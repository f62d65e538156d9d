/** What is wrong with a service or a stage, in words. Nothing is said about what is well. */
import type { ServiceState, StageState } from "../../domain/PipelineState.ts"
import { count } from "../../domain/Wording.ts"

export interface Trouble {
  /** `halted`: no work is done. `lost`: work that will not be done unless somebody acts. */
  readonly kind: "halted" | "lost"
  readonly text: string
  /** What lies behind it. */
  readonly detail?: string
  /** The page that shows more. */
  readonly page?: "failures"
}

/** The troubles of a step, those that halt it first. */
export const of = (step: ServiceState | StageState): ReadonlyArray<Trouble> => [...halts(step), ...losses(step)]

function* halts(step: ServiceState | StageState): Generator<Trouble> {
  const { paused, waiting, workers } = step
  if (paused !== undefined) {
    yield { kind: "halted", text: `paused by ${paused.by}`, ...(paused.reason && { detail: paused.reason }) }
  } else if (workers === 0 && waiting > 0) {
    yield { kind: "halted", text: "no worker", detail: "No running program takes this work" }
  }
  if (step.queue.statistics === undefined) yield { kind: "halted", text: "broker does not answer" }
  if (!("service" in step)) return
  const breaker = step.breakers.toSorted((a, b) => a.nextProbe.getTime() - b.nextProbe.getTime())[0]
  if (breaker !== undefined) {
    const at = breaker.nextProbe.toLocaleTimeString()
    yield { kind: "halted", text: `breaker open, next probe ${at}`, detail: breaker.reason }
  } else if (step.health === "unhealthy") {
    yield {
      kind: "halted",
      text: "health check fails",
      detail: "The service does not say, or not in time, that it can serve"
    }
  }
}

function* losses(step: ServiceState | StageState): Generator<Trouble> {
  if ("failed" in step && step.failed > 0) yield { kind: "lost", text: `${step.failed} failed`, page: "failures" }
  const dead = step.queue.statistics?.dead ?? 0
  if (dead > 0) yield { kind: "lost", text: count(dead, "dead letter"), detail: "Messages that were set aside" }
}
