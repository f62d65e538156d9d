/** Places in the country. */
import { band, type Backdrop, type Canvas, lit, times } from "./Canvas.ts"
import { sky } from "./Sky.ts"
import { hills, meadow, texture, tree, treeLine } from "./Vegetation.ts"
import { darker, ellipse, group, n, path, rect, stroke, type Svg } from "./Svg.ts"

export const field: Backdrop = (canvas) => {
  const { height, horizon, light, random, width } = canvas
  const post = (x: number) =>
    rect(x, horizon + 0.05 * height, 0.008 * width, 0.1 * height, lit("#9a7450", light), { shading: "side" })
  const rail = (y: number) => rect(0, horizon + y * height, width, 0.012 * height, lit("#a9835c", light))
  return (
    sky(canvas) +
    hills(canvas, "#9dc08b", 0.4) +
    hills(canvas, "#7fae6c", 0.22) +
    meadow(canvas, "#9cc765", "#6ba24a") +
    tree(canvas, width * random.between(0.05, 0.2), horizon + 0.06 * height, 0.42 * height) +
    rail(0.075) +
    rail(0.115) +
    times(12)
      .map((index) => post((index / 11.5) * width))
      .join("")
  )
}

export const park: Backdrop = (canvas) => {
  const { height, horizon, light, width } = canvas
  const way = `M${n(width * 0.44)} ${n(horizon)}Q${n(width * 0.5)} ${n(horizon + 0.3 * (height - horizon))} ${n(width * 0.2)} ${height}H${n(width * 0.62)}Q${n(width * 0.62)} ${n(horizon + 0.4 * (height - horizon))} ${n(width * 0.47)} ${n(horizon)}z`
  return (
    sky(canvas) +
    hills(canvas, "#8fb78c", 0.25) +
    treeLine(canvas, horizon * 0.62) +
    meadow(canvas, "#a5cf72", "#6fac4e") +
    path(way, lit("#e6d3a8", light)) +
    tree(canvas, width * 0.07, horizon + 0.12 * height, 0.62 * height) +
    tree(canvas, width * 0.94, horizon + 0.08 * height, 0.54 * height)
  )
}

export const savanna: Backdrop = (canvas) => {
  const { height, horizon, light, random, width } = canvas
  const acacia = (x: number, ground: number, size: number) =>
    stroke(
      `M${n(x)} ${n(ground)}Q${n(x + size * 0.03)} ${n(ground - size * 0.4)} ${n(x - size * 0.16)} ${n(ground - size * 0.72)}M${n(x)} ${n(ground - size * 0.3)}L${n(x + size * 0.22)} ${n(ground - size * 0.72)}`,
      lit("#6b4a33", light),
      size * 0.05
    ) +
    ellipse(x - size * 0.16, ground - size * 0.76, size * 0.36, size * 0.1, lit("#6f8f45", light), "form") +
    ellipse(x + size * 0.2, ground - size * 0.8, size * 0.38, size * 0.11, lit("#7f9d4c", light), "form")
  return (
    sky(canvas) +
    hills(canvas, "#b59a78", 0.2) +
    band(canvas, horizon, height, lit("#e3c27a", light), lit("#c9963f", light)) +
    texture(canvas, ["#b9873a", "#e9cf8d", "#a37a3a"], "tuft") +
    acacia(width * random.between(0.1, 0.25), horizon + 0.06 * height, 0.4 * height) +
    acacia(width * random.between(0.75, 0.9), horizon + 0.04 * height, 0.32 * height)
  )
}

export const mountains: Backdrop = (canvas) => {
  const { height, horizon, light, width } = canvas
  const lake = ellipse(
    width * 0.56,
    horizon + 0.36 * (height - horizon),
    width * 0.34,
    0.2 * (height - horizon),
    lit("#7fc4d9", light),
    "form"
  )
  return (
    sky(canvas) +
    range(canvas, 0.75, "#8fa3bd") +
    range(canvas, 0.52, "#6d87a6") +
    hills(canvas, "#6f9f6c", 0.2) +
    meadow(canvas, "#93bf6a", "#5f9648") +
    lake +
    group(`translate(0 ${n(0.04 * height)})`, treeLine(canvas, horizon * 0.16)) +
    tree(canvas, width * 0.08, height * 0.93, 0.4 * height) +
    tree(canvas, width * 0.95, height * 0.97, 0.34 * height)
  )
}

export const snow: Backdrop = (canvas) => {
  const { height, horizon, light, width } = canvas
  const slope = `M0 ${n(horizon + 0.06 * height)}Q${n(width * 0.4)} ${n(horizon - 0.03 * height)} ${width} ${n(horizon + 0.12 * height)}V${height}H0z`
  const track = (x: number) =>
    stroke(
      `M${n(width * x)} ${n(horizon + 0.08 * height)}Q${n(width * (x + 0.2))} ${n(height * 0.75)} ${n(width * (x - 0.1))} ${height}`,
      lit("#cfe0ee", light),
      5
    )
  return (
    sky(canvas) +
    range(canvas, 0.8, "#8aa0c0") +
    range(canvas, 0.5, "#a8bcd4") +
    band(canvas, horizon, height, lit("#e9f2f8", light), lit("#ffffff", light)) +
    path(slope, lit("#f6fafd", light)) +
    track(0.3) +
    track(0.36) +
    track(0.66) +
    times(5)
      .map((index) => tree(canvas, width * (0.04 + 0.23 * index), horizon + 0.07 * height, horizon * 0.36))
      .join("")
  )
}

/** Nothing but sky over low land. */
export const openSky: Backdrop = (canvas) =>
  sky(canvas) + hills(canvas, "#8fb78c", 0.06) + meadow(canvas, "#a5cf72", "#7fb35a")

/** Peaks with snow on them. */
const range = ({ horizon, light, random, width }: Canvas, height: number, color: string): Svg =>
  times(5)
    .map((index) => {
      const x = (index + random.between(0.1, 0.7)) * (width / 4.4) - 0.05 * width
      const top = horizon * (1 - height * random.between(0.6, 1))
      const half = (horizon - top) * random.between(0.75, 1.05)
      const snow = (horizon - top) * 0.26
      const [l, r] = [x - half * 0.26, x + half * 0.26]
      const tone = lit(color, light)
      return [
        path(`M${n(x)} ${n(top)}L${n(x + half)} ${n(horizon + 2)}H${n(x - half)}z`, tone),
        path(`M${n(x)} ${n(top)}L${n(x + half)} ${n(horizon + 2)}H${n(x + half * 0.1)}z`, darker(tone, 0.14), "flat"),
        path(
          `M${n(x)} ${n(top)}L${n(r)} ${n(top + snow)}L${n(x + half * 0.1)} ${n(top + snow * 0.76)}L${n(x)} ${n(top + snow * 1.1)}L${n(x - half * 0.12)} ${n(top + snow * 0.78)}L${n(l)} ${n(top + snow)}z`,
          lit("#f8fbff", light),
          "flat"
        )
      ].join("")
    })
    .join("")
