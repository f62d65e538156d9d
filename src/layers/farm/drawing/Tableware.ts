/** What food and drink come in, in centimeters. */
import { brights, type Draw } from "./Draw.ts"
import { circle, darker, ellipse, lighter, path, rect, stroke } from "./Svg.ts"

export const bottle: Draw = (random) => {
  const color = random.pick(["#2f6b45", "#7a4a24", "#3b5f8a", "#8a2f3a"])
  return [
    path("M2.6 2H5.4V9Q8 11 8 14V28.4Q8 30 6.4 30H1.6Q0 30 0 28.4V14Q0 11 2.6 9z", color, "side"),
    rect(2.3, 0, 3.4, 3, darker(color, 0.45), { r: 0.6 }),
    rect(0.4, 16, 7.2, 8, "#f5ecd8", { shading: "side" }),
    stroke("M1.8 18.6H6.2 M1.8 20.6H5.4", "#a8433f", 0.6),
    rect(1, 11.6, 0.9, 3.6, "#ffffff88", { r: 0.4 })
  ].join("")
}

export const wineGlass: Draw = (random) => {
  const wine = random.pick(["#8a1f3c", "#e8cf7a", "#8a1f3c"])
  return [
    path("M0.4 0H8.6Q9.6 11.6 4.5 12.4Q-0.6 11.6 0.4 0z", "#d3e3ea", "side"),
    path("M0.3 4.4H8.7Q8.8 11.4 4.5 12Q0.2 11.4 0.3 4.4z", wine, "side"),
    rect(4.1, 12, 0.8, 7.6, "#b9cdd6"),
    ellipse(4.5, 20.2, 3.9, 0.8, "#b9cdd6", "form"),
    path("M1.4 1H2.4Q2.2 8 3.2 10.4Q1.2 8 1.4 1z", "#ffffff99", "flat")
  ].join("")
}

export const cup: Draw = (random) => {
  const color = random.pick([...brights, "#f5f1e8"])
  return [
    `<ellipse cx="9.4" cy="5" rx="2.2" ry="2.6" fill="none" stroke="${darker(color, 0.12)}" stroke-width="0.9"/>`,
    path("M0 0.8H9.4V7.4Q9.4 10 6.8 10H2.6Q0 10 0 7.4z", color, "side"),
    ellipse(4.7, 0.9, 4.7, 0.9, lighter(color, 0.3)),
    ellipse(4.7, 1, 4.1, 0.6, "#4a2c1c")
  ].join("")
}

export const cupFromAbove: Draw = (random) => {
  const color = random.pick(["#f5f1e8", "#2f8f83", "#3f72c4"])
  return [
    rect(8.6, 4.1, 3.4, 1.8, darker(color, 0.15), { r: 0.9 }),
    circle(5, 5, 5, color, "ball"),
    circle(5, 5, 4.1, "#4a2c1c"),
    ellipse(4.2, 4, 1.6, 0.9, "#8a5a3a")
  ].join("")
}

export const fork: Draw = () =>
  path("M0 0H0.5V5H1V0H2V5H2.5V0H3V6Q3 8 1.9 8.4L2 19Q2 20 1.5 20Q1 20 1 19L1.1 8.4Q0 8 0 6z", "#aab2bc", "side")

export const knife: Draw = () =>
  path("M1 0Q3 2 3 9V12H1.2z", "#c3cad2", "side") + rect(0, 12, 3, 10, "#4a4f59", { r: 1.2, shading: "side" })

export const spoon: Draw = () =>
  ellipse(2, 3.4, 2, 3.4, "#b6bdc7", "ball") +
  path("M1.5 6H2.5L2.7 17.2Q2.6 18 2 18Q1.4 18 1.3 17.2z", "#aab2bc", "side")

export const bowl: Draw = (random) => {
  const color = random.pick(brights)
  const salad = [
    [4, 2.2, 2],
    [8, 1.8, 1.8],
    [12, 2, 2],
    [16, 2.2, 1.9]
  ] as const
  return [
    ...salad.map(([x, y, r], index) => circle(x, y, r, index % 2 === 0 ? "#6cab45" : "#d8433a", "ball")),
    path("M0 2.6H20Q19.4 9 13.6 10.4V11H6.4V10.4Q0.6 9 0 2.6z", color),
    path("M0 2.6H20L19.8 4H0.2z", lighter(color, 0.4), "flat")
  ].join("")
}

export const bowlFromAbove: Draw = (random) => {
  const color = random.pick(["#f5f1e8", "#2f6f8f", "#d98a4b"])
  const leaves = [
    [7, 7],
    [12, 6.4],
    [13.6, 11],
    [9.6, 13.6],
    [6.4, 11.6]
  ] as const
  return [
    circle(10, 10, 10, color, "ball"),
    circle(10, 10, 8, darker(color, 0.18)),
    ...leaves.map(([x, y], index) => ellipse(x, y, 3, 2, index % 2 === 0 ? "#6cab45" : "#8cc05a", "form")),
    circle(8.4, 9.4, 1.5, "#d8433a", "ball"),
    circle(11.6, 9, 1.4, "#d8433a", "ball"),
    circle(10.4, 11.6, 1.4, "#f5cf3d", "ball")
  ].join("")
}

export const vase: Draw = (random) => {
  const color = random.pick(brights)
  const flowers = [
    [4.4, 4, "#e4573d"],
    [9.4, 2.8, "#f0c04a"],
    [14, 4.6, "#d9557f"]
  ] as const
  return [
    stroke("M9 16L4.6 5 M9 16L9.4 4 M9 16L13.8 5", "#4f8f3c", 0.8),
    ...flowers.flatMap(([x, y, petal]) =>
      [0, 72, 144, 216, 288].map((turn) => {
        const angle = (turn * Math.PI) / 180
        return circle(x + Math.cos(angle) * 1.7, y + Math.sin(angle) * 1.7, 1.4, petal)
      })
    ),
    ...flowers.map(([x, y]) => circle(x, y, 1.1, "#fff3c4")),
    path("M6 15H12Q11.4 18 15 22Q18 25.6 18 28Q18 34 13 34H5Q0 34 0 28Q0 25.6 3 22Q6.6 18 6 15z", color, "side"),
    stroke("M1.4 26Q9 29 16.6 26", lighter(color, 0.5), 0.8)
  ].join("")
}
