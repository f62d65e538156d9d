/** Places between houses. */
import { band, type Backdrop, type Canvas, lit, times } from "./Canvas.ts"
import { glow, sky, tree } from "./Nature.ts"
import { darker, lighter, mix, n, path, rect, stroke, type Svg } from "./Svg.ts"

/** A house front on the ground line with rows of windows. */
const house = ({ light, random }: Canvas, x: number, ground: number, width: number, height: number): Svg => {
  const wall = lit(
    random.pick(["#d98f6a", "#e8c48a", "#b5656b", "#8fa8b8", "#c9b39a", "#7f93a8", "#d9a5a0", "#a3b58f"]),
    light
  )
  const columns = Math.max(2, Math.round(width / 46))
  const rows = Math.max(2, Math.round(height / 62))
  const [w, h] = [width / columns, (height * 0.94) / rows]
  const panes = times(columns * rows).map((index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)]
    const lamp = light !== "day" && random.chance(light === "night" ? 0.55 : 0.35)
    const pane = lamp ? random.pick(["#ffd98a", "#ffe9b0", "#f7c56b"]) : lit("#9cc6da", light)
    return rect(x + (column + 0.24) * w, ground - height + (row + 0.28) * h, w * 0.52, h * 0.5, pane, { r: 2 })
  })
  return [
    rect(x, ground - height, width, height, wall, { shading: "form" }),
    rect(x - 3, ground - height - 6, width + 6, 10, darker(wall, 0.2)),
    ...panes
  ].join("")
}

/** A row of houses from one side of the picture to the other. */
const houses = (canvas: Canvas, ground: number, tallest: number): Svg => {
  const { random, width } = canvas
  const fronts: Array<Svg> = []
  for (let x = -20; x < width;) {
    const front = width * random.between(0.09, 0.17)
    fronts.push(house(canvas, x, ground, front, tallest * random.between(0.55, 1)))
    x += front + 1
  }
  return fronts.join("")
}

/** Distant towers in the haze. */
const skyline = ({ horizon, light, random, width }: Canvas, height: number): Svg =>
  times(16)
    .map((index) =>
      rect(
        (index / 15) * width - 30,
        horizon * (1 - height * random.between(0.4, 1)),
        width * 0.075,
        horizon * height + 4,
        lit("#b9cbd9", light)
      )
    )
    .join("")

/** A shop window with an awning. */
const shop = ({ light, random }: Canvas, x: number, ground: number, width: number, height: number): Svg => {
  const color = random.pick(["#d8433a", "#2f8f83", "#3f72c4", "#e0a83f"])
  const stripes = times(8).map((index) =>
    rect(
      x + (index / 8) * width,
      ground - height,
      width / 8,
      height * 0.26,
      lit(index % 2 === 0 ? color : "#fbf6ea", light)
    )
  )
  const inside = light === "day" ? "#8fb6c9" : "#ffdf9e"
  return (
    rect(x + 4, ground - height * 0.86, width - 8, height * 0.86, lit("#4a4350", light)) +
    rect(x + 10, ground - height * 0.72, width - 20, height * 0.6, inside, { shading: "form" }) +
    stripes.join("")
  )
}

const lamp = ({ light }: Canvas, x: number, ground: number, height: number): Svg =>
  rect(x - 3, ground - height, 6, height, lit("#4a505c", light), { shading: "side" }) +
  path(`M${n(x - 12)} ${n(ground - height)}h24l-5 -16h-14z`, light === "day" ? "#e6ebee" : "#fff0b8") +
  (light === "day" ? "" : glow(x, ground - height - 6, height * 0.42, 0.85))

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

/** A platform along the tracks. */
export const station: Backdrop = (canvas) => {
  const { height, horizon, light, width } = canvas
  const at = (share: number) => horizon + share * (height - horizon)
  const pillars = [0.1, 0.5, 0.9].map((x) =>
    rect(width * x - 9, 0.1 * height, 18, at(0.06) - 0.1 * height, lit("#7d8794", light), { shading: "side" })
  )
  const sleepers = times(26).map((index) =>
    rect((index / 25) * width, at(0.13), width * 0.018, at(0.26) - at(0.13), lit("#6b5a4a", light))
  )
  return [
    sky(canvas),
    skyline(canvas, 0.6),
    rect(0, at(0.02), width, at(0.3) - at(0.02), lit("#9a9184", light)),
    ...sleepers,
    rect(0, at(0.15), width, 5, lit("#c3c9d0", light)),
    rect(0, at(0.23), width, 6, lit("#c3c9d0", light)),
    band(canvas, at(0.32), height, lit("#c5bfb4", light), lit("#dad5cb", light)),
    rect(0, at(0.3), width, 10, lit("#a49c8f", light)),
    rect(0, at(0.4), width, 12, lit("#f0c93f", light)),
    rect(0, 0, width, 0.1 * height, lit("#5d6672", light), { shading: "form" }),
    ...times(18).map((index) =>
      rect((index / 18) * width, 0.1 * height, width / 36, 0.018 * height, lit("#e6ebee", light))
    ),
    ...pillars
  ].join("")
}

