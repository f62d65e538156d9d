/** Animals of the wild in centimeters, facing right. */
import type { Draw } from "./Draw.ts"
import { quadruped, eye } from "./Quadruped.ts"
import { circle, darker, ellipse, lighter, path, polygon, stroke, taper } from "./Svg.ts"

export const zebra: Draw = () => {
  const stripe = (d: string) => stroke(d, "#2b2a30", 5)
  return [
    stroke("M40 60Q6 70 4 112", "#2b2a30", 5),
    quadruped(
      {
        color: "#f1ede6",
        hoof: "#2b2a30",
        body: "M34 68Q34 44 66 44Q104 52 138 42Q166 40 168 66Q168 90 146 96Q104 104 70 96Q36 92 34 68z",
        neck: [[148, 62], 22, [182, 26], 12],
        head: [[184, 24], 14, [212, 44], 9],
        legs: {
          far: [
            [66, 86],
            [152, 88]
          ],
          near: [
            [50, 82],
            [138, 86]
          ]
        },
        legRadius: 8,
        ground: 156
      },
      path("M176 12L180 0L188 10z", "#f1ede6", "flat"),
      path("M136 46Q146 14 176 6Q182 8 188 12Q166 28 160 56z", "#2b2a30", "flat"),
      ...[48, 66, 84, 102, 120, 138].map((x) => stripe(`M${x} 48Q${x + 7} 70 ${x - 2} 94`)),
      stripe("M156 40L178 52"),
      stripe("M166 28L190 36"),
      ...[50, 138].flatMap((x) => [108, 122, 136].map((y) => stroke(`M${x - 5} ${y}h10`, "#2b2a30", 3.4))),
      path(taper({ x: 208, y: 40 }, 9, { x: 213, y: 45 }, 8.8), "#3a3438", "flat"),
      eye(195, 24, 2.5)
    )
  ].join("")
}

export const bear: Draw = (random) => {
  const color = random.pick(["#6b4630", "#4a342a", "#3b3030"])
  return quadruped(
    {
      color,
      hoof: darker(color, 0.35),
      body: "M0 66Q2 22 50 18Q90 4 128 16Q160 24 160 60Q160 92 128 94L40 94Q4 96 0 66z",
      neck: [[136, 48], 30, [158, 34], 22],
      head: [[162, 32], 22, [187, 46], 12],
      legs: {
        far: [
          [42, 76],
          [134, 78]
        ],
        near: [
          [24, 74],
          [116, 78]
        ]
      },
      legRadius: 14,
      ground: 122
    },
    circle(152, 10, 9, color, "form"),
    circle(172, 11, 8, darker(color, 0.15), "form"),
    path(taper({ x: 180, y: 44 }, 12, { x: 188, y: 47 }, 10.5), lighter(color, 0.3), "flat"),
    ellipse(195, 42, 5, 4.4, "#1d1718"),
    eye(174, 30, 2.8)
  )
}

export const elephant: Draw = () => {
  const color = "#8d929c"
  return [
    stroke("M16 110Q2 130 3 190", darker(color, 0.15), 7),
    quadruped(
      {
        color,
        hoof: "#c9c4b8",
        body: "M12 130Q16 34 110 24Q230 -34 310 40Q350 80 336 170Q310 226 230 222L80 222Q14 214 12 130z",
        neck: [[310, 90], 62, [350, 92], 60],
        head: [[352, 82], 62, [372, 130], 44],
        legs: {
          far: [
            [110, 190],
            [290, 190]
          ],
          near: [
            [64, 184],
            [246, 190]
          ]
        },
        legRadius: 27,
        ground: 310
      },
      stroke("M384 130Q424 170 420 240Q420 284 444 282", color, 32),
      stroke("M384 140Q414 176 412 240Q412 276 430 290", darker(color, 0.14), 3),
      path("M386 150Q420 176 460 158Q430 196 384 172z", "#f5efe0", "side"),
      path("M328 34Q262 30 258 112Q262 180 316 172Q350 140 346 84z", darker(color, 0.16)),
      path("M324 50Q280 50 276 112Q280 156 312 152Q332 130 330 84z", "#b59a9c", "flat"),
      eye(376, 84, 6)
    )
  ].join("")
}

