/** The sky and its lights. */
import { band, type Canvas, times } from "./Canvas.ts"
import { circle, ellipse, n, type Svg } from "./Svg.ts"

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
