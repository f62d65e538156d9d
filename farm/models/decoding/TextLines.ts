/**
 * Lines of text from a map that says for each pixel how likely it is in the middle of one.
 *
 * @see Liao et al. (2020), "Real-time Scene Text Detection with Differentiable Binarization"
 */
import type { Point } from "./BlazeFace.ts"

/** A rectangle that may be tilted. */
export interface Tilted {
  readonly center: Point
  /** Along the text, and across it. */
  readonly length: number
  readonly thickness: number
  /** Of the text's direction, in radians; `0` is to the right, positive is clockwise. */
  readonly angle: number
}

export interface Line {
  readonly area: Tilted
  /** Mean likelihood inside, in `[0, 1]`. */
  readonly confidence: number
}

export interface LikelihoodMap {
  readonly values: Float32Array
  readonly width: number
  readonly height: number
}

const settings = {
  /** Least likelihood of a pixel. */
  pixel: 0.3,
  /** Least mean likelihood of a line. */
  line: 0.6,
  /** How much larger a line is than its middle, in its area over its perimeter. */
  growth: 1.6,
  /** Least thickness of a middle, in pixels of the map. */
  thickness: 3
}

/** The lines, in pixels of the map, from top to bottom. */
export const decode = (map: LikelihoodMap): ReadonlyArray<Line> =>
  regions(map)
    .flatMap((pixels): ReadonlyArray<Line> => {
      const middle = smallestRectangle(
        hullOf(pixels.map((at) => ({ x: at % map.width, y: Math.floor(at / map.width) })))
      )
      if (Math.min(middle.length, middle.thickness) < settings.thickness) return []
      const confidence = pixels.reduce((sum, at) => sum + map.values[at]!, 0) / pixels.length
      return confidence < settings.line ? [] : [{ area: grow(middle), confidence }]
    })
    .toSorted((a, b) => a.area.center.y - b.area.center.y || a.area.center.x - b.area.center.x)

/** Pixels that touch each other, also by a corner. */
const regions = ({ height, values, width }: LikelihoodMap): ReadonlyArray<ReadonlyArray<number>> => {
  const seen = new Uint8Array(values.length)
  const found: Array<ReadonlyArray<number>> = []
  for (let start = 0; start < values.length; start++) {
    if (seen[start] || values[start]! < settings.pixel) continue
    const pixels = [start]
    seen[start] = 1
    for (let next = 0; next < pixels.length; next++) {
      const at = pixels[next]!
      const [x, y] = [at % width, Math.floor(at / width)]
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const neighbor = row * width + column
          if (seen[neighbor] || values[neighbor]! < settings.pixel) continue
          seen[neighbor] = 1
          pixels.push(neighbor)
        }
      }
    }
    found.push(pixels)
  }
  return found
}

/** The corners of the smallest convex shape around the points, clockwise on the screen. */
export const hullOf = (points: ReadonlyArray<Point>): ReadonlyArray<Point> => {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y)
  const turn = (o: Point, a: Point, b: Point) => (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x)
  const half = (ordered: ReadonlyArray<Point>) => {
    const chain: Array<Point> = []
    for (const point of ordered) {
      while (chain.length > 1 && turn(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop()
      chain.push(point)
    }
    return chain.slice(0, -1)
  }
  return sorted.length < 2 ? sorted : [...half(sorted), ...half(sorted.toReversed())]
}

/**
 * The rectangle of least area around a convex shape; one of its sides lies on a side of the shape.
 *
 * Text runs along the longer side and towards the right. Pixels have an extent, so one alone is a rectangle of 1 by 1.
 */
export const smallestRectangle = (hull: ReadonlyArray<Point>): Tilted => {
  let best: Tilted | undefined
  for (let index = 0; index < hull.length; index++) {
    const [a, b] = [hull[index]!, hull[(index + 1) % hull.length]!]
    const rectangle = alignedWith(hull, Math.atan2(b.y - a.y, b.x - a.x))
    if (best === undefined || rectangle.length * rectangle.thickness < best.length * best.thickness) best = rectangle
  }
  const { angle, center, length, thickness } = best ?? { center: { x: 0, y: 0 }, length: 0, thickness: 0, angle: 0 }
  // A tall shape that is hardly taller than wide is a letter or two that stand upright.
  const upright = thickness > 1.5 * length || (length < 1.5 * thickness && Math.abs(Math.sin(angle)) > Math.SQRT1_2)
  return facingRight(
    upright
      ? { center, length: thickness, thickness: length, angle: angle + Math.PI / 2 }
      : { center, length, thickness, angle }
  )
}

const alignedWith = (points: ReadonlyArray<Point>, angle: number): Tilted => {
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)]
  const along = points.map(({ x, y }) => x * cosine + y * sine)
  const across = points.map(({ x, y }) => y * cosine - x * sine)
  const [left, right] = [Math.min(...along), Math.max(...along)]
  const [top, bottom] = [Math.min(...across), Math.max(...across)]
  const [u, v] = [(left + right) / 2, (top + bottom) / 2]
  return {
    center: { x: u * cosine - v * sine + 0.5, y: u * sine + v * cosine + 0.5 },
    length: right - left + 1,
    thickness: bottom - top + 1,
    angle
  }
}

/** The same rectangle with its direction within a quarter turn of the right. */
const facingRight = (self: Tilted): Tilted => ({
  ...self,
  angle: self.angle - Math.PI * Math.round(self.angle / Math.PI)
})

const grow = (self: Tilted): Tilted => {
  const distance = (self.length * self.thickness * settings.growth) / (2 * (self.length + self.thickness))
  return { ...self, length: self.length + 2 * distance, thickness: self.thickness + 2 * distance }
}

/** Where the point at `along` and `across`, fractions of a rectangle from its upper left corner, lies. */
export const pointIn = ({ angle, center, length, thickness }: Tilted, along: number, across: number): Point => {
  const [u, v] = [(along - 0.5) * length, (across - 0.5) * thickness]
  return {
    x: center.x + u * Math.cos(angle) - v * Math.sin(angle),
    y: center.y + u * Math.sin(angle) + v * Math.cos(angle)
  }
}
