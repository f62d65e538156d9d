/** How the pipeline is doing: every service and stage, every batch, and what can be done about it. */
import { signal } from "@preact/signals"
import type { StepName } from "../../domain/StepName.ts"
import { api, send } from "../Client.ts"
import { Problem } from "../parts/Empty.tsx"
import { useResource } from "../Resource.ts"
import { Attention } from "./Attention.tsx"
import { Batches } from "./Batches.tsx"
import { PauseDialog } from "./PauseDialog.tsx"
import { StepCard } from "./StepCard.tsx"
import { Summary } from "./Summary.tsx"
import { Welcome } from "./Welcome.tsx"

/** The step that is about to be paused. */
const pausing = signal<StepName | undefined>(undefined)

export const Overview = () => {
  const pipeline = useResource(() => send(api.pipeline.services()), { everyMilliseconds: 2000 })
  const progress = useResource(() => send(api.pipeline.progress()), { everyMilliseconds: 2000 })
  const failures = useResource(() => send(api.pipeline.failures()), { everyMilliseconds: 5000 })
  const workflow = useResource(() => send(api.pipeline.workflow()))
  const refresh = () => void Promise.all([pipeline.refresh(), progress.refresh(), failures.refresh()])
  const onCropsOnly = new Set<string>(
    workflow.value.value?.nodes.flatMap((node) => (node.type === "service" && !node.isPrimary ? [node.id] : []))
  )
  const places = new Map(
    workflow.value.value?.nodes.flatMap((node) => (node.type === "service" ? [[node.id, node] as const] : []))
  )
  const state = pipeline.value.value
  const card = { refresh, onPause: (step: StepName) => (pausing.value = step), now: state?.at ?? new Date() }
  return (
    <>
      <h1 class="unseen">Overview</h1>
      <Problem problem={pipeline.problem.value ?? progress.problem.value} />
      {state !== undefined && <Attention state={state} failures={failures.value.value ?? []} refresh={refresh} />}
      {progress.value.value?.images === 0 && <Welcome />}
      {progress.value.value !== undefined && <Summary progress={progress.value.value} refresh={refresh} />}
      {progress.value.value !== undefined && <Batches progress={progress.value.value} />}
      {state !== undefined && (
        <>
          <section aria-labelledby="stages">
            <h2 id="stages">Stages</h2>
            <div class="cards stages">
              {state.stages.map((stage) => (
                <StepCard key={stage.stage} step={stage} {...card} />
              ))}
            </div>
          </section>
          <section aria-labelledby="services">
            <h2 id="services">Services</h2>
            <div class="cards">
              {state.services.map((service) => (
                <StepCard
                  key={service.service}
                  step={service}
                  isOnCropsOnly={onCropsOnly.has(service.service)}
                  place={places.get(service.service)}
                  {...card}
                />
              ))}
            </div>
            {workflow.value.value?.absent.map((sentence) => (
              <p key={sentence} class="soft">
                Not asked: {sentence}
              </p>
            ))}
          </section>
        </>
      )}
      {pausing.value !== undefined && (
        <PauseDialog
          step={pausing.value}
          onClose={() => {
            pausing.value = undefined
            refresh()
          }}
        />
      )}
    </>
  )
}
