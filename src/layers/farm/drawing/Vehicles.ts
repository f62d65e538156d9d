/** Vehicles in centimeters, from the left side of the picture to its right: they face right. */
import { brights, type Draw, glassBlue } from "./Draw.ts"
import { circle, darker, ellipse, lighter, path, rect, stroke, type Svg } from "./Svg.ts"

const wheel = (x: number, y: number, r: number): Svg =>
  circle(x, y, r, "#2b2c33", "ball") + circle(x, y, r * 0.56, "#c9ced6", "ball") + circle(x, y, r * 0.16, "#5d6470")

const spoked = (x: number, y: number, r: number): Svg => {
  const spokes = [0, 30, 60, 90, 120, 150].map((angle) => {
    const [dx, dy] = [Math.cos((angle * Math.PI) / 180) * r * 0.9, Math.sin((angle * Math.PI) / 180) * r * 0.9]
    return stroke(`M${x - dx} ${y - dy}L${x + dx} ${y + dy}`, "#8b929c", 0.8)
  })
  const tire = `<circle cx="${x}" cy="${y}" r="${r - 2.2}" fill="none" stroke="#26272e" stroke-width="4.4"/>`
  return spokes.join("") + tire + circle(x, y, 4, "#555b66")
}

export const bicycle: Draw = (random) => {
  const color = random.pick(brights)
  const frame = (d: string) => stroke(d, color, 5)
  return [
    spoked(34, 68, 34),
    spoked(138, 68, 34),
    frame("M34 68L60 28L112 26L82 68z"),
    frame("M60 28L82 68L34 68"),
    frame("M108 14L138 68"),
    stroke("M52 17L60 30", "#3a3b43", 4),
    path("M38 12Q54 8 68 14Q60 20 40 18z", "#2e2a30"),
    stroke("M104 6L124 3Q128 10 118 14", "#3a3b43", 4.5),
    circle(82, 68, 7, "#4a4c55", "ball"),
    stroke("M82 68L88 84", "#3a3b43", 4),
    rect(82, 83, 14, 4, "#2e2a30", { r: 2 })
  ].join("")
}

export const motorcycle: Draw = (random) => {
  const color = random.pick(brights)
  return [
    wheel(33, 85, 33),
    wheel(172, 85, 33),
    stroke("M172 85L144 24", "#9aa1ab", 7),
    stroke("M33 85L80 78", "#9aa1ab", 7),
    path("M66 60L134 56L138 88Q108 104 78 94z", "#4b4e58"),
    circle(104, 76, 19, "#888f99", "ball"),
    path("M88 44Q112 22 144 36L138 62Q112 66 92 62z", color),
    path("M14 48Q34 36 60 46L96 50Q92 64 64 62L22 56z", "#2c2a30"),
    path("M140 52Q176 40 190 62Q172 52 150 64z", color),
    stroke("M134 6L148 26L154 22", "#3a3b43", 5),
    ellipse(154, 34, 9, 11, "#fdf3cf", "ball"),
    path("M10 92L84 96L82 104L12 102z", "#b7bdc6")
  ].join("")
}

export const car: Draw = (random) => {
  const color = random.pick([...brights, "#f2f0ea", "#3b4252", "#9aa3ad"])
  return [
    path(
      "M6 112Q-3 92 6 78Q14 68 66 62L112 20Q126 2 166 1L246 1Q282 3 304 24L348 60Q412 64 424 84Q434 102 426 118L10 118z",
      color
    ),
    path("M126 58L148 22Q154 12 168 12L212 12L212 58z", glassBlue),
    path("M222 12L248 12Q272 13 288 30L314 58L222 58z", glassBlue),
    path("M126 58L148 22Q154 12 168 12L212 12z M222 12L244 12L222 50z", "url(#glass)", "flat"),
    stroke("M218 62L218 106", darker(color, 0.3), 1.6),
    stroke("M118 66L122 104", darker(color, 0.3), 1.2),
    rect(226, 70, 16, 4, lighter(color, 0.5), { r: 2 }),
    rect(132, 70, 16, 4, lighter(color, 0.5), { r: 2 }),
    ellipse(416, 84, 11, 8, "#fff6d8", "ball"),
    rect(1, 82, 12, 14, "#d3352f", { r: 4, shading: "form" }),
    rect(4, 106, 422, 12, darker(color, 0.45), { r: 5 }),
    circle(92, 112, 40, darker(color, 0.55)),
    circle(340, 112, 40, darker(color, 0.55)),
    wheel(92, 113, 35),
    wheel(340, 113, 35)
  ].join("")
}

export const bus: Draw = (random) => {
  const color = random.pick(["#d8433a", "#e9a13b", "#2f7f8f", "#3f72c4"])
  const panes = [0, 1, 2, 3, 4].map((index) =>
    rect(40 + index * 158, 44, 140, 86, glassBlue, { r: 8, shading: "form" })
  )
  const glints = [0, 1, 2, 3, 4].map((index) => path(`M${52 + index * 158} 50h50l-40 74h-18z`, "#ffffff55", "flat"))
  return [
    rect(0, 0, 1080, 276, color, { r: 30, shading: "form" }),
    rect(0, 150, 1080, 26, lighter(color, 0.75)),
    ...panes,
    ...glints,
    rect(836, 40, 96, 220, "#3a4656", { r: 6 }),
    rect(842, 46, 40, 208, glassBlue, { r: 4, shading: "form" }),
    rect(886, 46, 40, 208, glassBlue, { r: 4, shading: "form" }),
    path("M956 44L1062 44Q1076 46 1078 70L1078 142L956 142z", glassBlue),
    rect(930, 8, 130, 26, "#22262f", { r: 6 }),
    rect(944, 15, 100, 12, "#f6b73c", { r: 3 }),
    rect(1062, 206, 18, 26, "#fff3cf", { r: 6 }),
    rect(0, 206, 10, 30, "#a82822", { r: 4 }),
    wheel(200, 262, 48),
    wheel(740, 262, 48),
    wheel(980, 268, 42)
  ].join("")
}

