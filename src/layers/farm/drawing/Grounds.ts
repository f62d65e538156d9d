/** Places where people travel and play. */
import { skyline } from "./Buildings.ts"
import { band, type Backdrop, lit, times } from "./Canvas.ts"
import { sky } from "./Sky.ts"
import { tree } from "./Vegetation.ts"
import { darker, lighter, mix, n, path, rect, stroke } from "./Svg.ts"

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
