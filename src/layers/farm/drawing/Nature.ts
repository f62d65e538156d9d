/** Places under the open sky. */
import { band, type Backdrop, type Canvas, lit, times } from "./Canvas.ts"
import { circle, darker, ellipse, group, lighter, n, path, rect, stroke, type Svg } from "./Svg.ts"

/** The sky down to the horizon, with sun and clouds or moon and stars. */
export const sky = (canvas: Canvas): Svg => {
  const { height, horizon, light, random, width } = canvas
  const x = width * random.between(0.12, 0.88)
  const y = horizon * random.between(0.14, 0.34)
  const r = 0.05 * Math.min(width, height)
  switch (light) {
    case "day":
      return (
        band(canvas, 0, horizon + 2, "#6cb9e8", "#b5dff3", "#eef8fa") +
        glow(x, y, r * 4, 0.7) +
        circle(x, y, r, "#fff3c4") +
        clouds(canvas, "#ffffff", 0.9)
      )
    case "evening":
      return (
        band(canvas, 0, horizon + 2, "#40467f", "#a8618c", "#f08d5f", "#ffdc9c") +
        glow(x, horizon * 0.86, r * 6, 1) +
        circle(x, horizon * 0.84, r * 1.3, "#fff0c0") +
        clouds(canvas, "#f7b79a", 0.55)
      )
    case "night":
      return (
        band(canvas, 0, horizon + 2, "#0a1233", "#1b2a5c", "#3a4a80") +
        stars(canvas) +
        glow(x, y, r * 3, 0.35) +
        circle(x, y, r * 0.9, "#f4f1de") +
        circle(x + r * 0.3, y - r * 0.2, r * 0.18, "#dcd7bd")
      )
  }
}

