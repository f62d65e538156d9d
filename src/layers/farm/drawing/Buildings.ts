/** Houses and what stands at them. */
import { type Canvas, lit, times } from "./Canvas.ts"
import { glow } from "./Sky.ts"
import { darker, n, path, rect, type Svg } from "./Svg.ts"

/** A house front on the ground line with rows of windows. */
export const house = ({ light, random }: Canvas, x: number, ground: number, width: number, height: number): Svg => {
  const wall = lit(
    random.pick(["#d98f6a", "#e8c48a", "#b5656b", "#8fa8b8", "#c9b39a", "#7f93a8", "#d9a5a0", "#a3b58f"]),
    light
  )
  const columns = Math.max(2, Math.round(width / 46))
  const rows = Math.max(2, Math.round(height / 62))
  const [w, h] = [width / columns, (height * 0.94) / rows]
  const panes = times(columns * rows).map((index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)]
    const lamp = light !== "day" && random.chance(light === "night" ? 0.55 : 0.35)
    const pane = lamp ? random.pick(["#ffd98a", "#ffe9b0", "#f7c56b"]) : lit("#9cc6da", light)
    return rect(x + (column + 0.24) * w, ground - height + (row + 0.28) * h, w * 0.52, h * 0.5, pane, { r: 2 })
  })
  return [
    rect(x, ground - height, width, height, wall, { shading: "form" }),
    rect(x - 3, ground - height - 6, width + 6, 10, darker(wall, 0.2)),
    ...panes
  ].join("")
}

/** A row of houses from one side of the picture to the other. */
export const houses = (canvas: Canvas, ground: number, tallest: number): Svg => {
  const { random, width } = canvas
  const fronts: Array<Svg> = []
  for (let x = -20; x < width;) {
    const front = width * random.between(0.09, 0.17)
    fronts.push(house(canvas, x, ground, front, tallest * random.between(0.55, 1)))
    x += front + 1
  }
  return fronts.join("")
}

/** Distant towers in the haze. */
export const skyline = ({ horizon, light, random, width }: Canvas, height: number): Svg =>
  times(16)
    .map((index) =>
      rect(
        (index / 15) * width - 30,
        horizon * (1 - height * random.between(0.4, 1)),
        width * 0.075,
        horizon * height + 4,
        lit("#b9cbd9", light)
      )
    )
    .join("")

/** A shop window with an awning. */
export const shop = ({ light, random }: Canvas, x: number, ground: number, width: number, height: number): Svg => {
  const color = random.pick(["#d8433a", "#2f8f83", "#3f72c4", "#e0a83f"])
  const stripes = times(8).map((index) =>
    rect(
      x + (index / 8) * width,
      ground - height,
      width / 8,
      height * 0.26,
      lit(index % 2 === 0 ? color : "#fbf6ea", light)
    )
  )
  const inside = light === "day" ? "#8fb6c9" : "#ffdf9e"
  return (
    rect(x + 4, ground - height * 0.86, width - 8, height * 0.86, lit("#4a4350", light)) +
    rect(x + 10, ground - height * 0.72, width - 20, height * 0.6, inside, { shading: "form" }) +
    stripes.join("")
  )
}

export const lamp = ({ light }: Canvas, x: number, ground: number, height: number): Svg =>
  rect(x - 3, ground - height, 6, height, lit("#4a505c", light), { shading: "side" }) +
  path(`M${n(x - 12)} ${n(ground - height)}h24l-5 -16h-14z`, light === "day" ? "#e6ebee" : "#fff0b8") +
  (light === "day" ? "" : glow(x, ground - height - 6, height * 0.42, 0.85))
