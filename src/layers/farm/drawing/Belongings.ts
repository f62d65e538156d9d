/** What people carry, in centimeters. */
import { type Draw, brights } from "./Draw.ts"
import { circle, darker, lighter, path, rect, stroke } from "./Svg.ts"

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