export const airport: Backdrop = (canvas) => {
  const { height, horizon, light, width } = canvas
  const at = (share: number) => horizon + share * (height - horizon)
  return [
    sky(canvas),
    rect(width * 0.62, horizon * 0.78, width * 0.4, horizon * 0.22 + 4, lit("#c9d3da", light), { shading: "form" }),
    rect(width * 0.64, horizon * 0.83, width * 0.36, horizon * 0.08, lit("#7fb0c9", light)),
    rect(width * 0.74, horizon * 0.46, width * 0.03, horizon * 0.34, lit("#b9c4cc", light)),
    path(
      `M${n(width * 0.715)} ${n(horizon * 0.34)}h${n(width * 0.08)}l${n(-width * 0.012)} ${n(horizon * 0.14)}h${n(-width * 0.056)}z`,
      lit("#5f7f93", light)
    ),
    band(canvas, horizon, at(0.14), lit("#a5cf72", light), lit("#8fbd63", light)),
    band(canvas, at(0.14), height, lit("#8b8f97", light), lit("#a3a6ad", light)),
    stroke(`M0 ${n(at(0.55))}Q${n(width * 0.5)} ${n(at(0.62))} ${width} ${n(at(0.9))}`, lit("#f0c93f", light), 5)
  ].join("")
}

/** A grass pitch with a stand full of people too small to count. */
export const pitch: Backdrop = (canvas) => {
  const { height, horizon, random, width } = canvas
  const stripes = times(7).map((index) => {
    const [from, to] = [(index / 7) ** 1.5, ((index + 1) / 7) ** 1.5].map(
      (share) => horizon + share * (height - horizon)
    )
    return rect(0, from ?? 0, width, (to ?? 0) - (from ?? 0) + 1, index % 2 === 0 ? "#6fb552" : "#62a747")
  })
  const crowd = times(520).map(() => {
    const color = random.pick(["#d8433a", "#3f72c4", "#f5f1e8", "#e0a83f", "#4a505c"])
    return rect(
      random.between(0, width),
      random.between(horizon * 0.34, horizon * 0.86),
      0.006 * width,
      0.008 * width,
      mix(color, "#8794a3", 0.3),
      { r: 0.003 * width }
    )
  })
  const at = (share: number) => horizon + share * (height - horizon)
  return (
    sky(canvas) +
    rect(0, horizon * 0.3, width, horizon * 0.7, "#8794a3", { shading: "form" }) +
    crowd.join("") +
    rect(0, horizon * 0.88, width, horizon * 0.14, "#2f4f7f") +
    stripes.join("") +
    stroke(`M0 ${n(at(0.08))}H${width}M${n(width * 0.04)} ${n(at(0.08))}L${n(-width * 0.3)} ${height}`, "#f7f7f2", 4) +
    `<ellipse cx="${n(width * 0.5)}" cy="${n(at(0.42))}" rx="${n(width * 0.24)}" ry="${n(0.14 * (height - horizon))}" fill="none" stroke="#f7f7f2" stroke-width="4"/>`
  )
}

/** A tennis court with its net. */
export const court: Backdrop = (canvas) => {
  const { height, horizon, random, width } = canvas
  const at = (share: number) => horizon + share * (height - horizon)
  const ground = random.pick(["#3f7fae", "#c0683f"])
  const mesh = times(40).map((index) =>
    stroke(`M${n((index / 39) * width)} ${n(at(-0.16))}V${n(at(0.04))}`, "#e9eef2", 0.8, 0.6)
  )
  return (
    sky(canvas) +
    times(9)
      .map((index) => tree(canvas, (index / 8) * width, horizon, horizon * 0.5))
      .join("") +
    rect(0, horizon * 0.72, width, horizon * 0.3, "#3f6b55") +
    band(canvas, horizon - 2, height, darker(ground, 0.1), lighter(ground, 0.12)) +
    path(
      `M${n(width * 0.2)} ${n(at(0.06))}L${n(width * 0.8)} ${n(at(0.06))}L${n(width * 1.06)} ${height}H${n(-width * 0.06)}z`,
      mix(ground, "#ffffff", 0.08),
      "flat"
    ) +
    stroke(
      `M${n(width * 0.2)} ${n(at(0.06))}L${n(-width * 0.06)} ${height}M${n(width * 0.8)} ${n(at(0.06))}L${n(width * 1.06)} ${height}M${n(width * 0.07)} ${n(at(0.5))}H${n(width * 0.93)}`,
      "#f7f7f2",
      5
    ) +
    mesh.join("") +
    rect(0, at(-0.18), width, 7, "#f7f7f2")
  )
}