/** A soft light around a point. */
export const glow = (x: number, y: number, r: number, strength: number): Svg =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="url(#glow)" opacity="${strength}"/>`

const clouds = ({ horizon, random, width }: Canvas, color: string, opacity: number): Svg =>
  times(random.integer(2, 4))
    .map(() => {
      const [x, y, size] = [
        random.between(0, width),
        random.between(0.08, 0.55) * horizon,
        random.between(0.035, 0.07) * width
      ]
      const puffs = [
        ellipse(x, y, size * 1.5, size * 0.34, color),
        circle(x - size * 0.6, y - size * 0.16, size * 0.42, color),
        circle(x + size * 0.1, y - size * 0.34, size * 0.56, color),
        circle(x + size * 0.78, y - size * 0.1, size * 0.36, color)
      ]
      return `<g opacity="${opacity}">${puffs.join("")}</g>`
    })
    .join("")

const stars = ({ horizon, random, width }: Canvas): Svg =>
  times(60)
    .map(() => circle(random.between(0, width), random.between(0, horizon * 0.9), random.between(0.5, 1.6), "#fdfbe8"))
    .join("")

/** Rolling hills that end at the horizon. `height` as a share of the sky. */
export const hills = ({ horizon, light, random, width }: Canvas, color: string, height: number): Svg => {
  const steps = 6
  const points = times(steps + 1).map((step) => ({
    x: (step / steps) * width,
    y: horizon * (1 - height * random.between(0.35, 1))
  }))
  const curve = points.slice(1).map(({ x, y }, index) => {
    const previous = points[index] ?? { x: 0, y }
    const middle = (previous.x + x) / 2
    return `C${n(middle)} ${n(previous.y)} ${n(middle)} ${n(y)} ${n(x)} ${n(y)}`
  })
  const first = points[0]?.y ?? horizon
  return path(`M0 ${n(horizon + 2)}V${n(first)}${curve.join("")}V${n(horizon + 2)}z`, lit(color, light))
}

/** A tree whose trunk stands at the point. */
export const tree = ({ light, random }: Canvas, x: number, ground: number, height: number): Svg => {
  const crown = lit(random.pick(["#4f9a52", "#3f8450", "#6bab4f", "#87a845"]), light)
  const trunk = lit("#7a5638", light)
  if (random.chance(0.3)) {
    const tier = (top: number, half: number, bottom: number) =>
      path(
        `M${n(x)} ${n(ground - height * top)}L${n(x + height * half)} ${n(ground - height * bottom)}H${n(x - height * half)}z`,
        darker(crown, 0.2),
        "side"
      )
    return (
      rect(x - height * 0.03, ground - height * 0.2, height * 0.06, height * 0.2, trunk) +
      tier(0.62, 0.26, 0.14) +
      tier(0.82, 0.21, 0.36) +
      tier(1, 0.15, 0.58)
    )
  }
  return [
    path(
      `M${n(x - height * 0.045)} ${n(ground)}L${n(x - height * 0.025)} ${n(ground - height * 0.5)}H${n(x + height * 0.025)}L${n(x + height * 0.045)} ${n(ground)}z`,
      trunk,
      "side"
    ),
    circle(x - height * 0.16, ground - height * 0.52, height * 0.17, darker(crown, 0.12), "ball"),
    circle(x + height * 0.17, ground - height * 0.54, height * 0.17, darker(crown, 0.12), "ball"),
    circle(x, ground - height * 0.68, height * 0.26, crown, "ball"),
    circle(x - height * 0.09, ground - height * 0.82, height * 0.16, lighter(crown, 0.08), "ball")
  ].join("")
}

const treeLine = (canvas: Canvas, height: number): Svg =>
  times(canvas.width / (height * 0.55))
    .map((index) =>
      tree(
        canvas,
        index * height * 0.55 + canvas.random.between(-0.2, 0.2) * height,
        canvas.horizon + 4,
        height * canvas.random.between(0.7, 1.1)
      )
    )
    .join("")

/** Tufts of grass or pebbles, larger in front. */
export const texture = (
  { height, horizon, random, width }: Canvas,
  colors: readonly [string, ...ReadonlyArray<string>],
  shape: "tuft" | "dot"
): Svg =>
  times(90)
    .map(() => {
      const depth = random.next() ** 1.4
      const [x, y] = [random.between(0, width), horizon + 6 + depth * (height - horizon)]
      const size = (0.002 + 0.008 * depth) * width
      const color = random.pick(colors)
      return shape === "dot"
        ? ellipse(x, y, size * 0.8, size * 0.3, color)
        : stroke(
            `M${n(x - size)} ${n(y)}l${n(size * 0.4)} ${n(-size)}l${n(size * 0.4)} ${n(size)}l${n(size * 0.5)} ${n(-size * 0.8)}`,
            color,
            Math.max(0.6, size * 0.22)
          )
    })
    .join("")

const meadow = (canvas: Canvas, ...colors: readonly [string, string]): Svg => {
  const [far, near] = [lit(colors[0], canvas.light), lit(colors[1], canvas.light)]
  return (
    band(canvas, canvas.horizon, canvas.height, far, near) +
    texture(canvas, [darker(near, 0.15), lighter(near, 0.15)], "tuft")
  )
}

export const field: Backdrop = (canvas) => {
  const { height, horizon, light, random, width } = canvas
  const post = (x: number) =>
    rect(x, horizon + 0.05 * height, 0.008 * width, 0.1 * height, lit("#9a7450", light), { shading: "side" })
  const rail = (y: number) => rect(0, horizon + y * height, width, 0.012 * height, lit("#a9835c", light))
  return (
    sky(canvas) +
    hills(canvas, "#9dc08b", 0.4) +
    hills(canvas, "#7fae6c", 0.22) +
    meadow(canvas, "#9cc765", "#6ba24a") +
    tree(canvas, width * random.between(0.05, 0.2), horizon + 0.06 * height, 0.42 * height) +
    rail(0.075) +
    rail(0.115) +
    times(12)
      .map((index) => post((index / 11.5) * width))
      .join("")
  )
}

export const park: Backdrop = (canvas) => {
  const { height, horizon, light, width } = canvas
  const way = `M${n(width * 0.44)} ${n(horizon)}Q${n(width * 0.5)} ${n(horizon + 0.3 * (height - horizon))} ${n(width * 0.2)} ${height}H${n(width * 0.62)}Q${n(width * 0.62)} ${n(horizon + 0.4 * (height - horizon))} ${n(width * 0.47)} ${n(horizon)}z`
  return (
    sky(canvas) +
    hills(canvas, "#8fb78c", 0.25) +
    treeLine(canvas, horizon * 0.62) +
    meadow(canvas, "#a5cf72", "#6fac4e") +
    path(way, lit("#e6d3a8", light)) +
    tree(canvas, width * 0.07, horizon + 0.12 * height, 0.62 * height) +
    tree(canvas, width * 0.94, horizon + 0.08 * height, 0.54 * height)
  )
}

export const savanna: Backdrop = (canvas) => {
  const { height, horizon, light, random, width } = canvas
  const acacia = (x: number, ground: number, size: number) =>
    stroke(
      `M${n(x)} ${n(ground)}Q${n(x + size * 0.03)} ${n(ground - size * 0.4)} ${n(x - size * 0.16)} ${n(ground - size * 0.72)}M${n(x)} ${n(ground - size * 0.3)}L${n(x + size * 0.22)} ${n(ground - size * 0.72)}`,
      lit("#6b4a33", light),
      size * 0.05
    ) +
    ellipse(x - size * 0.16, ground - size * 0.76, size * 0.36, size * 0.1, lit("#6f8f45", light), "form") +
    ellipse(x + size * 0.2, ground - size * 0.8, size * 0.38, size * 0.11, lit("#7f9d4c", light), "form")
  return (
    sky(canvas) +
    hills(canvas, "#b59a78", 0.2) +
    band(canvas, horizon, height, lit("#e3c27a", light), lit("#c9963f", light)) +
    texture(canvas, ["#b9873a", "#e9cf8d", "#a37a3a"], "tuft") +
    acacia(width * random.between(0.1, 0.25), horizon + 0.06 * height, 0.4 * height) +
    acacia(width * random.between(0.75, 0.9), horizon + 0.04 * height, 0.32 * height)
  )
}

export const mountains: Backdrop = (canvas) => {
  const { height, horizon, light, width } = canvas
  const lake = ellipse(
    width * 0.56,
    horizon + 0.36 * (height - horizon),
    width * 0.34,
    0.2 * (height - horizon),
    lit("#7fc4d9", light),
    "form"
  )
  return (
    sky(canvas) +
    range(canvas, 0.75, "#8fa3bd") +
    range(canvas, 0.52, "#6d87a6") +
    hills(canvas, "#6f9f6c", 0.2) +
    meadow(canvas, "#93bf6a", "#5f9648") +
    lake +
    group(`translate(0 ${n(0.04 * height)})`, treeLine(canvas, horizon * 0.16)) +
    tree(canvas, width * 0.08, height * 0.93, 0.4 * height) +
    tree(canvas, width * 0.95, height * 0.97, 0.34 * height)
  )
}

/** Peaks with snow on them. */
const range = ({ horizon, light, random, width }: Canvas, height: number, color: string): Svg =>
  times(5)
    .map((index) => {
      const x = (index + random.between(0.1, 0.7)) * (width / 4.4) - 0.05 * width
      const top = horizon * (1 - height * random.between(0.6, 1))
      const half = (horizon - top) * random.between(0.75, 1.05)
      const snow = (horizon - top) * 0.26
      const [l, r] = [x - half * 0.26, x + half * 0.26]
      const tone = lit(color, light)
      return [
        path(`M${n(x)} ${n(top)}L${n(x + half)} ${n(horizon + 2)}H${n(x - half)}z`, tone),
        path(`M${n(x)} ${n(top)}L${n(x + half)} ${n(horizon + 2)}H${n(x + half * 0.1)}z`, darker(tone, 0.14), "flat"),
        path(
          `M${n(x)} ${n(top)}L${n(r)} ${n(top + snow)}L${n(x + half * 0.1)} ${n(top + snow * 0.76)}L${n(x)} ${n(top + snow * 1.1)}L${n(x - half * 0.12)} ${n(top + snow * 0.78)}L${n(l)} ${n(top + snow)}z`,
          lit("#f8fbff", light),
          "flat"
        )
      ].join("")
    })
    .join("")

export const snow: Backdrop = (canvas) => {
  const { height, horizon, light, width } = canvas
  const slope = `M0 ${n(horizon + 0.06 * height)}Q${n(width * 0.4)} ${n(horizon - 0.03 * height)} ${width} ${n(horizon + 0.12 * height)}V${height}H0z`
  const track = (x: number) =>
    stroke(
      `M${n(width * x)} ${n(horizon + 0.08 * height)}Q${n(width * (x + 0.2))} ${n(height * 0.75)} ${n(width * (x - 0.1))} ${height}`,
      lit("#cfe0ee", light),
      5
    )
  return (
    sky(canvas) +
    range(canvas, 0.8, "#8aa0c0") +
    range(canvas, 0.5, "#a8bcd4") +
    band(canvas, horizon, height, lit("#e9f2f8", light), lit("#ffffff", light)) +
    path(slope, lit("#f6fafd", light)) +
    track(0.3) +
    track(0.36) +
    track(0.66) +
    times(5)
      .map((index) => tree(canvas, width * (0.04 + 0.23 * index), horizon + 0.07 * height, horizon * 0.36))
      .join("")
  )
}

const sea = (canvas: Canvas, top: number, bottom: number): Svg => {
  const { light, random, width } = canvas
  const waves = times(26).map(() => {
    const depth = random.next()
    const [x, y, length] = [
      random.between(0, width),
      top + depth * (bottom - top),
      random.between(0.02, 0.07) * width * (0.4 + depth)
    ]
    return stroke(
      `M${n(x)} ${n(y)}q${n(length / 4)} ${n(-length / 14)} ${n(length / 2)} 0t${n(length / 2)} 0`,
      "#ffffff",
      1 + depth * 1.6,
      0.5
    )
  })
  return band(canvas, top, bottom, lit("#3f93b8", light), lit("#56b3c9", light), lit("#9adbd9", light)) + waves.join("")
}

export const beach: Backdrop = (canvas) => {
  const { height, horizon, light, width } = canvas
  const shore = horizon + 0.3 * (height - horizon)
  const foam = (offset: number, opacity: number) =>
    `<g opacity="${opacity}">${path(`M0 ${n(shore + offset)}Q${n(width * 0.25)} ${n(shore + offset - 16)} ${n(width * 0.5)} ${n(shore + offset + 2)}T${width} ${n(shore + offset - 4)}V${n(shore + offset + 18)}Q${n(width * 0.7)} ${n(shore + offset + 26)} ${n(width * 0.5)} ${n(shore + offset + 12)}T0 ${n(shore + offset + 18)}z`, "#ffffff", "flat")}</g>`
  return (
    sky(canvas) +
    hills({ ...canvas, width: canvas.width }, "#7f9fb0", 0.12) +
    sea(canvas, horizon, shore + 20) +
    band(canvas, shore + 8, height, lit("#dfc08a", light), lit("#f2dcae", light)) +
    foam(-2, 0.9) +
    foam(16, 0.35) +
    texture({ ...canvas, horizon: shore + 20 }, ["#d9b878", "#fbeac6"], "dot")
  )
}

export const harbor: Backdrop = (canvas) => {
  const { height, horizon, light, width } = canvas
  const quay = horizon + 0.62 * (height - horizon)
  const bollard = (x: number) => rect(width * x, quay - 18, 16, 22, "#3a3f47", { r: 4, shading: "side" })
  return (
    sky(canvas) +
    hills(canvas, "#7f9f9a", 0.3) +
    sea(canvas, horizon, quay) +
    rect(0, quay, width, 10, lit("#8f8577", light)) +
    band(canvas, quay + 8, height, lit("#c9bda8", light), lit("#ddd2bd", light)) +
    times(9)
      .map((index) =>
        stroke(
          `M${n((index / 8) * width)} ${n(quay + 10)}L${n((((index - 4) * 1.5) / 8 + 0.5) * width)} ${height}`,
          lit("#b5a88f", light),
          1.4
        )
      )
      .join("") +
    bollard(0.12) +
    bollard(0.52) +
    bollard(0.88)
  )
}

/** Nothing but sky over low land. */
export const openSky: Backdrop = (canvas) =>
  sky(canvas) + hills(canvas, "#8fb78c", 0.06) + meadow(canvas, "#a5cf72", "#7fb35a")
