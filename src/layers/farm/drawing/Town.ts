/** Places between houses. */
import { house, houses, lamp, shop, skyline } from "./Buildings.ts"
import { band, type Backdrop, lit, times } from "./Canvas.ts"
import { sky } from "./Sky.ts"
import { tree } from "./Vegetation.ts"
import { n, path, rect, stroke } from "./Svg.ts"

/** The street runs across the picture: a walk in front of the houses, the lanes, and a walk in front. */
export const street: Backdrop = (canvas) => {
  const { height, horizon, light, random, width } = canvas
  const at = (share: number) => horizon + share * (height - horizon)
  const [far, lanes, near] = [at(0.1), at(0.24), at(0.74)]
  const dashes = times(9).map((index) =>
    rect((index / 8.5) * width, at(0.46), width * 0.055, Math.max(3, 0.012 * height), lit("#f3ecd2", light))
  )
  const slabs = times(14).map((index) =>
    stroke(
      `M${n((index / 13) * width)} ${n(near + 10)}L${n((((index - 6.5) * 1.45) / 13 + 0.5) * width)} ${height}`,
      lit("#b5afa6", light),
      1.4
    )
  )
  const shops = times(3).map((index) =>
    shop(canvas, width * (0.04 + 0.34 * index + random.between(0, 0.1)), far + 2, width * 0.17, horizon * 0.34)
  )
  return [
    sky(canvas),
    skyline(canvas, 0.75),
    houses(canvas, far, horizon * 0.86),
    ...shops,
    band(canvas, far, lanes, lit("#cdc6ba", light), lit("#d8d2c7", light)),
    rect(0, lanes - 4, width, 6, lit("#a8a196", light)),
    band(canvas, lanes, near, lit("#5d626d", light), lit("#6d727d", light)),
    ...dashes,
    rect(0, near - 2, width, 9, lit("#b9b2a6", light)),
    band(canvas, near + 6, height, lit("#d2ccc1", light), lit("#e0dbd1", light)),
    ...slabs,
    ...[0.14, 0.5, 0.86].map((x) => tree(canvas, width * x, far + 6, horizon * 0.5)),
    ...[0.3, 0.7].map((x) => lamp(canvas, width * x, lanes, horizon * 0.78))
  ].join("")
}

/** A street that runs away from the viewer between tall houses. */
export const city: Backdrop = (canvas) => {
  const { height, horizon, light, random, width } = canvas
  const middle = width / 2
  const towers = times(5).flatMap((step) => {
    const share = step / 5
    const [front, top] = [width * (0.24 - 0.03 * step), horizon * (0.98 - 0.1 * step) * random.between(0.75, 1)]
    const ground = horizon + (1 - share) * 0.24 * (height - horizon)
    const inner = width * (0.06 + 0.3 * (1 - share))
    return [
      house(canvas, middle - inner - front, ground, front, top),
      house(canvas, middle + inner, ground, front, top * random.between(0.8, 1.1))
    ]
  })
  const road = `M${n(middle - 0.05 * width)} ${n(horizon)}L${n(-0.25 * width)} ${height}H${n(1.25 * width)}L${n(middle + 0.05 * width)} ${n(horizon)}z`
  const dashes = times(6).map((index) => {
    const [from, to] = [(index / 6) ** 2, ((index + 0.45) / 6) ** 2].map(
      (share) => horizon + share * (height - horizon)
    )
    const half = (y = horizon) => 0.002 * width + 0.014 * width * ((y - horizon) / (height - horizon))
    return path(
      `M${n(middle - half(from))} ${n(from ?? 0)}H${n(middle + half(from))}L${n(middle + half(to))} ${n(to ?? 0)}H${n(middle - half(to))}z`,
      lit("#f3ecd2", light),
      "flat"
    )
  })
  return [
    sky(canvas),
    skyline(canvas, 0.7),
    ...towers.toReversed(),
    band(canvas, horizon, height, lit("#b9b2a6", light), lit("#d2ccc1", light)),
    path(road, lit("#5d626d", light)),
    ...dashes,
    ...[0.2, 0.8].map((x) => lamp(canvas, width * x, horizon + 0.16 * (height - horizon), horizon * 0.7))
  ].join("")
}

/** A paved square with houses around. */
export const square: Backdrop = (canvas) => {
  const { height, horizon, light, width } = canvas
  const columns = times(19).map((index) =>
    stroke(
      `M${n((index / 18) * width)} ${n(horizon + 8)}L${n((((index - 9) * 2.6) / 18 + 0.5) * width)} ${height}`,
      lit("#bfb5a3", light),
      1.2
    )
  )
  const rows = times(9).map((index) => {
    const y = n(horizon + 8 + (index / 9) ** 1.8 * (height - horizon))
    return stroke(`M0 ${y}H${width}`, lit("#bfb5a3", light), 1.2)
  })
  return (
    sky(canvas) +
    houses(canvas, horizon + 8, horizon * 0.8) +
    band(canvas, horizon + 6, height, lit("#cfc5b2", light), lit("#e6dece", light)) +
    columns.join("") +
    rows.join("") +
    tree(canvas, width * 0.06, horizon + 22, horizon * 0.55) +
    tree(canvas, width * 0.95, horizon + 22, horizon * 0.5)
  )
}

/** Stalls under striped roofs. */
export const market: Backdrop = (canvas) => {
  const { height, horizon, light, random, width } = canvas
  const stall = (x: number) => {
    const color = random.pick(["#d8433a", "#2f8f83", "#e0a83f", "#3f72c4"])
    const [w, top] = [width * 0.3, horizon * 0.36]
    const stripes = times(10).map((index) =>
      path(
        `M${n(x + (index / 10) * w)} ${n(top)}h${n(w / 10)}l${n((index - 4.5) * 2 + 3)} ${n(0.11 * height)}h${n(-w / 10 - 2)}z`,
        lit(index % 2 === 0 ? color : "#fbf6ea", light)
      )
    )
    return (
      rect(x + 6, top, 7, horizon + 0.1 * height - top, lit("#8a6a4a", light)) +
      rect(x + w - 13, top, 7, horizon + 0.1 * height - top, lit("#8a6a4a", light)) +
      stripes.join("")
    )
  }
  return square(canvas) + [0.02, 0.35, 0.68].map((x) => stall(width * x)).join("")
}
