/** The page of an image, from the API: up to date by itself, with what can be done about the image. */
import type { ImageId } from "../../domain/Identifiers.ts"
import type { Image } from "../../domain/archive/Image.ts"
import { useChanges } from "../Changes.ts"
import { api, send } from "../Client.ts"
import { Action } from "../parts/Action.tsx"
import { Problem } from "../parts/Empty.tsx"
import { count } from "../parts/Words.ts"
import * as Filters from "../images/Filters.ts"
import { useResource } from "../Resource.ts"
import { route } from "../Route.ts"
import { href, imageHref, listOf } from "../Routes.ts"
import { useAddressed } from "../viewer/Addressed.ts"
import * as View from "../viewer/View.ts"
import { ImageView } from "./ImageView.tsx"
import { Neighbors } from "./Neighbors.tsx"

export const ImagePage = ({ id }: { readonly id: number }) => {
  const params = { id: id as ImageId }
  const list = listOf(route.value.query)
  const view = useAddressed(id, list)
  const workflow = useResource(() => send(api.pipeline.workflow()))
  const image = useResource(() => send(api.images.get({ params })), { key: String(id) })
  const timeline = useResource(() => send(api.images.timeline({ params })), { key: String(id) })
  const neighbors = useResource(
    () =>
      send(
        api.images.neighbors({
          params,
          query: { ...Filters.ofQuery(list), order: Filters.orderOf(list) ?? "newest" }
        })
      ),
    { key: `${id}?${list}` }
  )
  useChanges("now", { ids: [id], others: false }, () => void Promise.all([image.refresh(), timeline.refresh()]))
  // The image before stays until this one is there.
  const shown = image.problem.value === undefined || image.value.value?.id === id ? image.value.value : undefined
  const to = (neighbor: ImageId | undefined) =>
    neighbor === undefined ? undefined : imageHref(neighbor, list, View.lasting(view))
  return (
    <>
      <Neighbors
        list={href("images", [...list])}
        previous={to(neighbors.value.value?.previous)}
        next={to(neighbors.value.value?.next)}
      />
      {shown === undefined && <h1 class="unseen">Image {id}</h1>}
      <Problem problem={image.problem.value ?? workflow.problem.value} />
      {shown !== undefined && workflow.value.value !== undefined && (
        <ImageView
          image={shown}
          workflow={workflow.value.value}
          timeline={timeline.value.value}
          view={view}
          recorder={
            workflow.value.value.corrects
              ? {
                  record: async (by, change) => {
                    await send(api.corrections.record({ params, payload: { by, change } }))
                    await image.refresh()
                  },
                  withdraw: async (by, correction) => {
                    await send(api.corrections.withdraw({ params: { ...params, correction }, query: { by } }))
                    await image.refresh()
                  }
                }
              : undefined
          }
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
          <Actions image={shown} traceUrl={workflow.value.value.traceUrl} refresh={image.refresh} />
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
      title="Forgets the answers about this image of all services that there are, and asks them again"
      ask={async () => ({
        title: "Run everything again?",
        detail: `What ${image.requested === 1 ? "the service" : `the ${count(image.requested, "service")}`} answered is forgotten, and asked again of those that there are now.`,
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
