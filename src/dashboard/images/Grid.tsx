/** The images that meet the filters, in an order; only those that can be seen are loaded and drawn. Many can be selected. */
import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals"
import type { VNode } from "preact"
import { useEffect, useRef } from "preact/hooks"
import type { ImageSummary } from "../../domain/archive/Image.ts"
import type { ImageFilter } from "../../domain/archive/ImageFilter.ts"
import type { ImageOrder } from "../../domain/archive/ImageOrder.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import { useShortcuts } from "../Keys.tsx"
import { Empty, Problem } from "../parts/Empty.tsx"
import type { PictureSize } from "../parts/Picture.ts"
import { count } from "../parts/Words.ts"
import { useImageList } from "./ImageList.ts"
import * as Rows from "./Rows.ts"
import { mostSelected, Selected } from "./Selected.tsx"
import { Tile } from "./Tile.tsx"

export interface GridProps {
  readonly filter: ImageFilter
  /** The same for a request. */
  readonly filters: URLSearchParams
  readonly order: ImageOrder
  readonly size: Rows.Size
}

/** Tiles that are drawn anew in one frame; more would hold up those who scroll. */
const mostDrawn = 3

/** Who scrolls by more windows in a second looks at nothing: what is there is read when they stop, in milliseconds after that. */
const fastWindows = 2
const stillAfterMilliseconds = 100

export const Grid = ({ filter, filters, order, size }: GridProps) => {
  const space = useRef<HTMLDivElement>(null)
  const { isStill, view } = useView(space, size)
  const list = useImageList({ filter, order, mayMove: () => view.value.row === 0 })
  const selected = useSignal<ReadonlySet<ImageId>>(new Set())
  /** Those that are gone, or meet the filters no more, are selected no more. */
  const chosen = useComputed(() => [...selected.value].filter((id) => list.places.value.has(id)))
  const lastClicked = useRef(0)
  const clear = () => (selected.value = new Set())
  useShortcuts([{ key: "x", name: "Clear the selection", act: clear }])

  const ids = list.ids.value
  const known = ids ?? []
  const layout = Rows.layout(view.value.width, size)
  const { begin, end } = Rows.seen(layout, { count: known.length, ...view.value })
  const shown = known.slice(begin, end)
  // What could not be read is asked for again when something else could.
  useEffect(() => {
    if (isStill.value) list.want(shown)
  }, [shown.join(), isStill.value, list.problem.value === undefined])

  const choose = (place: number, isOn: boolean, isRange: boolean) => {
    const [from, to] = isRange
      ? [Math.min(lastClicked.current, place), Math.max(lastClicked.current, place)]
      : [place, place]
    const next = new Set(selected.value)
    for (const id of known.slice(from, to + 1)) {
      if (isOn) next.add(id)
      else next.delete(id)
    }
    selected.value = next
    lastClicked.current = place
  }
  const onSelect = useRef(choose)
  onSelect.current = choose
  const pictureSize = Rows.pictureSize(layout, devicePixelRatio)
  const tileOf = useTiles(shown, pictureSize, (image) => (
    <Tile
      key={image.id}
      image={image}
      pictures={{ size: pictureSize, isStill }}
      selection={{
        isSelected: selected.value.has(image.id),
        onSelect: (isOn, isRange) => onSelect.current(list.places.peek().get(image.id)!, isOn, isRange)
      }}
    />
  ))

  return (
    <>
      <Problem problem={list.problem.value} />
      <p class="found">
        <span role="status">{ids !== undefined && count(ids.length, "image")}</span>
        {list.isOutdated.value && (
          <button type="button" onClick={list.refresh}>
            There are changes: show them
          </button>
        )}
      </p>
      {chosen.value.length > 0 && (
        <Selected
          ids={chosen.value}
          matching={known.length}
          filters={filters}
          onAll={() => (selected.value = new Set(known.slice(0, mostSelected)))}
          onClear={clear}
          onChange={list.refresh}
        />
      )}
      {ids?.length === 0 && <Empty title="No image meets the filters">New ones appear here by themselves.</Empty>}
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
          {shown.map(
            (id) =>
              tileOf(id, list.summaries.value.get(id), selected.value.has(id)) ?? (
                <li key={id} class="card tile" data-image={id} aria-busy="true" />
              )
          )}
        </ul>
      </div>
    </>
  )
}

/**
 * The tile of an image that is shown: the same as before while nothing of it has changed, and none before its turn, which comes with
 * one of the next frames. To be asked in the order of the list.
 */
const useTiles = (shown: ReadonlyArray<ImageId>, pictureSize: PictureSize, draw: (image: ImageSummary) => VNode) => {
  const drawn = useRef(new Map<ImageId, DrawnTile>())
  const frame = useRef(0)
  const frames = useSignal(0)
  useEffect(() => () => cancelAnimationFrame(frame.current), [])
  // To be drawn again when the next have their turn.
  void frames.value
  const isShown = new Set(shown)
  for (const id of drawn.current.keys()) if (!isShown.has(id)) drawn.current.delete(id)
  let left = mostDrawn
  return (id: ImageId, image: ImageSummary | undefined, isSelected: boolean): VNode | undefined => {
    const known = drawn.current.get(id)
    if (image === undefined) return undefined
    if (known?.image === image && known.isSelected === isSelected && known.pictureSize === pictureSize)
      return known.tile
    if (known === undefined && left === 0) {
      cancelAnimationFrame(frame.current)
      frame.current = requestAnimationFrame(() => frames.value++)
      return undefined
    }
    if (known === undefined) left--
    const tile = draw(image)
    drawn.current.set(id, { image, isSelected, pictureSize, tile })
    return tile
  }
}

interface DrawnTile {
  readonly image: ImageSummary
  readonly isSelected: boolean
  readonly pictureSize: PictureSize
  readonly tile: VNode
}

interface View {
  /** The width of the space, how many of its rows are above the window, and the height of the window; in CSS pixels. */
  readonly view: ReadonlySignal<{ readonly width: number; readonly row: number; readonly height: number }>
  /** Whether it is scrolled so slowly that it can be looked at. */
  readonly isStill: ReadonlySignal<boolean>
}

const useView = (space: { readonly current: HTMLElement | null }, size: Rows.Size): View => {
  const view = useSignal({ width: 0, row: 0, height: 0 })
  const isStill = useSignal(true)
  useEffect(() => {
    let last: { readonly top: number; readonly at: number } | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const isFast = (top: number, at: number): boolean =>
      last !== undefined && Math.abs(top - last.top) * 1000 > fastWindows * innerHeight * (at - last.at)
    const look = () => {
      // The page may be gone already when it is scrolled for the last time.
      if (space.current === null) return
      const { top, width } = space.current.getBoundingClientRect()
      const row = Math.floor(Math.max(0, -top) / Rows.layout(width, size).rowHeight)
      const at = performance.now()
      if (isFast(top, at)) {
        isStill.value = false
        clearTimeout(timer)
        timer = setTimeout(() => (isStill.value = true), stillAfterMilliseconds)
      }
      last = { top, at }
      const { height, ...before } = view.peek()
      if (width !== before.width || row !== before.row || innerHeight !== height) {
        view.value = { width, row, height: innerHeight }
      }
    }
    look()
    const observer = new ResizeObserver(look)
    observer.observe(space.current!)
    addEventListener("scroll", look, { passive: true })
    addEventListener("resize", look)
    return () => {
      clearTimeout(timer)
      isStill.value = true
      observer.disconnect()
      removeEventListener("scroll", look)
      removeEventListener("resize", look)
    }
  }, [size])
  return { view, isStill }
}
