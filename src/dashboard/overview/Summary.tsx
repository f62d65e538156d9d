/** How far everything is, in a few numbers. */
import type { PipelineProgress } from "../../domain/PipelineState.ts"
import { address, api, send } from "../Client.ts"
import { Action } from "../parts/Action.tsx"
import { Bar } from "../parts/Bar.tsx"
import { Figure } from "../parts/Figure.tsx"
import { count, grouped, rate, seconds } from "../parts/Words.ts"

export const Summary = ({
  progress: { boxes, crops, done, eta, images, rate: pace, services },
  refresh
}: {
  readonly progress: PipelineProgress
  readonly refresh: () => void
}) => {
  const failed = services.reduce((sum, service) => sum + service.failed, 0)
  const isBusy = done < images
  return (
    <section class="card summary" aria-label="All images">
      <div class="numbers">
        <Figure value={grouped(done)} of={grouped(images)} name="images done" />
        <Figure value={isBusy && pace !== undefined ? rate(pace) : "–"} name="images per second" />
        <Figure value={isBusy && eta !== undefined ? seconds(eta) : "–"} name="until all are done" />
        <Figure value={grouped(boxes)} name="boxes" />
        <Figure value={grouped(crops)} name="crops answered" />
      </div>
      <Bar label="Images done" total={images} done={done} />
      {images === 0 && (
        <p class="soft">
          No image has been submitted yet. For example: <code>curl -F file=@photo.jpg {address("images")}</code>
        </p>
      )}
      <div class="actions">
        <Action
          title="Asks again for answers that are owed although nothing waits in a queue"
          act={async () => {
            const { count: asked } = await send(api.pipeline.runMissing({ payload: {} }))
            refresh()
            return asked === 0 ? "Nothing is missing" : `${count(asked, "question")} put`
          }}
        >
          Run missing
        </Action>
        {failed > 0 && (
          <Action
            title="Forgets failed answers of all services, and asks again"
            act={async () => {
              const { count: retried } = await send(api.pipeline.retryFailed({ payload: {} }))
              refresh()
              return `${count(retried, "failure")} tried again`
            }}
          >
            Retry all failed
          </Action>
        )}
      </div>
    </section>
  )
}
