/** How services write boxes: which four numbers, and of what. */
import { Schema } from "effect"

/**
 * `xywh`: the top-left corner, width, height. `xyxy`: two opposite corners. `yxyx`: the same, y first. `cxcywh`: the center,
 * width, height.
 */
export const BoxForm = Schema.Literals(["xywh", "xyxy", "yxyx", "cxcywh"])
export type BoxForm = typeof BoxForm.Type

/** Pixels, or parts of the picture's width and height: fractions in `[0, 1]`, percent, thousandths. */
export const BoxUnit = Schema.Literals(["pixels", "normalized", "percent", "thousandths"])
export type BoxUnit = typeof BoxUnit.Type

export interface BoxEncoding {
  readonly form: BoxForm
  readonly unit: BoxUnit
}

/** What the contract asks for. */
export const standard: BoxEncoding = { form: "xywh", unit: "pixels" }

export const isStandard = ({ form, unit }: BoxEncoding): boolean => form === "xywh" && unit === "pixels"

/** Width and height in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** Four numbers, whatever they mean. */
export type Four = readonly [number, number, number, number]

/** What a coordinate is multiplied with to be in pixels of `size`. */
export const scaleOf = (unit: BoxUnit, { height, width }: Size): { readonly x: number; readonly y: number } =>
  unit === "pixels" ? { x: 1, y: 1 } : { x: width / whole[unit], y: height / whole[unit] }

const whole = { normalized: 1, percent: 100, thousandths: 1000 }

/**
 * The box as `x, y, width, height` in the same unit. Two corners in any order give no negative size.
 *
 * @example
 * toCornerAndSize([10, 20, 30, 60], "xyxy") // => [10, 20, 20, 40]
 */
export const toCornerAndSize = ([a, b, c, d]: Four, form: BoxForm): Four => {
  switch (form) {
    case "xywh":
      return [a, b, c, d]
    case "xyxy":
      return [Math.min(a, c), Math.min(b, d), Math.abs(c - a), Math.abs(d - b)]
    case "yxyx":
      return [Math.min(b, d), Math.min(a, c), Math.abs(d - b), Math.abs(c - a)]
    case "cxcywh":
      return [a - Math.abs(c) / 2, b - Math.abs(d) / 2, Math.abs(c), Math.abs(d)]
  }
}

/** The names of the four numbers when a box is an object, in the usual spellings. */
const spellings: Readonly<Record<BoxForm, ReadonlyArray<ReadonlyArray<string>>>> = {
  xywh: [
    ["x", "y", "width", "height"],
    ["x", "y", "w", "h"],
    ["left", "top", "width", "height"]
  ],
  xyxy: [
    ["x1", "y1", "x2", "y2"],
    ["xmin", "ymin", "xmax", "ymax"],
    ["x_min", "y_min", "x_max", "y_max"],
    ["left", "top", "right", "bottom"],
    ["x", "y", "width", "height"]
  ],
  yxyx: [
    ["y1", "x1", "y2", "x2"],
    ["ymin", "xmin", "ymax", "xmax"]
  ],
  cxcywh: [
    ["cx", "cy", "w", "h"],
    ["x", "y", "width", "height"],
    ["x", "y", "w", "h"]
  ]
}

/** The four values of a box as a service wrote it, an array or an object; `undefined` when it is neither. */
export const fourOf = (value: unknown, form: BoxForm): ReadonlyArray<unknown> | undefined => {
  if (Array.isArray(value)) return value.length === 4 ? value : undefined
  if (typeof value !== "object" || value === null) return undefined
  const names = spellings[form].find((names) => names.every((name) => Object.hasOwn(value, name)))
  return names?.map((name) => (value as Readonly<Record<string, unknown>>)[name])
}
