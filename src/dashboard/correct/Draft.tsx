/** A box that is being drawn on the picture: by pointer, or by arrow keys. */
import { useEffect, useRef } from "preact/hooks"
import type { ImageBox, Size } from "../../domain/BoundingBox.ts"
import * as Drawing from "./Drawing.ts"

export interface DraftProps {
  readonly box: ImageBox
  /** Of the picture. */
  readonly size: Size
  /** Image pixels per CSS pixel. */
  readonly unit: number
  /** What it is the box of. */
  readonly name: string
  /** Whether drawing beside the box begins another one. */
  readonly isNew: boolean
  readonly onChange: (box: ImageBox) => void
  readonly onSave: () => void
  readonly onCancel: () => void
}

/** CSS pixels: how large a corner is to take hold of, and how far an arrow key goes. */
const handle = 24
const step = 4

const arrows: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1]
}

export const Draft = ({ box, isNew, name, onCancel, onChange, onSave, size, unit }: DraftProps) => {
  const group = useRef<SVGGElement>(null)
  /** What becomes of the box when the pointer is somewhere. */
  const drag = useRef<((to: Drawing.Point) => ImageBox) | undefined>(undefined)
  useEffect(() => group.current!.focus({ preventScroll: true }), [])

  const placeOf = ({ clientX, clientY }: PointerEvent): Drawing.Point =>
    new DOMPoint(clientX, clientY).matrixTransform(group.current!.ownerSVGElement!.getScreenCTM()!.inverse())
  const begin = (event: PointerEvent, becomes: (from: Drawing.Point, to: Drawing.Point) => ImageBox) => {
    if (event.button !== 0) return
    event.stopPropagation()
    const from = placeOf(event)
    drag.current = (to) => becomes(from, to)
    ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
  }
  const pointer = {
    onPointerMove: (event: PointerEvent) => {
      if (drag.current === undefined) return
      event.stopPropagation()
      onChange(drag.current(placeOf(event)))
    },
    onPointerUp: (event: PointerEvent) => {
      if (drag.current === undefined) return
      event.stopPropagation()
      drag.current = undefined
      group.current!.focus({ preventScroll: true })
    }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = arrows[event.key]
    const pixels = Math.max(1, Math.round(step * unit))
    if (arrow !== undefined) {
      const [x, y] = [arrow[0] * pixels, arrow[1] * pixels]
      const end = Drawing.cornerOf(box, "se")
      onChange(
        event.shiftKey
          ? Drawing.resized(box, "se", { x: Math.max(box.x + 1, end.x + x), y: Math.max(box.y + 1, end.y + y) }, size)
          : Drawing.movedTo(box, { x: box.x + x, y: box.y + y }, size)
      )
    } else if (event.key === "Enter") onSave()
    else if (event.key === "Escape") onCancel()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const reach = handle * unit
  return (
    <g class="drafting">
      {isNew && (
        <rect
          class="canvas"
          width={size.width}
          height={size.height}
          onPointerDown={(event) => begin(event, (from, to) => Drawing.spanned(from, to, size))}
          {...pointer}
        />
      )}
      <g
        ref={group}
        class="draft"
        role="button"
        tabindex={0}
        aria-label={`Box of ${name}: arrow keys move it, with Shift they resize it, Enter saves it, Escape leaves it`}
        data-draft={`${box.x},${box.y},${box.width},${box.height}`}
        onKeyDown={onKeyDown}
      >
        <rect class="halo" {...box} />
        <rect
          class="box"
          {...box}
          onPointerDown={(event) =>
            begin(event, (from, to) =>
              Drawing.movedTo(box, { x: box.x + to.x - from.x, y: box.y + to.y - from.y }, size)
            )
          }
          {...pointer}
        />
        {Drawing.corners.map((corner) => {
          const { x, y } = Drawing.cornerOf(box, corner)
          return (
            <rect
              key={corner}
              class="corner"
              data-corner={corner}
              x={x - reach / 2}
              y={y - reach / 2}
              width={reach}
              height={reach}
              onPointerDown={(event) => begin(event, (_from, to) => Drawing.resized(box, corner, to, size))}
              {...pointer}
            />
          )
        })}
      </g>
    </g>
  )
}
