/** Furniture and things in rooms, in centimeters. */
import { brights, type Draw } from "./Draw.ts"
import { circle, darker, ellipse, group, lighter, path, rect, stroke } from "./Svg.ts"

export const chair: Draw = (random) => {
  const wood = random.pick(["#a9713f", "#7b4f30", "#d9b98a", "#3f72c4", "#e4573d"])
  const leg = (x: number, height: number, tone = wood) => rect(x, 94 - height, 4.4, height, tone, { shading: "side" })
  return [
    leg(8, 44, darker(wood, 0.3)),
    leg(34, 44, darker(wood, 0.3)),
    path("M0 0H6L9 50H3z M40 0H46L43 50H37z", wood, "side"),
    rect(3, 4, 40, 9, wood, { r: 3, shading: "form" }),
    rect(4, 22, 38, 6, wood, { r: 2, shading: "form" }),
    rect(4.6, 36, 37, 5, wood, { r: 2, shading: "form" }),
    rect(0, 48, 46, 8, lighter(wood, 0.15), { r: 3, shading: "form" }),
    leg(1, 40),
    leg(40.6, 40)
  ].join("")
}

export const couch: Draw = (random) => {
  const color = random.pick(["#3f7f8f", "#b5574a", "#5f6f9f", "#7d8f5a", "#c98d4f"])
  const [pillow, other] = [random.pick(brights), random.pick(brights)]
  return [
    rect(16, 80, 10, 10, "#4a3424"),
    rect(188, 80, 10, 10, "#4a3424"),
    path("M18 20Q18 0 40 0L174 0Q196 0 196 20L196 60H18z", color),
    stroke("M107 4V50", darker(color, 0.25), 1.6),
    rect(20, 44, 88, 24, lighter(color, 0.1), { r: 8, shading: "form" }),
    rect(106, 44, 88, 24, lighter(color, 0.1), { r: 8, shading: "form" }),
    path(
      "M0 38Q0 26 14 26Q28 26 28 40V84H4Q0 84 0 78z M214 38Q214 26 200 26Q186 26 186 40V84H210Q214 84 214 78z",
      darker(color, 0.08)
    ),
    rect(20, 64, 174, 20, darker(color, 0.05), { r: 4, shading: "form" }),
    path("M34 20Q50 16 62 20Q66 34 62 48Q48 52 36 48Q30 34 34 20z", pillow),
    path("M150 18Q164 14 178 18Q182 32 178 46Q164 50 152 46Q146 32 150 18z", other)
  ].join("")
}

export const pottedPlant: Draw = (random) => {
  const pot = random.pick(["#c9704a", "#f2ede2", "#3f5f7f", "#e0a83f"])
  const green = random.pick(["#3f8f4f", "#5a9e4b", "#2f7f5f"])
  const leaf = (x: number, y: number, bend: number, tone: string) =>
    path(`M32 82Q${x + bend} ${(y + 82) / 2} ${x} ${y}Q${x - bend * 0.6} ${(y + 60) / 2} 32 82z`, tone, "side")
  return group(
    "translate(8)",
    leaf(0, 30, -26, darker(green, 0.2)),
    leaf(64, 26, 26, darker(green, 0.2)),
    leaf(12, 8, -14, green),
    leaf(52, 6, 14, green),
    leaf(32, 0, -12, lighter(green, 0.12)),
    leaf(4, 56, -22, green),
    leaf(60, 54, 22, green),
    path("M12 78H52L47 108Q46 112 42 112H22Q18 112 17 108z", pot, "side"),
    rect(10, 74, 44, 9, darker(pot, 0.08), { r: 3, shading: "form" })
  )
}

export const bed: Draw = (random) => {
  const blanket = random.pick(brights)
  return [
    rect(0, 0, 14, 110, "#8a5a36", { r: 4, shading: "side" }),
    rect(200, 42, 12, 68, "#8a5a36", { r: 4, shading: "side" }),
    rect(10, 82, 194, 16, "#a9713f", { shading: "form" }),
    rect(12, 56, 190, 30, "#f5f1e8", { r: 8, shading: "form" }),
    path("M16 40Q40 30 58 40Q62 52 56 58H18Q12 50 16 40z", "#fdfbf6"),
    path("M66 46Q130 34 198 46Q204 50 204 90Q140 98 64 90Q58 60 66 46z", blanket),
    path("M66 46Q80 42 94 42Q86 66 92 92L64 90Q58 60 66 46z", lighter(blanket, 0.5), "flat")
  ].join("")
}