export const giraffe: Draw = () => {
  const color = "#e8b765"
  const brown = "#a8652c"
  const spots: ReadonlyArray<readonly [number, number, number]> = [
    [70, 250, 15],
    [108, 240, 17],
    [150, 236, 16],
    [90, 284, 14],
    [130, 276, 17],
    [172, 270, 14],
    [192, 222, 12],
    [200, 186, 11],
    [214, 150, 10],
    [226, 116, 9],
    [240, 84, 8],
    [188, 250, 10]
  ]
  return [
    stroke("M50 240Q4 260 6 330", brown, 6),
    path("M0 326h12l-4 34z", "#4a3424"),
    quadruped(
      {
        color,
        hoof: "#4a3424",
        body: "M40 256Q38 218 80 214L170 198Q214 200 212 246Q206 296 166 302L90 306Q46 300 40 256z",
        neck: [[188, 234], 30, [258, 46], 14],
        head: [[260, 38], 19, [304, 62], 12],
        legs: {
          far: [
            [88, 284],
            [186, 280]
          ],
          near: [
            [68, 280],
            [168, 280]
          ]
        },
        legRadius: 12,
        ground: 480
      },
      path("M172 204Q210 120 246 34L254 38Q222 130 186 214z", brown, "flat"),
      ...spots.map(([x, y, r]) =>
        path(
          polygon(
            [0, 1, 2, 3, 4, 5].map((corner) => {
              const angle = (corner * Math.PI) / 3 + x
              return { x: x + Math.cos(angle) * r, y: y + Math.sin(angle) * r * 0.9 }
            })
          ),
          brown,
          "flat"
        )
      ),
      stroke("M258 24V6 M270 24V6", brown, 5),
      circle(258, 5, 5, "#4a3424"),
      circle(270, 5, 5, "#4a3424"),
      ellipse(240, 32, 16, 7, color, "form"),
      path(taper({ x: 302, y: 60 }, 12, { x: 308, y: 64 }, 11), lighter(color, 0.35), "flat"),
      eye(278, 38, 4)
    )
  ].join("")
}

export const bird: Draw = (random) => {
  const color = random.pick(["#7c8796", "#5f6f86", "#a3846a", "#4f6f9f"])
  return [
    path("M0 10L14 8L14 16z", darker(color, 0.25)),
    path("M6 12Q14 4 23 8Q25 -2 31 0Q35 2 33 9Q34 20 20 22Q8 22 6 12z", color),
    path("M10 11Q18 8 24 13Q18 20 10 16z", darker(color, 0.25), "flat"),
    path("M32.6 4.6L36 6.4L32.4 8z", "#e8a13a", "flat"),
    stroke("M18 21V25.2 M23 21V25.2 M16.4 25.4H20 M21.4 25.4H25", "#d9803a", 1.1),
    circle(30.4, 5.4, 1, "#18141a")
  ].join("")
}

export const flyingBird: Draw = (random) => {
  const color = random.pick(["#f5f5f2", "#3d4350", "#e6e8ea"])
  return [
    path("M0 2Q30 0 50 24Q76 0 110 0Q84 12 70 32Q58 42 44 34Q30 12 0 2z", color),
    path("M44 34Q56 22 72 26L86 30L72 36Q58 46 44 42L30 44z", darker(color, 0.1)),
    path("M84 28L93 31L83 33z", "#e8a13a", "flat"),
    path("M0 2Q12 1 22 6Q12 4 0 2z M110 0Q96 2 88 8Q98 3 110 0z", "#2c3038", "flat")
  ].join("")
}
