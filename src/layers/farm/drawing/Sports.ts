/** What people play with, in centimeters. */
import { brights, type Draw } from "./Draw.ts"
import { circle, darker, ellipse, lighter, path, polygon, rect, stroke } from "./Svg.ts"

export const frisbee: Draw = (random) => {
  const color = random.pick(brights)
  return (
    ellipse(13.5, 4.8, 13.5, 4.2, darker(color, 0.2), "form") +
    ellipse(13.5, 3.8, 13.2, 3.8, color) +
    ellipse(13.5, 3.6, 8, 2, lighter(color, 0.3))
  )
}

export const ball: Draw = () => {
  const patch = (x: number, y: number, r: number) =>
    path(
      polygon(
        [0, 1, 2, 3, 4].map((corner) => {
          const angle = (corner * 2 * Math.PI) / 5 - Math.PI / 2
          return { x: x + Math.cos(angle) * r, y: y + Math.sin(angle) * r }
        })
      ),
      "#2a2c35",
      "flat"
    )
  return [
    circle(11, 11, 11, "#f7f7f4"),
    patch(11, 11, 4),
    patch(3.2, 6.4, 2.4),
    patch(18.8, 6.4, 2.4),
    patch(6, 18.6, 2.3),
    patch(16, 18.6, 2.3),
    circle(11, 11, 11, "#ffffff00", "ball")
  ].join("")
}

export const kite: Draw = (random) => {
  const color = random.pick(brights)
  return [
    path("M60 0L120 54L60 150L0 54z", color),
    path("M60 0L120 54L60 54z M0 54L60 54L60 150z", lighter(color, 0.5), "flat"),
    stroke("M60 0V150 M0 54H120", darker(color, 0.35), 2)
  ].join("")
}

/** What trails behind a kite, outside its box. */
export const kiteTail = (random: Parameters<Draw>[0]): string => {
  const color = random.pick(brights)
  const bow = (x: number, y: number) => path(`M${x} ${y}l-12 -8v16z M${x} ${y}l12 -8v16z`, color, "flat")
  return stroke("M60 150Q84 190 56 220T70 300", "#f5efe2", 2) + bow(68, 184) + bow(58, 222) + bow(66, 262)
}

export const skateboard: Draw = (random) => {
  const color = random.pick(brights)
  const wheel = (x: number) => circle(x, 15.4, 4.6, "#f5e9cf", "ball") + circle(x, 15.4, 1.6, "#7b7f88")
  return (
    rect(20, 9, 40, 4, "#8b929c") +
    wheel(21) +
    wheel(59) +
    path("M0 1Q1 -1 5 1L16 6L64 6L75 1Q79 -1 80 1Q76 11 64 11L16 11Q4 11 0 1z", color)
  )
}

export const surfboard: Draw = (random) => {
  const color = random.pick(brights)
  return [
    path("M28 0Q58 60 56 120Q54 190 28 210Q2 190 0 120Q-2 60 28 0z", "#fbf6ea", "side"),
    path("M28 0Q44 34 51 76L5 76Q12 34 28 0z", color, "side"),
    path("M2 148H54Q50 192 28 210Q6 192 2 148z", color, "side"),
    stroke("M28 2V208", darker(color, 0.3), 1.4)
  ].join("")
}

export const flatSurfboard: Draw = (random) => {
  const color = random.pick(brights)
  return [
    path("M0 10Q30 22 110 22Q184 22 210 0Q180 6 110 6Q30 6 0 10z", "#fbf6ea"),
    path("M60 6.8Q90 6 120 6L116 22Q80 22 56 20z", color, "flat")
  ].join("")
}

export const tennisRacket: Draw = (random) => {
  const color = random.pick(brights)
  const strings =
    [6, 10.5, 15, 19.5, 24].map((x) => `M${x} 4V38`).join("") + [8, 14, 20, 26, 32].map((y) => `M3 ${y}H27`).join("")
  return [
    ellipse(15, 20, 13, 18, "#ffffff55"),
    stroke(strings, "#f3f1ea", 0.5),
    `<ellipse cx="15" cy="20" rx="13.6" ry="18.6" fill="none" stroke="${color}" stroke-width="2.8"/>`,
    stroke("M10 37L15 48L20 37", color, 2.2),
    rect(13, 46, 4, 23, "#3a3438", { r: 1.6, shading: "side" })
  ].join("")
}

export const skis: Draw = (random) => {
  const color = random.pick(brights)
  const ski = (y: number, tone: string) =>
    path(`M0 ${y + 2}L150 ${y + 4}Q164 ${y + 3} 172 ${y - 6}Q166 ${y + 8} 150 ${y + 8}L2 ${y + 6}z`, tone)
  return ski(6, darker(color, 0.25)) + ski(10, color)
}

export const snowboard: Draw = (random) => {
  const color = random.pick(brights)
  return (
    path("M0 2Q2 -2 8 4Q16 9 34 9L116 9Q134 9 142 4Q148 -2 150 2Q146 20 118 20L32 20Q4 20 0 2z", color) +
    rect(40, 4, 18, 7, "#2c2e36", { r: 2 }) +
    rect(92, 4, 18, 7, "#2c2e36", { r: 2 })
  )
}
