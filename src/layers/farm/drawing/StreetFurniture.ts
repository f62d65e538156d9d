/** What stands along streets, in centimeters. */
import { textPath, textWidth } from "../../pictures/VectorText.ts"
import type { Draw } from "./Draw.ts"
import { circle, darker, ellipse, lighter, path, rect, stroke } from "./Svg.ts"

export const trafficLight: Draw = (random) => {
  const lit = random.integer(0, 2)
  const lamps = ["#ff4b3e", "#ffc23d", "#38d66b"].map((color, index) => {
    const y = 22 + index * 32
    const glow = index === lit ? ellipse(20, y, 19, 19, "url(#glow)") : ""
    return circle(20, y, 12.5, index === lit ? color : darker(color, 0.72), "ball") + glow
  })
  return rect(0, 0, 40, 108, "#2c3038", { r: 9, shading: "side" }) + lamps.join("")
}

/** The pole that carries a traffic light or a sign; `top` and `height` in the centimeters of the thing. */
export const pole = (center: number, top: number, height: number): string =>
  rect(center - 4, top, 8, height, "#6b7280", { shading: "side" })

export const fireHydrant: Draw = (random) => {
  const color = random.pick(["#d8392f", "#f0b429", "#d8392f"])
  return [
    rect(4, 70, 38, 10, darker(color, 0.25), { r: 2, shading: "side" }),
    rect(11, 20, 24, 54, color, { r: 3, shading: "side" }),
    path("M9 22Q10 4 23 4Q36 4 37 22z", lighter(color, 0.1), "side"),
    rect(19, 0, 8, 7, darker(color, 0.2), { r: 2 }),
    rect(0, 34, 46, 14, color, { r: 3, shading: "form" }),
    circle(23, 41, 9, lighter(color, 0.25), "ball"),
    circle(23, 41, 4, darker(color, 0.35)),
    rect(8, 20, 30, 5, darker(color, 0.15), { r: 2 })
  ].join("")
}

export const stopSign: Draw = () => {
  const octagon = (inset: number) => {
    const [near, far, cut] = [inset, 78 - inset, 22.8 + inset * 0.42]
    return `M${cut} ${near}H${78 - cut}L${far} ${cut}V${78 - cut}L${78 - cut} ${far}H${cut}L${near} ${78 - cut}V${cut}z`
  }
  const size = 24
  return [
    path(octagon(0), "#f6f4ef", "flat"),
    path(octagon(3), "#cf2e2e"),
    path(textPath("STOP", { x: 39 - textWidth("STOP", size) / 2, y: 47.6, size }), "#ffffff", "flat")
  ].join("")
}

export const parkingMeter: Draw = () =>
  [
    rect(10, 44, 6, 86, "#767d87", { shading: "side" }),
    rect(5, 124, 16, 6, "#5d636d", { r: 2 }),
    path("M0 22Q0 0 13 0Q26 0 26 22L24 48L2 48z", "#8a94a3", "side"),
    path("M4 20Q4 6 13 6Q22 6 22 20z", "#d9eef2"),
    stroke("M13 19L17 11", "#c0392b", 1.6),
    rect(9, 28, 8, 12, "#4a5260", { r: 2 })
  ].join("")

export const bench: Draw = (random) => {
  const wood = random.pick(["#a9713f", "#8c5a36", "#5e8c61"])
  const plank = (y: number) => rect(0, y, 172, 10, wood, { r: 3, shading: "form" })
  const leg = (x: number) =>
    path(
      `M${x} 0H${x + 7}V84H${x}z M${x - 8} 50H${x + 22}V56H${x - 8}z M${x + 16} 54L${x + 22} 84H${x + 15}z`,
      "#3a3f47"
    )
  return [
    leg(16),
    leg(132),
    plank(2),
    plank(17),
    plank(32),
    rect(0, 48, 172, 9, lighter(wood, 0.12), { r: 3, shading: "form" })
  ].join("")
}