export const diningTable: Draw = (random) => {
  const wood = random.pick(["#b07a45", "#8f5f3a", "#d9b98a", "#e9e4da"])
  return [
    rect(16, 10, 9, 62, darker(wood, 0.35), { shading: "side" }),
    rect(147, 10, 9, 62, darker(wood, 0.35), { shading: "side" }),
    rect(4, 10, 10, 66, darker(wood, 0.12), { shading: "side" }),
    rect(158, 10, 10, 66, darker(wood, 0.12), { shading: "side" }),
    rect(6, 8, 160, 10, darker(wood, 0.2)),
    rect(0, 0, 172, 9, lighter(wood, 0.1), { r: 2, shading: "form" })
  ].join("")
}

export const toilet: Draw = () =>
  [
    rect(2, 0, 20, 38, "#eef1f3", { r: 4, shading: "side" }),
    rect(10, 6, 6, 3, "#aab2bc", { r: 1.4 }),
    path("M10 44H40V70Q40 78 30 78H16Q12 78 12 72z", "#e4e8eb", "side"),
    path("M0 34H44Q44 56 26 58H12Q2 54 0 34z", "#f6f8f9"),
    rect(0, 31, 44, 5, "#ffffff", { r: 2.4, shading: "form" })
  ].join("")

export const book: Draw = (random) => {
  const color = random.pick(brights)
  return [
    rect(0, 0, 15, 22, color, { r: 0.8, shading: "side" }),
    rect(0, 0, 2, 22, darker(color, 0.25)),
    rect(4, 4, 8.4, 5, lighter(color, 0.65), { r: 0.4 }),
    rect(4, 12, 8.4, 0.9, lighter(color, 0.5)),
    rect(4, 14, 6, 0.9, lighter(color, 0.5))
  ].join("")
}

export const books: Draw = (random) => {
  const volume = (x: number, y: number, width: number) => {
    const color = random.pick(brights)
    return (
      rect(x, y, width, 4.6, color, { r: 0.8, shading: "form" }) +
      rect(x + width - 1, y + 0.7, 1, 3.2, "#f7f1e3") +
      rect(x + 3, y + 1.8, 6, 0.9, lighter(color, 0.6))
    )
  }
  return volume(0, 13.4, 26) + volume(2, 9, 22) + volume(0.6, 4.5, 24) + volume(4, 0, 19)
}

export const clock: Draw = (random) => {
  const rim = random.pick(["#2f3a4a", "#d8433a", "#c9a24a"])
  const angle = (turn: number) => (turn * Math.PI) / 6 - Math.PI / 2
  const ticks = Array.from({ length: 12 }, (_, hour) => {
    const [dx, dy] = [Math.cos(angle(hour)), Math.sin(angle(hour))]
    return `M${16 + dx * 10.6} ${16 + dy * 10.6}L${16 + dx * 12} ${16 + dy * 12}`
  })
  const [hour, minute] = [random.between(0, 12), random.between(0, 12)]
  return [
    circle(16, 16, 16, rim, "ball"),
    circle(16, 16, 13.4, "#fbf9f3"),
    stroke(ticks.join(""), "#3a3f4a", 0.9),
    stroke(`M16 16L${16 + Math.cos(angle(hour)) * 6} ${16 + Math.sin(angle(hour)) * 6}`, "#2a2e38", 1.5),
    stroke(`M16 16L${16 + Math.cos(angle(minute)) * 9.4} ${16 + Math.sin(angle(minute)) * 9.4}`, "#2a2e38", 1),
    circle(16, 16, 1.1, "#d8433a")
  ].join("")
}

export const teddyBear: Draw = () => {
  const color = "#b98450"
  return [
    ellipse(8, 29, 6.4, 9, darker(color, 0.1), "form"),
    ellipse(32, 29, 6.4, 9, darker(color, 0.1), "form"),
    ellipse(20, 33, 12.6, 13, color, "form"),
    ellipse(20, 34, 7.4, 8.6, lighter(color, 0.4)),
    ellipse(8, 42, 8, 6, color, "form"),
    ellipse(32, 42, 8, 6, color, "form"),
    ellipse(7, 42.4, 3.6, 3.2, lighter(color, 0.4)),
    ellipse(33, 42.4, 3.6, 3.2, lighter(color, 0.4)),
    circle(10, 5, 5, color, "ball"),
    circle(30, 5, 5, color, "ball"),
    ellipse(20, 13, 12.6, 11.2, color, "form"),
    ellipse(20, 17, 5.4, 4.2, lighter(color, 0.45)),
    ellipse(20, 15, 2, 1.4, "#2b1d18"),
    circle(15, 11.4, 1.4, "#2b1d18"),
    circle(25, 11.4, 1.4, "#2b1d18"),
    path("M20 24.4l-5 -2.4v4.8z M20 24.4l5 -2.4v4.8z", "#d8433a", "flat")
  ].join("")
}
