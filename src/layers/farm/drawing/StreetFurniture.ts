/** What stands along streets, in centimeters. */
import { brights, type Draw } from "./Draw.ts"
import { circle, darker, ellipse, lighter, path, rect, stroke } from "./Svg.ts"
import { textPath, textWidth } from "../../VectorText.ts"

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

export const backpack: Draw = (random) => {
  const color = random.pick(brights)
  return [
    stroke("M12 8Q18 -5 24 8", darker(color, 0.4), 3),
    path("M2 20Q2 4 18 4Q34 4 34 20L36 44Q36 48 31 48L5 48Q0 48 0 44z", color),
    rect(5, 26, 26, 17, darker(color, 0.16), { r: 4, shading: "form" }),
    stroke("M7 32H29", lighter(color, 0.4), 1.2),
    stroke("M6 18Q18 22 30 18", darker(color, 0.3), 1.4)
  ].join("")
}

export const umbrella: Draw = (random) => {
  const color = random.pick(brights)
  return [
    stroke("M54 40V88Q54 94 60 94Q66 94 66 88", "#5b4636", 3.4),
    path("M0 48Q4 4 54 4Q104 4 108 48Q98 40 86 48Q76 40 64 47Q54 40 44 47Q32 40 22 48Q10 40 0 48z", color),
    path("M44 47Q42 20 54 4Q66 20 64 47Q54 40 44 47z", lighter(color, 0.35), "flat"),
    path("M0 48Q4 10 40 5Q20 22 22 48Q10 40 0 48z", darker(color, 0.16), "flat"),
    rect(52.5, 0, 3, 7, "#5b4636", { r: 1 })
  ].join("")
}

export const parasol: Draw = (random) => {
  const color = random.pick(brights)
  return [
    rect(112, 60, 6, 180, "#e9e2d2", { shading: "side" }),
    path("M0 92Q16 6 115 4Q214 6 230 92Q200 78 172 92Q144 78 115 92Q86 78 58 92Q30 78 0 92z", color),
    path(
      "M58 92Q60 30 115 4Q86 40 84 84Q70 82 58 92z M172 92Q170 30 115 4Q144 40 146 84Q160 82 172 92z",
      "#fbf6ea",
      "flat"
    ),
    circle(115, 4, 4, "#fbf6ea")
  ].join("")
}

export const handbag: Draw = (random) => {
  const color = random.pick(["#8c4a2f", "#c2473f", "#2f3f5f", "#b5893f", "#6b3f6b"])
  return [
    stroke("M9 16Q9 2 18 2Q27 2 27 16", darker(color, 0.3), 2.6),
    path("M4 14L32 14L36 35Q36 38 33 38L3 38Q0 38 0 35z", color),
    path("M4 14L32 14L33 22Q18 28 3 22z", darker(color, 0.18), "flat"),
    rect(15.5, 22, 5, 4, "#e8c872", { r: 1 })
  ].join("")
}

export const suitcase: Draw = (random) => {
  const color = random.pick(brights)
  return [
    path("M14 22V0H32V22H28V4H18V22z", "#555b66", "flat"),
    rect(0, 18, 46, 50, color, { r: 5, shading: "form" }),
    ...[10, 18, 26, 34].map((x) => stroke(`M${x} 23V63`, darker(color, 0.22), 1.4)),
    circle(8, 70, 4, "#2f3138"),
    circle(38, 70, 4, "#2f3138")
  ].join("")
}
