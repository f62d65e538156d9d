/** One service or stage: its numbers, its pace, what is wrong with it, and what can be done about it. */
import type { ServiceState, StageState } from "../../domain/PipelineState.ts"
import type { Step } from "../../domain/Step.ts"
import { api, send } from "../Client.ts"
import { Action } from "../parts/Action.tsx"
import { Bar } from "../parts/Bar.tsx"
import { Sparkline } from "../parts/Sparkline.tsx"
import { age, count, grouped, rate, seconds } from "../parts/Words.ts"
import { href } from "../Routes.ts"
import * as Troubles from "./Troubles.ts"

export interface StepCardProps {
  readonly step: ServiceState | StageState
  /** Whether a service is not asked about whole images unless somebody wants that. */
  readonly isOnCropsOnly?: boolean
  /** The protocol a service speaks, and where it is. */
  readonly place?: { readonly api: string; readonly address: string } | undefined
  readonly now: Date
  readonly refresh: () => void
  readonly onPause: (step: Step) => void
}

export const StepCard = ({ isOnCropsOnly = false, now, onPause, place, refresh, step }: StepCardProps) => {
  const isService = "service" in step
  const id: Step = isService ? step.service : step.stage
  const done = isService ? step.succeeded : step.done
  const failed = isService ? step.failed : 0
  const troubles = Troubles.of(step)
  const isHalted = troubles.some(({ kind }) => kind === "halted")
  return (
    <article class={isHalted ? "card step halted" : "card step"} aria-label={id} data-step={id}>
      <header>
        <h3>{id}</h3>
        <small>{isService ? (isOnCropsOnly ? `${step.kind}, crops` : step.kind) : "stage"}</small>
        {place !== undefined && (
          <p class="place" title={`${place.api} at ${place.address}`}>
            {place.api} at {place.address}
          </p>
        )}
      </header>
      {troubles.length > 0 && (
        <ul class="badges">
          {troubles.map(({ detail, kind, page, text }) => (
            <li key={text} class={`badge ${kind}`} title={detail}>
              {page === undefined ? text : <a href={href(page)}>{text}</a>}
            </li>
          ))}
        </ul>
      )}
      <dl class="counts">
        <Count name="waiting" value={step.waiting} />
        <Count name="running" value={step.inFlight} />
        <Count name="done" value={done} />
        {isService && <Count name="failed" value={failed} isBad={failed > 0} />}
      </dl>
      <Bar label={`${id}: done`} total={done + failed + step.waiting} done={done} failed={failed} />
      {isService && <Sparkline counts={step.history} label={`Answers of ${id} in the last five minutes`} />}
      <p class="pace">
        <span>{step.rate > 0 || step.waiting > 0 ? `${rate(step.rate)}/s` : "idle"}</span>
        {step.waiting > 0 && step.paused === undefined && (
          <span>{step.eta === undefined ? "no ETA" : `${seconds(step.eta)} left`}</span>
        )}
        {step.oldest !== undefined && <span>oldest {age(step.oldest, now)}</span>}
      </p>
      <div class="actions">
        {step.paused === undefined ? (
          <button type="button" onClick={() => onPause(id)}>
            Pause
          </button>
        ) : (
          <Action
            class="primary"
            act={async () => {
              await send(api.pipeline.resume({ params: { step: id } }))
              refresh()
              return ""
            }}
          >
            Resume
          </Action>
        )}
        {isService && !isOnCropsOnly && (
          <Action
            title={`Asks ${id} about every image it has not answered, also where it was not requested`}
            act={async () => {
              const { count: asked } = await send(api.pipeline.runMissing({ payload: { services: [step.service] } }))
              refresh()
              return asked === 0 ? "Nothing is missing" : `${count(asked, "question")} put`
            }}
          >
            Run missing
          </Action>
        )}
        {isService && failed > 0 && (
          <Action
            act={async () => {
              const { count: retried } = await send(api.pipeline.retryFailed({ payload: { services: [step.service] } }))
              refresh()
              return `${count(retried, "failure")} tried again`
            }}
          >
            Retry failed
          </Action>
        )}
        {(step.queue.statistics?.dead ?? 0) > 0 && (
          <Action
            title="Puts the messages that were set aside back into the queue"
            act={async () => {
              const { count: replayed } = await send(api.pipeline.replay({ payload: { step: id } }))
              refresh()
              return `${count(replayed, "message")} put back`
            }}
          >
            Replay
          </Action>
        )}
      </div>
    </article>
  )
}

const Count = ({
  isBad = false,
  name,
  value
}: {
  readonly name: string
  readonly value: number
  readonly isBad?: boolean
}) => (
  <div class={isBad ? "bad" : value === 0 ? "none" : undefined}>
    <dt>{name}</dt>
    <dd>{grouped(value)}</dd>
  </div>
)
