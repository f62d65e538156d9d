/** The images that meet the filters, in an order; only those that can be seen are loaded and drawn. Live. */
import { useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import type { ImageSummary } from "../../domain/archive/Image.ts"
import type { ImageFilter } from "../../domain/archive/ImageFilter.ts"
import type { ImageOrder } from "../../domain/archive/ImageOrder.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import { useChanges } from "../Changes.ts"
import { api, listImages, send } from "../Client.ts"
import { Empty, Problem } from "../parts/Empty.tsx"
import { count } from "../parts/Words.ts"
import * as Rows from "./Rows.ts"
import { Selected } from "./Selected.tsx"
import { Tile } from "./Tile.tsx"

/** Images that are asked for at once. */
const batch = 100

/** How long the list is good enough while images change, in milliseconds. */
const listFreshFor = 1000

export interface GridProps {
  readonly filter: ImageFilter
  readonly order: ImageOrder
  readonly size: Rows.Size
}

export const Grid = ({ filter, order, size }: GridProps) => {
  const ids = useSignal<ReadonlyArray<ImageId> | undefined>(undefined)
  const moment = useSignal<string | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  const summaries = useSignal<ReadonlyMap<number, ImageSummary>>(new Map())
  const selected = useSignal<ReadonlySet<ImageId>>(new Set())
  const isOutdated = useSignal(false)
  const space = useRef<HTMLDivElement>(null)
  const asked = useRef(new Set<number>())
  const lastClicked = useRef(0)
  const view = useSignal({ width: 0, top: 0, height: 0 })

  const list = async () => {
    try {
      const found = await listImages({ ...filter, order })
      moment.value ??= found.moment
      ids.value = found.ids
      isOutdated.value = false
      problem.value = undefined
    } catch (error) {
      problem.value = (error as Error).message
    }
  }
  /** Reads images; those that are not found do not meet the filters any more, or not yet. */
  const read = async (wanted: ReadonlyArray<ImageId>) => {
    for (const id of wanted) asked.current.add(id)
    try {
      const { images } = await send(api.images.search({ query: { ...filter, ids: wanted, limit: batch } }))
      const next = new Map(summaries.value)
      for (const id of wanted) next.delete(id)
      for (const image of images) next.set(image.id, image)
      summaries.value = next
      const gone = new Set<number>(wanted.filter((id) => !next.has(id)))
      if (gone.size > 0) ids.value = ids.value?.filter((id) => !gone.has(id))
    } catch (error) {
      for (const id of wanted) asked.current.delete(id)
      problem.value = (error as Error).message
    }
  }
  useEffect(() => void list(), [])
  useEffect(() => {
    const look = () => {
      // The page may be gone already when it is scrolled for the last time.
      if (space.current === null) return
      const { top, width } = space.current.getBoundingClientRect()
      const next = { width, top: Math.max(0, -top), height: innerHeight }
      if (next.width !== view.value.width || next.top !== view.value.top || next.height !== view.value.height) {
        view.value = next
      }
    }
    const observer = new ResizeObserver(look)
    observer.observe(space.current!)
    addEventListener("scroll", look, { passive: true })
    addEventListener("resize", look)
    return () => {
      observer.disconnect()
      removeEventListener("scroll", look)
      removeEventListener("resize", look)
    }
  }, [])

  const known = ids.value ?? []
  const layout = Rows.layout(view.value.width, size)
  const { begin, end } = Rows.seen(layout, { count: known.length, ...view.value })
  const shown = known.slice(begin, end)
  const missing = shown.filter((id) => !asked.current.has(id))
  useEffect(() => {
    for (let i = 0; i < missing.length; i += batch) void read(missing.slice(i, i + batch))
  }, [missing.join(" ")])

  const choose = (place: number, isOn: boolean, isRange: boolean) => {
    const [from, to] = isRange
      ? ([lastClicked.current, place].sort((a, b) => a - b) as [number, number])
      : [place, place]
    const next = new Set(selected.value)
    for (const id of known.slice(from, to + 1)) {
      if (isOn) next.add(id)
      else next.delete(id)
    }
    selected.value = next
    lastClicked.current = place
  }

  const onChanges = (changed: ReadonlySet<number>) => {
    const again = ([...changed] as ReadonlyArray<number> as ReadonlyArray<ImageId>).filter((id) =>
      asked.current.has(id)
    )
    for (let i = 0; i < again.length; i += batch) void read(again.slice(i, i + batch))
    // What is new, or meets the filters now, has a place in the list: below the first row it would push away what is looked at.
    if (again.length < changed.size) {
      if (view.value.top < layout.rowHeight) void list()
      else isOutdated.value = true
    }
  }

  return (
    <>
      {moment.value !== undefined && <Follow since={moment.value} onChanges={onChanges} />}
      <Problem problem={problem.value} />
      <p class="found" role="status">
        {ids.value !== undefined && count(known.length, "image")}
        {isOutdated.value && (
          <button type="button" onClick={list}>
            There are new ones: show them
          </button>
        )}
      </p>
      {selected.value.size > 0 && (
        <Selected
          ids={[...selected.value]}
          total={known.length}
          onAll={() => (selected.value = new Set(known))}
          onClear={() => (selected.value = new Set())}
          onChange={list}
        />
      )}
      {ids.value !== undefined && known.length === 0 && (
        <Empty title="No image meets the filters">New ones appear here by themselves.</Empty>
      )}
      <div
        ref={space}
        class="rows"
        style={{ height: `${Math.ceil(known.length / layout.columns) * layout.rowHeight}px` }}
      >
        <ul
          class="grid"
          style={{
            transform: `translateY(${(begin / layout.columns) * layout.rowHeight}px)`,
            gridTemplateColumns: `repeat(${layout.columns}, minmax(0, 1fr))`,
            gridAutoRows: `${layout.tileHeight}px`
          }}
        >
          {shown.map((id, i) => {
            const image = summaries.value.get(id)
            return image === undefined ? (
              <li key={id} class="card tile" aria-busy="true" />
            ) : (
              <Tile
                key={id}
                image={image}
                selection={{
                  isSelected: selected.value.has(id),
                  onSelect: (isOn, isRange) => choose(begin + i, isOn, isRange)
                }}
              />
            )
          })}
        </ul>
      </div>
    </>
  )
}

/** Follows the changes since the list was read, some at a time. */
const Follow = ({
  onChanges,
  since
}: {
  readonly since: string
  readonly onChanges: (ids: ReadonlySet<number>) => void
}) => {
  const waiting = useRef(new Set<number>())
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const latest = useRef(onChanges)
  latest.current = onChanges
  useEffect(() => () => clearTimeout(timer.current), [])
  useChanges(since, (changed) => {
    for (const id of changed) waiting.current.add(id)
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      const ids = waiting.current
      waiting.current = new Set()
      latest.current(ids)
    }, listFreshFor)
  })
  return null
}
