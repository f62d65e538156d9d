/** Animals of the farm in centimeters, facing right. */
import type { Draw } from "./Draw.ts"
import { quadruped, eye } from "./Quadruped.ts"
import { circle, darker, ellipse, lighter, path, stroke, taper } from "./Svg.ts"

export const horse: Draw = (random) => {
  const color = random.pick(["#8a5230", "#6b3f26", "#a86a3a", "#4a3a38", "#d9cdbf"])
  const mane = random.chance(0.3) ? lighter(color, 0.55) : darker(color, 0.5)
  return [
    path("M54 66Q6 62 0 134Q16 130 28 108Q34 86 56 78z", mane),
    quadruped(
      {
        color,
        hoof: "#2e2622",
        body: "M42 78Q40 52 72 52Q108 60 142 48Q172 44 176 74Q178 100 154 108Q112 116 78 108Q46 104 42 78z",
        neck: [[156, 68], 24, [194, 26], 13],
        head: [[196, 24], 15, [226, 48], 9.5],
        legs: {
          far: [
            [74, 96],
            [162, 98]
          ],
          near: [
            [58, 92],
            [148, 96]
          ]
        },
        legRadius: 9,
        ground: 178
      },
      path("M186 14L190 0L199 12z", color, "flat"),
      path("M142 54Q150 20 186 8Q192 10 198 14Q176 30 170 66z", mane, "flat"),
      path("M196 12Q210 16 212 28Q204 26 196 20z", mane, "flat"),
      eye(208, 25, 2.6),
      circle(230, 48, 1.6, darker(color, 0.5)),
      stroke("M218 56Q224 54 228 55", darker(color, 0.45), 1.4)
    )
  ].join("")
}

export const cow: Draw = (random) => {
  const color = random.pick(["#f2eee6", "#8f5a38", "#f2eee6", "#5b4036"])
  const patch = random.pick(["#3a3133", "#a5653c"])
  const patches = [
    "M70 46Q96 40 104 62Q100 84 78 78Q58 66 70 46z",
    "M128 44Q154 40 160 60Q150 74 132 66z",
    "M40 84Q58 82 58 100Q46 106 40 96z"
  ]
  return [
    stroke("M34 56Q2 60 4 108", color, 4.5),
    path("M0 106L9 106L6 126z", patch),
    quadruped(
      {
        color,
        hoof: "#2e2622",
        body: "M30 68Q28 42 58 42L166 40Q190 42 190 72Q190 104 164 106L60 106Q32 104 30 68z",
        neck: [[174, 64], 26, [200, 46], 17],
        head: [[200, 40], 17, [226, 56], 12],
        legs: {
          far: [
            [66, 92],
            [168, 94]
          ],
          near: [
            [50, 90],
            [154, 94]
          ]
        },
        legRadius: 9,
        ground: 150
      },
      ...(color === "#f2eee6" ? patches.map((d) => path(d, patch, "flat")) : []),
      path("M68 104Q84 124 98 104z", "#eeb5a8"),
      path("M188 26Q172 22 170 34Q180 40 192 36z", darker(color, 0.2), "flat"),
      stroke("M200 24Q202 10 212 2", "#e7dcc4", 5),
      path(taper({ x: 226, y: 56 }, 12.4, { x: 229, y: 58 }, 11), "#eeb5a8", "flat"),
      circle(232, 55, 1.8, "#8a5a52"),
      eye(210, 36, 2.7)
    )
  ].join("")
}

export const sheep: Draw = (random) => {
  const wool = random.pick(["#f4f0e6", "#eae3d2", "#d9cfbf"])
  const curls: ReadonlyArray<readonly [number, number, number]> = [
    [18, 40, 18],
    [34, 24, 18],
    [56, 18, 18],
    [76, 24, 17],
    [86, 42, 16],
    [74, 58, 15],
    [52, 62, 16],
    [30, 58, 16]
  ]
  const leg = (x: number, color: string) => path(taper({ x, y: 62 }, 4.6, { x, y: 85 }, 3), color, "flat")
  return [
    ...[34, 82].map((x) => leg(x, "#2b2628")),
    ...[26, 74].map((x) => leg(x, "#3a3336")),
    ...curls.map(([x, y, r]) => circle(x, y, r, wool, "form")),
    ellipse(52, 40, 36, 24, wool),
    path(taper({ x: 92, y: 26 }, 12, { x: 109, y: 42 }, 9), "#3a3336", "flat"),
    ellipse(84, 26, 9, 4.5, "#3a3336"),
    circle(92, 14, 10, wool, "form"),
    eye(99, 26, 2.2)
  ].join("")
}
