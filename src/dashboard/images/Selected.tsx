/** What can be done with the images that are selected. What changes many asks first. */
import { useSignal } from "@preact/signals"
import { files } from "../../domain/archive/ExportFormat.ts"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import type { Request } from "../../domain/Operation.ts"
import { address, api, send } from "../Client.ts"
import { Action } from "../parts/Action.tsx"
import { count } from "../parts/Words.ts"

/** More ids do not fit into an address. */
const mostExported = 500

export interface SelectedProps {
  readonly ids: ReadonlyArray<ImageId>
  /** How many meet the filters, and what selects all of them. */
  readonly total: number
  readonly onAll: () => void
  readonly onClear: () => void
  /** After images have changed. */
  readonly onChange: () => void
}

export const Selected = ({ ids, onAll, onChange, onClear, total }: SelectedProps) => {
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
  const query = ids.map((id) => `ids=${id}`).join("&")
  return (
    <div class="card selected" role="region" aria-label="Selected images">
      <strong>{images} selected</strong>
      {ids.length < total && (
        <button type="button" onClick={onAll}>
          Select all {count(total, "image")}
        </button>
      )}
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
      <form
        onSubmit={(event) => event.preventDefault()}
        class="action"
        onInput={({ target }) => (group.value = (target as HTMLInputElement).value)}
      >
        <input aria-label="Group for the selected images" placeholder="Group" maxLength={200} value={group} />
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
      {ids.length <= mostExported ? (
        <a class="button" href={address(`export/coco?${query}`)} download={`windmill${files.coco.extension}`}>
          Export as COCO
        </a>
      ) : (
        <span class="soft">To export more than {mostExported} of them, put them into a group.</span>
      )}
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
      <button type="button" onClick={onClear}>
        Clear selection
      </button>
    </div>
  )
}
