/** How far everything is, in a few numbers. */
import { listed } from "../../domain/Wording.ts"
import type { PipelineProgress } from "../../domain/PipelineState.ts"
import { Bar } from "../parts/Bar.tsx"
import { Figure } from "../parts/Figure.tsx"
import { grouped, rate, seconds } from "../parts/Words.ts"
import * as Actions from "./Actions.tsx"

export const Summary = ({
  progress: { boxes, crops, done, doneWithoutHalted, eta, halted, images, rate: pace, services },
  refresh
}: {
  readonly progress: PipelineProgress
  readonly refresh: () => void
}) => {
  const requested = services.reduce((sum, service) => sum + service.requested, 0)
  const failed = services.reduce((sum, service) => sum + service.failed, 0)
  const succeeded = services.reduce((sum, service) => sum + Math.min(service.requested, service.succeeded), 0)
  const anyFailed = services.some((service) => service.failed + service.failedCrops > 0)
  const isBusy = doneWithoutHalted < images
  const without = halted.length === 0 ? "" : ` without ${listed(halted)}`
  return (
    <section class="card summary" aria-label="All images">
      <div class="numbers">
        <Figure value={grouped(succeeded + failed)} of={grouped(requested)} name="answers" />
        <Figure value={grouped(done)} of={grouped(images)} name="images done" />
        {without !== "" && (
          <Figure value={grouped(doneWithoutHalted)} of={grouped(images)} name={`images done${without}`} />
        )}
        <Figure value={isBusy && pace !== undefined ? rate(pace) : "–"} name={`images per second${without}`} />
        <Figure value={isBusy && eta !== undefined ? seconds(eta) : "–"} name={`until all are done${without}`} />
        <Figure value={grouped(boxes)} name="boxes" />
        <Figure value={grouped(crops)} name="crops answered" />
      </div>
      <Bar label="Answers" total={requested} done={succeeded} failed={failed} />
      <div class="actions">
        <Actions.RunMissing refresh={refresh} />
        {anyFailed && <Actions.RetryFailed refresh={refresh}>Retry all failed</Actions.RetryFailed>}
      </div>
    </section>
  )
}
