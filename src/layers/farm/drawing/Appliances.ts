/** Machines at home and at work, in centimeters. */
import { brights, type Draw } from "./Draw.ts"
import { circle, darker, ellipse, lighter, path, rect, stroke } from "./Svg.ts"

export const tv: Draw = (random) => {
  const hill = random.pick(["#3f8f6f", "#b5574a", "#5f6f9f"])
  return [
    rect(46, 70, 32, 4, "#3a3f47"),
    rect(34, 73, 56, 3, "#2a2d34", { r: 1.4 }),
    rect(0, 0, 124, 71, "#1d2027", { r: 3, shading: "form" }),
    rect(3, 3, 118, 64, "#7fc0dd"),
    circle(92, 22, 9, "#ffe08a"),
    path("M3 50Q30 26 60 46T121 40V67H3z", hill, "flat"),
    path("M3 58Q40 44 76 58T121 54V67H3z", darker(hill, 0.25), "flat"),
    path("M3 3H62L20 67H3z", "#ffffff22", "flat")
  ].join("")
}

export const laptop: Draw = (random) => {
  const accent = random.pick(brights)
  return [
    rect(3, 0, 30, 21.4, "#3a3f4a", { r: 1.2 }),
    rect(4.2, 1.2, 27.6, 18.6, "#eaf2f7"),
    rect(6, 3, 10, 8, accent, { r: 0.6 }),
    rect(18, 3, 12, 1.4, "#9fb2c4"),
    rect(18, 6, 9, 1.4, "#c3d0dc"),
    rect(18, 9, 11, 1.4, "#c3d0dc"),
    rect(6, 13.4, 24, 1.4, "#c3d0dc"),
    rect(6, 16.2, 18, 1.4, "#c3d0dc"),
    path("M2 21H34L36 24Q36 25 35 25H1Q0 25 0 24z", "#aeb6c1"),
    rect(14, 21.4, 8, 0.9, "#8b94a1", { r: 0.4 })
  ].join("")
}

export const mouse: Draw = () =>
  path("M0 4.4Q0 0 5 0Q11 0 11 4.4z", "#3a3f4a") + rect(3, 0.8, 1.6, 1.2, "#9fb2c4", { r: 0.6 })

export const keyboard: Draw = () => {
  const keys = [0, 1, 2].flatMap((row) =>
    Array.from({ length: 14 }, (_, key) =>
      rect(2.4 + key * 2.84 - row * 0.3, 0.9 + row * 1.8, 2.2, 1.3, "#f3f5f7", { r: 0.3 })
    )
  )
  return path("M2 0H42L44 6Q44 7 43 7H1Q0 7 0 6z", "#59606d") + keys.join("")
}

export const remote: Draw = () =>
  rect(0, 0, 17, 4.6, "#2c2f38", { r: 1.6, shading: "form" }) +
  circle(2.4, 2.3, 0.9, "#d8433a") +
  [5, 7.6, 10.2, 12.8].map((x) => circle(x, 1.6, 0.6, "#b6bdc7") + circle(x, 3.2, 0.6, "#b6bdc7")).join("")

export const cellPhone: Draw = (random) =>
  rect(0, 0, 7.6, 15, "#23262e", { r: 1.2, shading: "side" }) +
  rect(0.5, 1.3, 6.6, 12.2, random.pick(["#7fc0dd", "#f2d5cc", "#cfe8d5"]), { r: 0.3 }) +
  [0, 1, 2]
    .flatMap((row) =>
      [0, 1, 2].map((column) =>
        rect(1.1 + column * 2, 2.4 + row * 2.4, 1.4, 1.4, brights[row * 3 + column] ?? "#ffffff", { r: 0.4 })
      )
    )
    .join("")

export const microwave: Draw = () =>
  [
    rect(0, 0, 52, 30, "#c9ced6", { r: 2, shading: "form" }),
    rect(2.6, 3, 35, 24, "#2a2d34", { r: 1 }),
    rect(5, 5.4, 30, 19, "#47505e", { shading: "form" }),
    path("M5 5.4H20L12 24.4H5z", "#ffffff22", "flat"),
    rect(40, 4, 9.4, 5, "#20352a", { r: 0.6 }),
    rect(41.4, 5.6, 6.4, 1.8, "#6be08f"),
    ...[12, 16.4, 20.8].flatMap((y) => [40.4, 43.8, 47.2].map((x) => rect(x, y, 2.4, 2.6, "#8b939f", { r: 0.5 })))
  ].join("")

export const oven: Draw = () =>
  [
    rect(0, 0, 60, 88, "#dfe3e8", { r: 2, shading: "side" }),
    rect(0, 0, 60, 4, "#3a3f47"),
    ...[10, 23, 37, 50].map((x) => circle(x, 11, 3.4, "#4a505b", "ball")),
    rect(5, 22, 50, 3.4, "#8b939f", { r: 1.6, shading: "form" }),
    rect(5, 28, 50, 40, "#2a2d34", { r: 2 }),
    rect(9, 32, 42, 32, "#57412f", { shading: "form" }),
    path("M9 32H28L16 64H9z", "#ffffff22", "flat"),
    rect(5, 72, 50, 11, "#cdd3da", { r: 1, shading: "form" })
  ].join("")

export const toaster: Draw = () =>
  [
    rect(6, 0, 7.6, 8, "#dba45c", { r: 1.4, shading: "form" }),
    rect(16.4, 0, 7.6, 8, "#dba45c", { r: 1.4, shading: "form" }),
    path("M0 9Q0 5 4 5H26Q30 5 30 9V18Q30 21 27 21H3Q0 21 0 18z", "#c9ced6"),
    rect(27, 10, 3, 4, "#3a3f47", { r: 0.8 }),
    circle(24, 16.6, 1.5, "#d8433a")
  ].join("")

export const sink: Draw = () =>
  [
    stroke("M31 22V7Q31 1.6 37 1.6Q43 1.6 43 8V10", "#9aa4b0", 3),
    circle(25, 17.6, 2.2, "#9aa4b0", "ball"),
    path("M4 22H58L54 33Q53 34 51 34H11Q9 34 8 33z", "#d5dce2"),
    rect(0, 20, 62, 4, "#eef1f3", { r: 2, shading: "form" })
  ].join("")

export const refrigerator: Draw = (random) => {
  const color = random.pick(["#e6eaee", "#c9ced6", "#d8685a", "#8fc1c4"])
  return [
    rect(4, 174, 66, 6, "#33363f"),
    rect(0, 0, 74, 176, color, { r: 5, shading: "side" }),
    stroke("M1 62H73", darker(color, 0.35), 1.6),
    rect(8, 28, 3.4, 28, "#7d858f", { r: 1.6 }),
    rect(8, 70, 3.4, 40, "#7d858f", { r: 1.6 }),
    rect(40, 22, 16, 12, "#fdf3c4"),
    rect(30, 14, 12, 14, lighter(color, 0.6)),
    circle(36, 14, 1.6, "#d8433a"),
    ellipse(48, 22, 1.6, 1.6, "#3f72c4")
  ].join("")
}