export const truck: Draw = (random) => {
  const color = random.pick(brights)
  return [
    rect(20, 226, 660, 34, "#3a3d46"),
    rect(0, 0, 500, 232, "#eef0f1", { r: 8, shading: "form" }),
    rect(0, 150, 500, 30, color),
    ...[70, 150, 230, 310, 390, 470].map((x) => stroke(`M${x - 20} 8V144`, "#c9ced4", 2)),
    path("M512 50Q514 40 530 40L640 40Q658 42 668 62L700 140Q718 150 720 176L720 246L512 246z", color),
    path("M560 62L632 62Q644 64 650 78L674 136L560 136z", glassBlue),
    path("M568 62L606 62L580 136L560 136z", "#ffffff66", "flat"),
    rect(536, 160, 26, 7, lighter(color, 0.6), { r: 3 }),
    rect(700, 176, 20, 26, "#fff3cf", { r: 5 }),
    rect(690, 232, 30, 22, "#4a4d57", { r: 4 }),
    wheel(110, 252, 48),
    wheel(220, 252, 48),
    wheel(616, 252, 48)
  ].join("")
}

export const train: Draw = (random) => {
  const color = random.pick(["#2d6fb4", "#c8423b", "#2f8f6f", "#e6e8ea"])
  const stripe = color === "#e6e8ea" ? "#d8433a" : lighter(color, 0.75)
  const panes = Array.from({ length: 10 }, (_, index) =>
    rect(60 + index * 150, 84, 118, 92, glassBlue, { r: 12, shading: "form" })
  )
  return [
    rect(20, 330, 1900, 40, "#33363f"),
    path("M0 30Q2 10 24 10L1620 0Q1830 10 1960 190Q2008 270 1990 330L0 340z", color),
    path("M0 214L1962 214Q1990 250 1996 286L0 286z", stripe),
    ...panes,
    path("M1664 70Q1776 84 1856 176L1664 176z", glassBlue),
    path("M1664 70Q1700 74 1740 92L1690 176L1664 176z", "#ffffff66", "flat"),
    rect(510, 70, 6, 258, darker(color, 0.3)),
    rect(1110, 70, 6, 258, darker(color, 0.3)),
    ellipse(1946, 246, 26, 14, "#fff6d8", "ball"),
    ...[130, 260, 760, 890, 1420, 1550, 1760].map(
      (x) => circle(x, 350, 40, "#4a4e59", "ball") + circle(x, 350, 16, "#8b929c")
    )
  ].join("")
}

export const airplane: Draw = (random) => {
  const color = random.pick(["#2f6fd6", "#d8433a", "#2f8f83", "#e9a13b"])
  const panes = Array.from({ length: 22 }, (_, index) => ellipse(760 + index * 100, 560, 26, 34, "#4f6f8f"))
  return [
    path("M150 40L420 0L900 470L420 520z", color),
    path("M0 330L330 360L720 560L240 540z", darker(color, 0.15)),
    path("M120 560Q300 430 900 430L3000 420Q3500 440 3600 600Q3560 760 3000 800L1100 800Q400 760 120 560z", "#f3f5f7"),
    path("M200 620Q900 700 3590 620Q3560 760 3000 800L1100 800Q480 770 200 620z", color, "flat"),
    ...panes,
    path("M3230 500Q3390 520 3470 570L3210 575z", "#3c5670"),
    ellipse(1900, 980, 290, 112, "#cfd5db", "form"),
    ellipse(2160, 980, 40, 96, "#3f4650"),
    path("M1250 720L2250 720L1520 1150L1230 1150z", "#d7dde3"),
    path("M1250 720L1500 720L1290 1150L1230 1150z", "#b9c2cb", "flat")
  ].join("")
}

export const boat: Draw = (random) => {
  const color = random.pick(["#f4f1ea", "#d8433a", "#2d5f94", "#f0c04a"])
  const sail = random.pick(["#fdfaf2", "#f7e3c0", "#f2d5cc"])
  return [
    rect(296, 0, 14, 540, "#7b5a3c", { shading: "side" }),
    path("M318 20Q560 250 600 500L318 500z", sail, "side"),
    path("M288 70Q120 320 70 500L288 500z", lighter(sail, 0.3), "side"),
    path("M318 330Q470 350 560 390L588 450L318 450z", random.pick(["#e4573d", "#3f72c4", "#2f8f83"]), "flat"),
    path("M0 530L620 530Q592 622 520 640L110 640Q34 622 0 530z", color),
    path("M8 552L612 552L606 572L14 572z", darker(color, 0.4), "flat")
  ].join("")
}

export const motorboat: Draw = (random) => {
  const color = random.pick(["#d8433a", "#2d6fb4", "#2f8f83", "#f0a13b"])
  return [
    rect(318, 0, 8, 60, "#7d858f"),
    path("M170 100L196 32Q200 24 214 24L372 24L420 100z", "#f5f5f2"),
    path("M206 84L222 42L280 42L280 84z", glassBlue),
    path("M296 42L362 42L388 84L296 84z", glassBlue),
    path("M0 96L560 86Q520 160 440 190L60 190Q14 170 0 96z", color),
    path("M6 118L544 110L534 128L12 136z", "#ffffffcc", "flat")
  ].join("")
}
