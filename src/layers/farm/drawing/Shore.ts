/** Places by the sea. */
import { band, type Backdrop, type Canvas, lit, times } from "./Canvas.ts"
import { sky } from "./Sky.ts"
import { hills, texture } from "./Vegetation.ts"
import { n, path, rect, stroke, type Svg } from "./Svg.ts"

export const beach: Backdrop = (canvas) => {
  const { height, horizon, light, width } = canvas
  const shore = horizon + 0.3 * (height - horizon)
  const foam = (offset: number, opacity: number) =>
    `<g opacity="${opacity}">${path(`M0 ${n(shore + offset)}Q${n(width * 0.25)} ${n(shore + offset - 16)} ${n(width * 0.5)} ${n(shore + offset + 2)}T${width} ${n(shore + offset - 4)}V${n(shore + offset + 18)}Q${n(width * 0.7)} ${n(shore + offset + 26)} ${n(width * 0.5)} ${n(shore + offset + 12)}T0 ${n(shore + offset + 18)}z`, "#ffffff", "flat")}</g>`
  return (
    sky(canvas) +
    hills(canvas, "#7f9fb0", 0.12) +
    sea(canvas, horizon, shore + 20) +
    band(canvas, shore + 8, height, lit("#dfc08a", light), lit("#f2dcae", light)) +
    foam(-2, 0.9) +
    foam(16, 0.35) +
    texture({ ...canvas, horizon: shore + 20 }, ["#d9b878", "#fbeac6"], "dot")
  )
}

export const harbor: Backdrop = (canvas) => {
  const { height, horizon, light, width } = canvas
  const quay = horizon + 0.62 * (height - horizon)
  const bollard = (x: number) => rect(width * x, quay - 18, 16, 22, "#3a3f47", { r: 4, shading: "side" })
  return (
    sky(canvas) +
    hills(canvas, "#7f9f9a", 0.3) +
    sea(canvas, horizon, quay) +
    rect(0, quay, width, 10, lit("#8f8577", light)) +
    band(canvas, quay + 8, height, lit("#c9bda8", light), lit("#ddd2bd", light)) +
    times(9)
      .map((index) =>
        stroke(
          `M${n((index / 8) * width)} ${n(quay + 10)}L${n((((index - 4) * 1.5) / 8 + 0.5) * width)} ${height}`,
          lit("#b5a88f", light),
          1.4
        )
      )
      .join("") +
    bollard(0.12) +
    bollard(0.52) +
    bollard(0.88)
  )
}

const sea = (canvas: Canvas, top: number, bottom: number): Svg => {
  const { light, random, width } = canvas
  const waves = times(26).map(() => {
    const depth = random.next()
    const [x, y, length] = [
      random.between(0, width),
      top + depth * (bottom - top),
      random.between(0.02, 0.07) * width * (0.4 + depth)
    ]
    return stroke(
      `M${n(x)} ${n(y)}q${n(length / 4)} ${n(-length / 14)} ${n(length / 2)} 0t${n(length / 2)} 0`,
      "#ffffff",
      1 + depth * 1.6,
      0.5
    )
  })
  return band(canvas, top, bottom, lit("#3f93b8", light), lit("#56b3c9", light), lit("#9adbd9", light)) + waves.join("")
}
