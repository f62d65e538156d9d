/** Which images meet the filters, in their order, and what is known of those that were looked at. Live. */
import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import type { ImageSummary } from "../../domain/archive/Image.ts"
import type { ImageFilter } from "../../domain/archive/ImageFilter.ts"
import type { ImageOrder } from "../../domain/archive/ImageOrder.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import { useChanges } from "../Changes.ts"
import { api, listImages, send } from "../Client.ts"

/** Images that are asked for at once: to read what is said of more holds up those who scroll. */
const batch = 10

/** The list is read again at most so often, in milliseconds, and at most a tenth of the time. */
const listFreshFor = 2000

/** New images that are asked for without the rest of the list. */
const mostNew = 1000

/** Who scrolls asks at most so often, in milliseconds, and then for what is looked at by then. */
const readAfterMilliseconds = 150

/** Images of which each change is told: more ids do not fit into an address. */
const mostFollowed = 500

/** What is looked at is followed when it has been for so long: who scrolls by does not follow. */
const followAfterMilliseconds = 500

export interface ImageList {
  /** None before the first answer. */
  readonly ids: ReadonlySignal<ReadonlyArray<ImageId> | undefined>
  readonly places: ReadonlySignal<ReadonlyMap<ImageId, number>>
  /** Of the images that were asked for. */
  readonly summaries: ReadonlySignal<ReadonlyMap<ImageId, ImageSummary>>
  /** Whether another list would be read now. */
  readonly isOutdated: ReadonlySignal<boolean>
  readonly problem: ReadonlySignal<string | undefined>
  /** Asks for those of the images that were not asked for yet. */
  readonly want: (ids: ReadonlyArray<ImageId>) => void
  readonly refresh: () => Promise<void>
}

export interface ImageListOptions {
  readonly filter: ImageFilter
  readonly order: ImageOrder
  /** Whether a list that has changed may be shown at once: it would push away what is looked at. */
  readonly mayMove: () => boolean
}

