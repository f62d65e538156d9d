/** The changes of images, as the server tells them. */
import { useEffect, useRef } from "preact/hooks"
import { address } from "./Client.ts"

/** Changes are collected for so long before pages are told: an image changes a dozen times while it is worked on. */
const gatheringMilliseconds = 300

/** `deleted` are among the `changed`. */
export type OnChanges = (changed: ReadonlySet<number>, deleted: ReadonlySet<number>) => void

/**
 * Follows the changes after `since`, of one image or of all, while a component is shown; `"now"`: those from now on; nothing while
 * it is `undefined`. The browser connects again by itself, and goes on where it was.
 */
export const useChanges = (since: string | undefined, onChanges: OnChanges, imageId?: number): void => {
  const latest = useRef(onChanges)
  latest.current = onChanges
  useEffect(() => {
    if (since === undefined) return
    const query = new URLSearchParams({
      ...(since === "now" ? {} : { since }),
      ...(imageId === undefined ? {} : { ids: String(imageId) })
    })
    const source = new EventSource(address(`events?${query}`))
    const changed = new Set<number>()
    const deleted = new Set<number>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const gather = ({ data, type }: MessageEvent<string>) => {
      const { imageId } = JSON.parse(data) as { readonly imageId: number }
      changed.add(imageId)
      if (type === "deleted") deleted.add(imageId)
      timer ??= setTimeout(() => {
        timer = undefined
        const gathered = [new Set(changed), new Set(deleted)] as const
        changed.clear()
        deleted.clear()
        latest.current(...gathered)
      }, gatheringMilliseconds)
    }
    source.addEventListener("changed", gather)
    source.addEventListener("deleted", gather)
    return () => {
      clearTimeout(timer)
      source.close()
    }
  }, [since, imageId])
}
