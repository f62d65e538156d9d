/** What needs attention, before everything else: what is halted, what is lost, and what can be done about it. */
import type { FailureGroup } from "../../domain/archive/FailureGroup.ts"
import type { PipelineState } from "../../domain/PipelineState.ts"
import * as Troubles from "../../domain/Troubles.ts"
import { clock, count, grouped } from "../parts/Words.ts"
import { href } from "../Routes.ts"
import * as Actions from "./Actions.tsx"

export interface AttentionProps {
  readonly state: PipelineState
  readonly failures: ReadonlyArray<FailureGroup>
  readonly refresh: () => void
}

/** Failures are told by class, with their number; other troubles as the cards of the steps tell them. */
const failuresOf: Readonly<Record<FailureGroup["class"], readonly [singular: string, plural: string]>> = {
  image: ["image it cannot be shown", "images it cannot be shown"],
  refused: ["refusal", "refusals"],
  "unreadable-reply": ["unreadable reply", "unreadable replies"],
  underivable: ["image it cannot work with", "images it cannot work with"],
  unavailable: ["question without an answer", "questions without an answer"]
}

export const Attention = ({ failures, refresh, state }: AttentionProps) => {
  const steps = [...state.services, ...state.stages].flatMap((step) => {
    const troubles = Troubles.of(step, state.at).filter(({ page }) => page !== "failures")
    return troubles.length === 0 ? [] : [{ step, troubles, id: "service" in step ? step.service : step.stage }]
  })
  const general = Troubles.ofAll(state)
  if (general.length + steps.length + failures.length === 0) return null
  return (
    <section class="card attention" aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      <ul>
        {general.map(({ detail, kind, since, subject, text }) => (
          <li key={subject} data-attention={subject}>
            <span>
              <b>{subject}</b> <span class={`badge ${kind}`}>{text}</span>
              {since !== undefined && ` since ${clock(since, state.at)}`}. {detail}.
            </span>
          </li>
        ))}
        {steps.map(({ id, step, troubles }) => (
          <li key={id} data-attention={id}>
            <span>
              <b>{id}</b>{" "}
              {troubles.map(({ detail, kind, page, since, text }) => (
                <span key={text} class={`badge ${kind}`} title={detail}>
                  {page === undefined ? text : <a href={href(page, { step: id })}>{text}</a>}
                  {since !== undefined && ` since ${clock(since, state.at)}`}
                </span>
              ))}
              {step.waiting > 0 && ` ${count(step.waiting, "image")} ${step.waiting === 1 ? "waits" : "wait"}`}
            </span>
            {step.paused !== undefined && <Actions.Resume step={id} refresh={refresh} />}
          </li>
        ))}
        {failures.map((group) => (
          <li key={`${group.service} ${group.class}`} data-attention={group.service}>
            <span>
              <b>{group.service}</b>{" "}
              <a class="badge lost" href={href("failures", { step: group.service })}>
                {grouped(group.count)} {failuresOf[group.class][group.count === 1 ? 0 : 1]}
              </a>
            </span>
            <Actions.RetryFailed services={[group.service]} class={group.class} refresh={refresh}>
              Retry
            </Actions.RetryFailed>
          </li>
        ))}
      </ul>
    </section>
  )
}
