/** What can be done with the images that are selected. What changes many asks first. */
import { useSignal } from "@preact/signals"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import type { Request } from "../../domain/Operation.ts"
import { api, send } from "../Client.ts"
import { Action } from "../parts/Action.tsx"
import { count } from "../parts/Words.ts"
import { Export } from "./Export.tsx"

/** More ids are not taken at once. */
export const mostSelected = 100_000

export interface SelectedProps {
  /** At least one. */
  readonly ids: ReadonlyArray<ImageId>
  /** How many meet the filters, which those are, and what selects all of them. */
  readonly matching: number
  readonly filters: URLSearchParams
  readonly onAll: () => void
  readonly onClear: () => void
  /** After images have changed. */
  readonly onChange: () => void
}

export const Selected = ({ filters, ids, matching, onAll, onChange, onClear }: SelectedProps) => {
  const group = useSignal("")
  const chosen = ids as readonly [ImageId, ...Array<ImageId>]
  const images = count(ids.length, "image")
  const rerun = async (): Promise<Request> => {
    const { nodes } = await send(api.pipeline.workflow())
    const services = nodes.flatMap((node) => (node.type === "service" && node.isPrimary ? [node.id as ServiceId] : []))
    return { kind: "rerun", services: services as never, ids: chosen }
  }
  const begin = async (request: Request) => {
    const operation = await send(api.operations.begin({ payload: { request } }))
    onChange()
    return `Operation ${operation.id} has begun`
  }
  return (
    <section class="card selected" aria-label="Selected images">
      <strong role="status">{images} selected</strong>
      {ids.length < Math.min(matching, mostSelected) && (
        <button type="button" onClick={onAll}>
          Select {matching > mostSelected ? "the first" : "all"} {count(Math.min(matching, mostSelected), "image")}
        </button>
      )}
      <button type="button" onClick={onClear}>
        Clear selection
      </button>
      <Action
        ask={async () => {
          const request = await rerun()
          const { count: answers } = await send(api.operations.count({ payload: { request } }))
          if (answers === 0) return undefined
          return {
            title: `Ask again about ${images}?`,
            detail: `${count(answers, "answer")} will be asked for again. Each stays until the new one takes its place.`,
            verb: "Run again"
          }
        }}
        act={async () => begin(await rerun())}
      >
        Run again
      </Action>
      <form class="action" onSubmit={(event) => event.preventDefault()}>
        <input
          aria-label="Group for the selected images"
          placeholder="Group"
          maxLength={200}
          value={group}
          onInput={({ currentTarget }) => (group.value = currentTarget.value)}
        />
        <Action
          ask={async () => ({
            title: group.value === "" ? `Take ${images} out of their groups?` : `Put ${images} into ${group.value}?`,
            detail: "An image is in one group at most: it leaves the one it is in.",
            verb: "Group"
          })}
          act={async () => {
            const payload = { ids: chosen, ...(group.value === "" ? {} : { group: group.value }) }
            const done = await send(api.images.assign({ payload }))
            onChange()
            return `${count(done.count, "image")} grouped`
          }}
        >
          Group
        </Action>
      </form>
      {ids.length === matching ? <Export query={filters} /> : <Export ids={ids} />}
      <Action
        ask={async () => ({
          title: `Delete ${images}?`,
          detail: "All that is known about them goes with them. This cannot be undone.",
          verb: "Delete"
        })}
        act={() => begin({ kind: "delete", ids: chosen })}
      >
        Delete
      </Action>
    </section>
  )
}