export const useImageList = ({ filter, mayMove, order }: ImageListOptions): ImageList => {
  const ids = useSignal<ReadonlyArray<ImageId> | undefined>(undefined)
  const summaries = useSignal<ReadonlyMap<ImageId, ImageSummary>>(new Map())
  const isOutdated = useSignal(false)
  const problem = useSignal<string | undefined>(undefined)
  const moment = useSignal<string | undefined>(undefined)
  const places = useComputed(() => new Map(ids.value?.map((id, place) => [id, place])))
  const asked = useRef(new Set<ImageId>())
  /** What is looked at now. */
  const wanted = useRef<ReadonlyArray<ImageId>>([])
  /** Those of which each change is told; none before the first are looked at. */
  const followed = useSignal<ReadonlyArray<ImageId> | undefined>(undefined)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const readTimer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const followTimer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const isGone = useRef(false)
  const nextRefresh = useRef(0)
  /** Whether another list is known to have come about by more than new images. */
  const isOther = useRef(false)
  /** Whether a change can move an image in the list, or into it. */
  const canMove = order !== "newest" || Object.keys(filter).length > 0

  const attempt = async (work: () => Promise<void>) => {
    try {
      await work()
      problem.value = undefined
    } catch (error) {
      problem.value = (error as Error).message
    }
  }
  const refresh = () =>
    attempt(async () => {
      const begin = performance.now()
      isOther.current = false
      const found = await listImages({ ...filter, order })
      moment.value ??= found.moment
      ids.value = found.ids
      isOutdated.value = false
      const end = performance.now()
      nextRefresh.current = end + Math.max(listFreshFor, (end - begin) * 10)
    })
  /** Of all images, newest first, the new ones are all that can be missing, unless some are gone. */
  const add = () =>
    attempt(async () => {
      const newest = (await listImages({ order, limit: mostNew })).ids
      const added = newest.filter((id) => !places.value.has(id))
      nextRefresh.current = performance.now() + listFreshFor
      if (added.length === 0) return
      if (!mayMove()) isOutdated.value = true
      else if (added.length === newest.length) await refresh()
      else ids.value = [...added, ...(ids.value ?? [])]
    })
  const refreshInTime = () => {
    timer.current ??= setTimeout(
      () => {
        timer.current = undefined
        if (isGone.current) return
        if (!canMove && !isOther.current) void add()
        else if (mayMove()) void refresh()
        else isOutdated.value = true
      },
      Math.max(0, nextRefresh.current - performance.now())
    )
  }
  const drop = (gone: ReadonlySet<number>) => {
    if (gone.size === 0) return
    ids.value = ids.value?.filter((id) => !gone.has(id))
  }
  /** Those that are not found do not meet the filters any more. */
  const read = (wanted: ReadonlyArray<ImageId>) =>
    attempt(async () => {
      for (const id of wanted) asked.current.add(id)
      try {
        const found = (await send(api.images.search({ query: { ...filter, ids: wanted, limit: batch } }))).images
        const next = new Map(summaries.value)
        for (const id of wanted) next.delete(id)
        for (const image of found) next.set(image.id, image)
        summaries.value = next
        drop(new Set(wanted.filter((id) => !next.has(id))))
      } catch (error) {
        for (const id of wanted) asked.current.delete(id)
        throw error
      }
    })
  const readAll = (wanted: ReadonlyArray<ImageId>) => {
    for (let i = 0; i < wanted.length; i += batch) void read(wanted.slice(i, i + batch))
  }

  /** Asks for what is looked at and was not asked for, at once unless it has just asked. */
  const readWanted = () => {
    if (readTimer.current !== undefined) return
    const unasked = wanted.current.filter((id) => !asked.current.has(id))
    if (unasked.length === 0) return
    readAll(unasked)
    readTimer.current = setTimeout(() => {
      readTimer.current = undefined
      // What could not be read is asked for when something else could.
      if (problem.value === undefined) readWanted()
    }, readAfterMilliseconds)
  }

  useEffect(() => {
    void refresh()
    return () => {
      isGone.current = true
      clearTimeout(timer.current)
      clearTimeout(readTimer.current)
      clearTimeout(followTimer.current)
    }
  }, [])
  const since = followed.value === undefined ? undefined : moment.value
  useChanges(since, { ids: followed.value ?? [], others: true }, ({ changed, deleted, others }) => {
    drop(deleted)
    const all = ([...changed] as ReadonlyArray<number> as ReadonlyArray<ImageId>).filter((id) => !deleted.has(id))
    const unasked = all.filter((id) => !asked.current.has(id))
    const isLookedAt = new Set(wanted.current)
    readAll(all.filter((id) => isLookedAt.has(id) && asked.current.has(id)))
    // What was looked at before is read again when it is looked at again.
    for (const id of all) if (!isLookedAt.has(id)) asked.current.delete(id)
    if (others.changed + others.deleted > 0) {
      // Any of those that are not followed may have changed.
      const isFollowed = new Set(followed.value)
      for (const id of asked.current) if (!isFollowed.has(id)) asked.current.delete(id)
      readWanted()
      isOther.current ||= others.deleted > 0
      return refreshInTime()
    }
    // A change of an image that was not looked at may concern its place, or whether it is in the list.
    if (!canMove) {
      if (unasked.some((id) => !places.value.has(id))) refreshInTime()
    } else if (unasked.length > 0) void attempt(() => place(unasked))
  })
  const place = async (changed: ReadonlyArray<ImageId>) => {
    const found = new Set((await listImages({ ...filter, ids: changed, order: "newest" })).ids)
    drop(new Set(changed.filter((id) => !found.has(id))))
    if ([...found].some((id) => order !== "newest" || !places.value.has(id))) refreshInTime()
  }

  return {
    ids,
    places,
    summaries,
    isOutdated,
    problem,
    want: (ids) => {
      wanted.current = ids
      readWanted()
      clearTimeout(followTimer.current)
      followTimer.current = setTimeout(() => (followed.value = ids.slice(0, mostFollowed)), followAfterMilliseconds)
    },
    refresh
  }
}
