/** The changes of images, as the server tells them. */
import { useEffect, useRef } from "preact/hooks"
import { address } from "./Client.ts"

/** Changes are collected for so long before pages are told: an image changes a dozen times while it is worked on. */
const gatheringMilliseconds = 300

/** Of images that a page does not show: told one by one while there are at most so many, and then by their number. */
const mostOthers = 20

/** What changed since the last time. */
export interface Changes {
  /** Images, with those that are deleted. */
  readonly changed: ReadonlySet<number>
  readonly deleted: ReadonlySet<number>
  /** How many images that are not shown changed, or are gone, besides. */
  readonly others: { readonly changed: number; readonly deleted: number }
}

export interface Followed {
  /** The images that are shown. */
  readonly ids: ReadonlyArray<number>
  /** Whether it matters that others change. */
  readonly others: boolean
}

const none = (): { readonly changed: Set<number>; readonly deleted: Set<number>; others: Changes["others"] } => ({
  changed: new Set(),
  deleted: new Set(),
  others: { changed: 0, deleted: 0 }
})

/**
 * Follows the changes after `since` while a component is shown; `"now"`: those from now on; nothing while it is `undefined`. The
 * browser connects again by itself, and goes on where it was; so does this when other images are shown.
 */
export const useChanges = (
  since: string | undefined,
  { ids, others }: Followed,
  onChanges: (changes: Changes) => void
): void => {
  const latest = useRef(onChanges)
  latest.current = onChanges
  const gathered = useRef(none())
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  /** Up to where everything was told. */
  const moment = useRef("")
  const shown = ids.join()

  useEffect(() => () => clearTimeout(timer.current), [])
  useEffect(() => {
    moment.current = ""
  }, [since])
  useEffect(() => {
    if (since === undefined) return
    const query = new URLSearchParams(ids.map((id) => ["ids", String(id)]))
    if (others) query.set("others", String(mostOthers))
    const from = moment.current || (since === "now" ? "" : since)
    if (from !== "") query.set("since", from)
    const source = new EventSource(address(`events?${query}`))
    const gather = ({ data, lastEventId, type }: MessageEvent<string>) => {
      moment.current = lastEventId
      if (type === "quiet") return
      const told = JSON.parse(data) as { readonly imageId: number } & Changes["others"]
      const so = gathered.current
      if (type === "others") {
        so.others = { changed: so.others.changed + told.changed, deleted: so.others.deleted + told.deleted }
      } else so.changed.add(told.imageId)
      if (type === "deleted") so.deleted.add(told.imageId)
      timer.current ??= setTimeout(() => {
        timer.current = undefined
        const changes = gathered.current
        gathered.current = none()
        latest.current(changes)
      }, gatheringMilliseconds)
    }
    for (const type of ["changed", "deleted", "others", "quiet"]) source.addEventListener(type, gather)
    return () => source.close()
  }, [since, others, shown])
}
