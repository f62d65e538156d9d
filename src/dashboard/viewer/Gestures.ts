/** Wheel, pinch and drag over a picture, as changes of what is seen of it; and where on it somebody points. */
import type { Signal } from "@preact/signals"
import type { RefObject } from "preact"
import { useEffect, useRef } from "preact/hooks"
import * as Viewport from "./Viewport.ts"

/** CSS pixels a pointer may move while it is still a click. */
const click = 4

/** How much a turn of the wheel by a CSS pixel enlarges. A pinch on a trackpad comes as small turns with Ctrl. */
const wheelRate = { plain: 0.0015, pinch: 0.01 }

export interface Gestures {
  /** Somebody points at a place, or no longer at any. */
  readonly point: (place: Viewport.Place | undefined) => void
  readonly choose: (place: Viewport.Place) => void
}

/** Follows the pointers over an SVG whose `viewBox` is what is seen of a picture of this size. */
export const useGestures = (
  target: RefObject<SVGSVGElement | null>,
  { height, width }: { readonly width: number; readonly height: number },
  viewport: Signal<Viewport.Viewport>,
  gestures: Gestures
): void => {
  const latest = useRef(gestures)
  latest.current = gestures
  useEffect(() => {
    const svg = target.current!
    const down = new Map<number, { readonly x: number; readonly y: number }>()
    let start: { readonly x: number; readonly y: number } | undefined
    let isDragged = false

    const placeOf = (x: number, y: number): Viewport.Place => {
      const point = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM()!.inverse())
      return { x: point.x / width, y: point.y / height }
    }
    /** Keeps `from`, a place on the picture, under a point of the screen. */
    const hold = (from: Viewport.Place, x: number, y: number) => {
      const now = placeOf(x, y)
      const { zoom } = viewport.peek()
      viewport.value = Viewport.moved(viewport.peek(), { x: (from.x - now.x) * zoom, y: (from.y - now.y) * zoom })
    }

    const onWheel = (event: WheelEvent) => {
      // At the whole picture a turn down is for the page.
      if (Viewport.isWhole(viewport.peek()) && event.deltaY > 0 && !event.ctrlKey) return
      event.preventDefault()
      const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1)
      const rate = event.ctrlKey ? wheelRate.pinch : wheelRate.plain
      const at = placeOf(event.clientX, event.clientY)
      viewport.value = Viewport.zoomed(viewport.peek(), Math.exp(-pixels * rate), at)
    }
    const onDown = (event: PointerEvent) => {
      if (event.button !== 0) return
      down.set(event.pointerId, { x: event.clientX, y: event.clientY })
      start = { x: event.clientX, y: event.clientY }
      isDragged = down.size > 1
    }
    const onMove = (event: PointerEvent) => {
      const { clientX: x, clientY: y, pointerId } = event
      const before = down.get(pointerId)
      if (before === undefined) return latest.current.point(placeOf(x, y))
      const other = [...down].find(([id]) => id !== pointerId)?.[1]
      if (other === undefined && !isDragged && Math.hypot(x - start!.x, y - start!.y) < click) return
      if (!isDragged) latest.current.point(undefined)
      isDragged = true
      svg.setPointerCapture(pointerId)
      if (other === undefined) {
        if (!Viewport.isWhole(viewport.peek())) hold(placeOf(before.x, before.y), x, y)
      } else {
        const middle = placeOf((before.x + other.x) / 2, (before.y + other.y) / 2)
        const factor = Math.hypot(x - other.x, y - other.y) / Math.hypot(before.x - other.x, before.y - other.y)
        viewport.value = Viewport.zoomed(viewport.peek(), Number.isFinite(factor) ? factor : 1, middle)
        hold(middle, (x + other.x) / 2, (y + other.y) / 2)
      }
      down.set(pointerId, { x, y })
    }
    const onUp = (event: PointerEvent) => {
      const wasDown = down.delete(event.pointerId)
      if (wasDown && !isDragged && down.size === 0 && event.type === "pointerup") {
        latest.current.choose(placeOf(event.clientX, event.clientY))
      }
    }
    const onLeave = () => latest.current.point(undefined)
    const onDouble = (event: MouseEvent) => {
      viewport.value = Viewport.isWhole(viewport.peek())
        ? Viewport.zoomed(Viewport.whole, 3, placeOf(event.clientX, event.clientY))
        : Viewport.whole
    }

    svg.addEventListener("wheel", onWheel, { passive: false })
    svg.addEventListener("pointerdown", onDown)
    svg.addEventListener("pointermove", onMove)
    svg.addEventListener("pointerup", onUp)
    svg.addEventListener("pointercancel", onUp)
    svg.addEventListener("pointerleave", onLeave)
    svg.addEventListener("dblclick", onDouble)
    return () => {
      svg.removeEventListener("wheel", onWheel)
      svg.removeEventListener("pointerdown", onDown)
      svg.removeEventListener("pointermove", onMove)
      svg.removeEventListener("pointerup", onUp)
      svg.removeEventListener("pointercancel", onUp)
      svg.removeEventListener("pointerleave", onLeave)
      svg.removeEventListener("dblclick", onDouble)
    }
  }, [width, height])
}
