/** What a backdrop paints on: the picture's measures in pixels, its light and its own choices. */
import * as Random from "../../../domain/simulation/Random.ts"
import type { Scene } from "../../../domain/simulation/Scene.ts"
import { mix, n, type Svg } from "./Svg.ts"

export interface Canvas {
  readonly width: number
  readonly height: number
  /** Where the ground begins, in pixels from the top. */
  readonly horizon: number
  readonly light: Scene["light"]
  readonly random: Random.Random
}

/** Paints a place. */
export type Backdrop = (canvas: Canvas) => Svg

export const of = (scene: Scene): Canvas => ({
  width: scene.width,
  height: scene.height,
  horizon: scene.horizon * scene.height,
  light: scene.light,
  random: Random.make("backdrop", scene.look)
})

/** A band across the whole picture, its colors from top to bottom. */
export const band = (canvas: Canvas, top: number, bottom: number, ...colors: ReadonlyArray<string>): Svg => {
  const id = `band${Math.round(top)}x${Math.round(bottom)}`
  const stops = colors.map(
    (color, index) => `<stop offset="${n(index / Math.max(1, colors.length - 1))}" stop-color="${color}"/>`
  )
  return (
    `<defs><linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops.join("")}</linearGradient></defs>` +
    `<rect x="0" y="${n(top)}" width="${canvas.width}" height="${n(bottom - top)}" fill="url(#${id})"/>`
  )
}

/** The color as it looks in the picture's light. */
export const lit = (color: string, light: Scene["light"]): string =>
  light === "day" ? color : light === "evening" ? mix(color, "#b4574a", 0.22) : mix(color, "#131a3d", 0.55)

/** Numbers from 0 below `count`. */
export const times = (count: number): ReadonlyArray<number> =>
  Array.from({ length: Math.max(0, Math.ceil(count)) }, (_, index) => index)
