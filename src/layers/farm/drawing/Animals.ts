/** Animals in centimeters, facing right. */
import type { Draw } from "./Draw.ts"
import { circle, darker, ellipse, lighter, path, polygon, stroke, type Svg, taper } from "./Svg.ts"

type At = readonly [x: number, y: number]

/** An animal on four legs: the outline of its body, and tapering limbs. All in its own centimeters. */
interface Quadruped {
  readonly color: string
  readonly hoof: string
  readonly body: string
  readonly neck: readonly [from: At, fromRadius: number, to: At, toRadius: number]
  readonly head: readonly [from: At, fromRadius: number, to: At, toRadius: number]
  /** Where the legs begin, from the rear to the front, far ones first. */
  readonly legs: { readonly far: readonly [At, At]; readonly near: readonly [At, At] }
  readonly legRadius: number
  readonly ground: number
}

const point = ([x, y]: At) => ({ x, y })

const limb = ([from, fromRadius, to, toRadius]: Quadruped["neck"], color: string): Svg =>
  path(taper(point(from), fromRadius, point(to), toRadius), color, "flat")

const legs = (starts: readonly [At, At], { ground, hoof, legRadius }: Quadruped, color: string): Svg =>
  starts
    .map(([x, y], index) => {
      const knee: At = [x + (index === 0 ? -0.3 : 0.1) * legRadius, y + (ground - y) * 0.5]
      const foot: At = [x + (index === 0 ? 0.3 : 0) * legRadius, ground - legRadius * 0.5]
      return [
        limb([[x, y], legRadius * 1.5, knee, legRadius * 0.72], color),
        limb([knee, legRadius * 0.72, foot, legRadius * 0.5], color),
        path(
          polygon([
            { x: foot[0] - legRadius * 0.62, y: ground },
            { x: foot[0] - legRadius * 0.5, y: ground - legRadius * 0.9 },
            { x: foot[0] + legRadius * 0.5, y: ground - legRadius * 0.9 },
            { x: foot[0] + legRadius * 0.85, y: ground }
          ]),
          hoof,
          "flat"
        )
      ].join("")
    })
    .join("")

const quadruped = (animal: Quadruped, ...markings: ReadonlyArray<Svg>): Svg =>
  [
    legs(animal.legs.far, animal, darker(animal.color, 0.22)),
    legs(animal.legs.near, animal, animal.color),
    path(animal.body, animal.color),
    limb(animal.neck, animal.color),
    limb(animal.head, animal.color),
    ...markings
  ].join("")

const eye = (x: number, y: number, r: number): Svg =>
  circle(x, y, r, "#221a1c") + circle(x + r * 0.3, y - r * 0.3, r * 0.3, "#ffffff")

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
