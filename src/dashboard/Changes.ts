/** The changes of images, as the server tells them. */
import { useEffect, useRef } from "preact/hooks"
import { address } from "./Client.ts"

/** Changes are collected for so long before pages are told: an image changes a dozen times while it is worked on. */
const gatheringMilliseconds = 300

/**
 * Follows the changes after `since` while a component is shown; without `since`, those from now on. The browser connects
 * again by itself, and goes on where it was.
 */
export const useChanges = (since: string | undefined, onChanges: (ids: ReadonlySet<number>) => void): void => {
  const latest = useRef(onChanges)
  latest.current = onChanges
  useEffect(() => {
    const query = since === undefined ? "" : `?since=${encodeURIComponent(since)}`
    const source = new EventSource(address(`events${query}`))
    const changed = new Set<number>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const gather = ({ data }: MessageEvent<string>) => {
      changed.add((JSON.parse(data) as { readonly imageId: number }).imageId)
      timer ??= setTimeout(() => {
        timer = undefined
        const ids = new Set(changed)
        changed.clear()
        latest.current(ids)
      }, gatheringMilliseconds)
    }
    source.addEventListener("changed", gather)
    source.addEventListener("deleted", gather)
    return () => {
      clearTimeout(timer)
      source.close()
    }
  }, [since])
}
