/** The page of an image, from the API: up to date by itself, with what can be done about the image. */
import type { ImageId } from "../../domain/Identifiers.ts"
import type { Image } from "../../domain/archive/Image.ts"
import { useChanges } from "../Changes.ts"
import { api, send } from "../Client.ts"
import { Action } from "../parts/Action.tsx"
import { Problem } from "../parts/Empty.tsx"
import { count } from "../parts/Words.ts"
import { useResource } from "../Resource.ts"
import { ImageView } from "./ImageView.tsx"

export const ImagePage = ({ id }: { readonly id: number }) => {
  const params = { id: id as ImageId }
  const workflow = useResource(() => send(api.pipeline.workflow()))
  const image = useResource(() => send(api.images.get({ params })))
  const timeline = useResource(() => send(api.images.timeline({ params })))
  useChanges(undefined, (changed) => {
    if (changed.has(id)) void Promise.all([image.refresh(), timeline.refresh()])
  })
  return (
    <>
      {image.value.value === undefined && <h1 class="unseen">Image {id}</h1>}
      <Problem problem={image.problem.value ?? workflow.problem.value} />
      {image.value.value !== undefined && workflow.value.value !== undefined && (
        <ImageView
          image={image.value.value}
          workflow={workflow.value.value}
          timeline={timeline.value.value}
          retry={(service) => (
            <Action
              title={`Forgets what ${service} failed to answer about this image, and asks it again`}
              act={async () => {
                await send(api.images.rerun({ params, payload: { services: [service] } }))
                await image.refresh()
                return ""
              }}
            >
              Retry {service}
            </Action>
          )}
        >
          <Actions image={image.value.value} traceUrl={workflow.value.value.traceUrl} refresh={image.refresh} />
        </ImageView>
      )}
    </>
  )
}

interface ActionsProps {
  readonly image: Image
  readonly traceUrl: string | undefined
  readonly refresh: () => Promise<void>
}

const Actions = ({ image, refresh, traceUrl }: ActionsProps) => (
  <div class="actions">
    {traceUrl !== undefined && image.traceId !== undefined && (
      <a class="button" href={traceUrl.replace("{traceId}", encodeURIComponent(image.traceId))} rel="noreferrer">
        Trace
      </a>
    )}
    <Action
      title="Asks for what failed or is owed; good answers are kept"
      act={async () => {
        const { owed } = await send(api.images.rerun({ params: { id: image.id }, payload: {} }))
        await refresh()
        return owed.length === 0 ? "Nothing has failed, nothing is owed" : `${count(owed.length, "service")} asked`
      }}
    >
      Run again
    </Action>
    <Action
      title="Forgets all answers about this image, and asks again"
      ask={async () => ({
        title: "Run everything again?",
        detail: `${count(image.answered, "answer")} will be forgotten, and ${count(image.requested, "service")} asked.`,
        verb: "Forget and run"
      })}
      act={async () => {
        const { owed } = await send(api.images.rerun({ params: { id: image.id }, payload: { all: true } }))
        await refresh()
        return `${count(owed.length, "service")} asked`
      }}
    >
      Run all again
    </Action>
  </div>
)
