/** What drawings of things have in common. */
import type { Random } from "../../../domain/simulation/Random.ts"
import type { Svg } from "./Svg.ts"

/**
 * Draws a thing in centimeters: it fills the rectangle from (0, 0) to its size, faces right, and stands on the lower
 * edge. `random` chooses among its colors.
 */
export type Draw = (random: Random) => Svg

/** Saturated colors that go well together. */
export const brights = [
  "#e4573d",
  "#f2a33a",
  "#2f8f83",
  "#3f72c4",
  "#8a4fa3",
  "#d9557f",
  "#5a9e4b",
  "#f0c04a",
  "#33b0c7"
] as const

/** Window panes by day. */
export const glassBlue = "#a9d4e6"
