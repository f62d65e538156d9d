/** Food in centimeters. */
import type { Draw } from "./Draw.ts"
import { circle, darker, ellipse, lighter, path, rect, stroke } from "./Svg.ts"

export const banana: Draw = () =>
  [
    path(
      "M0.6 1.4Q2.6 9.6 10.4 10.9Q17 11 20 4.6Q20 3.6 19 3.4Q15 6.4 10 5.6Q4.6 4.8 2.6 0.4Q1.4 -0.4 0.6 1.4z",
      "#f5cf3d"
    ),
    path("M1.4 4Q5 9 11 9.2Q16 9 19.4 5.2Q16 10.8 10.4 10.9Q4.4 9.8 1.4 4z", "#d9a520", "flat"),
    path("M0.5 1.6L1.8 0L2.8 0.6L2.2 2z M19 3.4L20 4.6L19.2 5.4L18.6 4z", "#6b4a20", "flat")
  ].join("")

export const apple: Draw = (random) => {
  const color = random.pick(["#d8392f", "#7fb23c", "#c92f3c"])
  return [
    path(
      "M4.2 2.2Q1.6 0.8 0.3 3.2Q-0.6 6.4 1.8 8.6Q3.2 9.4 4.2 8.7Q5.2 9.4 6.6 8.6Q9 6.4 8.1 3.2Q6.8 0.8 4.2 2.2z",
      color,
      "ball"
    ),
    stroke("M4.2 2.4Q4.2 1 4.8 0.3", "#6b4226", 0.5),
    path("M4.6 1.4Q6 -0.2 7.6 0.6Q6.6 2 4.6 1.4z", "#5a9e4b", "flat")
  ].join("")
}

export const orange: Draw = () =>
  circle(4.2, 4.2, 4.2, "#f28c28", "ball") +
  ellipse(4.2, 0.9, 0.7, 0.36, "#4f7a36") +
  circle(2.8, 5.4, 0.14, "#c96a14") +
  circle(5.6, 6.2, 0.14, "#c96a14")

export const sandwich: Draw = () =>
  [
    path("M0 4Q0 0 4 0L12 0Q16 0 16 4L15.4 5H0.6z", "#dba45c"),
    path("M0.4 5Q2 3.8 3.6 5.2T7 5T10.4 5.2T13.6 5T15.8 5L15 7H1z", "#6cab45", "flat"),
    rect(0.8, 6, 14.4, 1.3, "#f3c73f"),
    rect(0.6, 7, 14.8, 1.4, "#d96d5f", { r: 0.6 }),
    path("M0.4 8.2H15.6Q16 11 13.6 11H2.4Q0 11 0.4 8.2z", "#e8bd80")
  ].join("")

export const broccoli: Draw = () =>
  [
    path("M4.6 7L5.2 13H8L8.6 7z", "#a8c86a", "side"),
    ...(
      [
        [2.8, 5.2, 2.8],
        [6.4, 3, 3],
        [10.2, 5.2, 2.8],
        [4.6, 6.8, 2.4],
        [8.6, 6.8, 2.4]
      ] as const
    ).map(([x, y, r]) => circle(x, y, r, "#4f8f3c", "ball"))
  ].join("")

export const carrot: Draw = () =>
  [
    path("M4.6 1.4Q12 0.6 21 3.2Q12 6.2 4.6 4.8Q3.4 3 4.6 1.4z", "#f07f2c"),
    path("M4.6 3Q1 -0.4 0 0.6Q0.6 2 3 3Q0.4 3.6 0 5.4Q1.6 6.6 4.6 3.4z", "#5a9e4b", "flat"),
    stroke("M8 1.6V2.6 M11 4.8V3.8 M14 2V2.8", "#c9601a", 0.3)
  ].join("")

export const hotDog: Draw = () =>
  [
    path("M1 4Q1 2.4 3 2.4L16 2.4Q18 2.4 18 4L17.4 7Q16.6 8 15 8L4 8Q2.4 8 1.6 7z", "#dba45c"),
    path("M0 3.4Q0 0.6 2.6 0.6L16.4 0.6Q19 0.6 19 3.4Q19 5.2 16.4 5.2L2.6 5.2Q0 5.2 0 3.4z", "#b5523a"),
    stroke("M2 2.6Q3.6 0.8 5 2.6T8 2.6T11 2.6T14 2.6T17 2.6", "#f5cf3d", 0.7),
    path("M1 5L18 5L17.4 7Q16.6 8 15 8L4 8Q2.4 8 1.6 7z", "#e8bd80")
  ].join("")

export const pizza: Draw = () => {
  const salami = [
    [10, 9],
    [21, 8],
    [7, 19],
    [17, 17],
    [26, 18],
    [12, 26],
    [22, 26]
  ] as const
  const basil = [
    [15, 11],
    [23, 14],
    [11, 22],
    [19, 23]
  ] as const
  return [
    circle(16.5, 16.5, 16.5, "#d69a4c", "ball"),
    circle(16.5, 16.5, 14.2, "#c9402c"),
    circle(16.5, 16.5, 13.4, "#f6cf63"),
    ...salami.map(([x, y]) => circle(x, y, 2.5, "#b5352a", "ball")),
    ...basil.map(([x, y]) => ellipse(x, y, 1.7, 0.8, "#4f8f3c")),
    stroke("M16.5 3V30 M4.8 9.8L28.2 23.2 M4.8 23.2L28.2 9.8", "#c98d3a", 0.3, 0.7)
  ].join("")
}

export const donut: Draw = (random) => {
  const glaze = random.pick(["#e87fa8", "#6b3f26", "#f5e6c8", "#7fb8d9"])
  const sprinkles = [
    [2.4, 3.4],
    [4.4, 1.6],
    [7, 2.4],
    [8.4, 5],
    [7.2, 7.4],
    [4.2, 8.2],
    [1.8, 6.2]
  ] as const
  const colors = ["#f5cf3d", "#3f72c4", "#5a9e4b", "#ffffff"] as const
  return [
    circle(5, 5, 5, "#d69a4c", "ball"),
    circle(5, 5, 4.4, glaze),
    ...sprinkles.map(([x, y], index) => stroke(`M${x} ${y}l0.6 0.5`, colors[index % 4] ?? "#ffffff", 0.35)),
    circle(5, 5, 1.6, darker(glaze, 0.3)),
    circle(5, 5.1, 1.3, "#e9e2d6")
  ].join("")
}

export const cake: Draw = (random) => {
  const icing = random.pick(["#f3a6c0", "#fbf1e0", "#8a5230"])
  const candles = [8, 14, 20].map((x) => rect(x - 0.5, 2.6, 1, 5.4, "#5fb3d9") + ellipse(x, 1.5, 0.7, 1.5, "#f9b233"))
  return [
    ellipse(14, 22.4, 14, 1.6, "#cfd5db", "form"),
    path("M2 10H26V21Q26 23 14 23Q2 23 2 21z", "#e8c48a", "side"),
    rect(2, 15, 24, 2, lighter(icing, 0.2)),
    path(
      "M2 10Q2 7.4 14 7.4Q26 7.4 26 10V13Q24.4 15.4 22.6 13Q20.4 16 18 13.4Q16 16.4 14 13.6Q11.6 16.4 9.6 13.4Q7.6 15.8 5.4 13Q3.6 15.4 2 13z",
      icing
    ),
    ...candles
  ].join("")
}
