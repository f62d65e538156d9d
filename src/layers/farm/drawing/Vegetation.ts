/** What grows, and the ground it grows on. */
import { band, type Canvas, lit, times } from "./Canvas.ts"
import { circle, darker, ellipse, lighter, n, path, rect, stroke, type Svg } from "./Svg.ts"

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

export const treeLine = (canvas: Canvas, height: number): Svg =>
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

export const meadow = (canvas: Canvas, ...colors: readonly [string, string]): Svg => {
  const [far, near] = [lit(colors[0], canvas.light), lit(colors[1], canvas.light)]
  return (
    band(canvas, canvas.horizon, canvas.height, far, near) +
    texture(canvas, [darker(near, 0.15), lighter(near, 0.15)], "tuft")
  )
}
