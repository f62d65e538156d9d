/** Animals of the house in centimeters, facing right. */
import type { Draw } from "./Draw.ts"
import { quadruped, eye } from "./Quadruped.ts"
import { circle, darker, ellipse, lighter, path, polygon, stroke } from "./Svg.ts"

export const dog: Draw = (random) => {
  const color = random.pick(["#c98d4f", "#7a4e30", "#e8d6b8", "#3b3434", "#a86a3a"])
  const collar = random.pick(["#d8433a", "#3f72c4"])
  return [
    stroke("M20 30Q4 26 3 3", color, 6),
    quadruped(
      {
        color,
        hoof: darker(color, 0.2),
        body: "M10 38Q10 26 24 25L58 24Q70 24 70 38Q70 50 58 50Q44 46 28 50Q12 50 10 38z",
        neck: [[60, 34], 11, [70, 16], 8.5],
        head: [[72, 14], 11.5, [89, 20], 6],
        legs: {
          far: [
            [26, 42],
            [62, 42]
          ],
          near: [
            [19, 42],
            [55, 42]
          ]
        },
        legRadius: 4.8,
        ground: 70
      },
      path("M66 6Q56 8 56 26Q64 30 70 16z", darker(color, 0.32), "flat"),
      path(
        polygon([
          { x: 58, y: 21 },
          { x: 61, y: 17 },
          { x: 74, y: 27 },
          { x: 70, y: 31 }
        ]),
        collar,
        "flat"
      ),
      circle(93, 17.5, 3, "#221a1c"),
      stroke("M82 25Q88 28 92 23", darker(color, 0.5), 1),
      eye(77, 12, 1.9)
    ),
    ellipse(71, 3.2, 4, 3.2, color)
  ].join("")
}

export const cat: Draw = (random) => {
  const color = random.pick(["#e09a4f", "#6d6a70", "#3a3438", "#efe6d8"])
  const stripe = darker(color, 0.3)
  return [
    stroke("M30 42Q40 40 35 26", color, 4),
    path("M6 46Q2 24 14 20L24 20Q34 26 32 46z", color),
    path("M1 3L10 7L5 14z M25 3L16 7L21 14z", color, "flat"),
    path("M0.6 1L2.4 13L9 6z M25.4 1L23.6 13L17 6z", color, "flat"),
    ellipse(13, 13, 12.4, 10.4, color, "form"),
    stroke("M13 3.4V7 M9.6 4V6.6 M16.4 4V6.6", stripe, 1.2),
    ellipse(8.4, 12, 2, 2.6, "#3c5a2e"),
    ellipse(17.6, 12, 2, 2.6, "#3c5a2e"),
    ellipse(8.4, 12, 0.8, 2.2, "#16120f"),
    ellipse(17.6, 12, 0.8, 2.2, "#16120f"),
    path("M11.8 15.6h2.4l-1.2 1.6z", "#d9776f", "flat"),
    stroke("M13 17.2Q11.6 19.6 9.8 18.4 M13 17.2Q14.4 19.6 16.2 18.4", stripe, 0.6),
    stroke("M7 16.6L0.4 15.6 M7 17.8L0.8 19 M19 16.6L25.6 15.6 M19 17.8L25.2 19", "#ffffff", 0.4, 0.8),
    ellipse(11, 44, 4.4, 2.2, lighter(color, 0.35)),
    ellipse(20, 44, 4.4, 2.2, lighter(color, 0.35))
  ].join("")
}

export const lyingCat: Draw = (random) => {
  const color = random.pick(["#e09a4f", "#6d6a70", "#3a3438", "#efe6d8"])
  return [
    path("M4 28Q-9 12 16 8Q34 4 46 10Q56 16 54 28z", color),
    stroke("M6 25Q22 29 34 25.6", darker(color, 0.22), 4),
    path("M42 1L44 12L51 5z M62 1L60 12L53 5z", color, "flat"),
    ellipse(52, 13, 11.6, 10, color, "form"),
    stroke("M45.6 13Q47.6 15 49.6 13 M54.6 13Q56.6 15 58.6 13", "#221a1c", 1),
    path("M51 16h2.4l-1.2 1.6z", "#d9776f", "flat"),
    stroke("M20 10Q22 14 20 18 M27 8Q29 12 27 17 M34 8Q36 12 34 16", darker(color, 0.3), 1.6)
  ].join("")
}
