/** One service or stage: its numbers, its pace, what is wrong with it, and what can be done about it. */
import type { ServiceState, StageState } from "../../domain/PipelineState.ts"
import type { StepName } from "../../domain/StepName.ts"
import * as Troubles from "../../domain/Troubles.ts"
import * as Tuning from "../../domain/Tuning.ts"
import { Bar } from "../parts/Bar.tsx"
import { Sparkline } from "../parts/Sparkline.tsx"
import { age, clock, count, grouped, rate, seconds } from "../parts/Words.ts"
import { href } from "../Routes.ts"
import * as Actions from "./Actions.tsx"
import { Tune } from "./Tune.tsx"

export interface StepCardProps {
  readonly step: ServiceState | StageState
  /** Whether a service is not asked about whole images unless that is requested. */
  readonly isOnCropsOnly?: boolean
  /** The protocol a service speaks, and where it is. */
  readonly place?: { readonly api: string; readonly address: string } | undefined
  readonly now: Date
  readonly refresh: () => void
  readonly onPause: (step: StepName) => void
}

export const StepCard = ({ isOnCropsOnly = false, now, onPause, place, refresh, step }: StepCardProps) => {
  const isService = "service" in step
  const id: StepName = isService ? step.service : step.stage
  const done = isService ? step.succeeded : step.done
  const failed = isService ? step.failed : 0
  const failedCrops = isService ? step.failedCrops : 0
  const troubles = Troubles.of(step, now)
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
      {isService && !Tuning.isEmpty(step.tuning) && <p class="place">{Tuning.inWords(step.tuning)}</p>}
      {troubles.length > 0 && (
        <ul class="badges">
          {troubles.map(({ detail, kind, nextProbe, page, text }) => (
            <li key={text} class={`badge ${kind}`} title={detail}>
              {page === undefined ? text : <a href={href(page, { step: id })}>{text}</a>}
              {nextProbe !== undefined && `, asked again ${clock(nextProbe, now)}`}
            </li>
          ))}
        </ul>
      )}
      <dl class="counts">
        <Count name="waiting" value={step.waiting} />
        <Count name="running" value={step.inFlight} />
        <Count name="done" value={done} />
        {isService && (
          <Count
            name="failed"
            value={failed + failedCrops}
            isBad={failed + failedCrops > 0}
            title={`${count(failed, "image")}, ${count(failedCrops, "crop")}`}
          />
        )}
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
          <Actions.Resume step={id} refresh={refresh} />
        )}
        {isService && <Tune step={step} refresh={refresh} />}
        {isService && !isOnCropsOnly && (
          <>
            <Actions.RunMissing services={[step.service]} refresh={refresh} />
            <Actions.RunOnEveryImage service={step.service} refresh={refresh} />
          </>
        )}
        {isService && failed + failedCrops > 0 && <Actions.RetryFailed services={[step.service]} refresh={refresh} />}
      </div>
    </article>
  )
}

const Count = ({
  isBad = false,
  name,
  title,
  value
}: {
  readonly name: string
  readonly value: number
  readonly isBad?: boolean
  readonly title?: string
}) => (
  <div class={isBad ? "bad" : value === 0 ? "none" : undefined} title={title}>
    <dt>{name}</dt>
    <dd>{grouped(value)}</dd>
  </div>
)
