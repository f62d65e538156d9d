/** Places with walls, and the table top. */
import { band, type Backdrop, type Canvas, lit, times } from "./Canvas.ts"
import { sky } from "./Sky.ts"
import { darker, group, lighter, n, path, rect, stroke, type Svg } from "./Svg.ts"

/** A wall down to the horizon and boards from there on. */
const room = (canvas: Canvas, wall: string, floor: string): Svg => {
  const { height, horizon, light, width } = canvas
  const boards = times(15).map((index) =>
    stroke(
      `M${n((index / 14) * width)} ${n(horizon)}L${n((((index - 7) * 2) / 14 + 0.5) * width)} ${height}`,
      darker(lit(floor, light), 0.14),
      1.3
    )
  )
  return [
    band(canvas, 0, horizon, lit(lighter(wall, 0.12), light), lit(wall, light)),
    band(canvas, horizon, height, lit(darker(floor, 0.08), light), lit(lighter(floor, 0.08), light)),
    ...boards,
    rect(0, horizon - 0.018 * height, width, 0.02 * height, lit("#f7f3ea", light))
  ].join("")
}

/** A window with its own little view. Measures are fractions of the picture. */
const outlook = (canvas: Canvas, x: number, y: number, w: number, h: number): Svg => {
  const [width, height] = [w * canvas.width, h * canvas.height]
  const view = sky({ ...canvas, width, height, horizon: height * 0.8 })
  const id = `pane${Math.round(x * 100)}`
  const [left, top] = [n(x * canvas.width), n(y * canvas.height)]
  return [
    `<defs><clipPath id="${id}"><rect width="${n(width)}" height="${n(height)}"/></clipPath></defs>`,
    rect(x * canvas.width - 9, y * canvas.height - 9, width + 18, height + 18, lit("#fbf8f1", canvas.light), {
      r: 3,
      shading: "form"
    }),
    group(
      `translate(${left} ${top})`,
      `<g clip-path="url(#${id})">${view}${rect(0, height * 0.78, width, height * 0.3, lit("#8fb36a", canvas.light))}</g>`
    ),
    rect((x + w / 2) * canvas.width - 3, y * canvas.height, 6, height, lit("#fbf8f1", canvas.light)),
    rect(x * canvas.width - 14, (y + h) * canvas.height + 6, width + 28, 9, lit("#efe9dc", canvas.light), { r: 2 })
  ].join("")
}

const picture = ({ height, light, random, width }: Canvas, x: number, y: number, size: number): Svg => {
  const [left, top, w, h] = [x * width, y * height, size * width, size * width * 0.75]
  const [a, b] = [random.pick(["#e8c48a", "#8fc1c4", "#d9a5a0"]), random.pick(["#3f6f8f", "#b5574a", "#5a8f5f"])]
  return (
    rect(left - 5, top - 5, w + 10, h + 10, lit("#6b4a33", light)) +
    rect(left, top, w, h, lit(a, light)) +
    path(
      `M${n(left)} ${n(top + h)}L${n(left + w * 0.4)} ${n(top + h * 0.35)}L${n(left + w * 0.7)} ${n(top + h * 0.75)}L${n(left + w)} ${n(top + h * 0.5)}V${n(top + h)}z`,
      lit(b, light)
    )
  )
}

export const livingRoom: Backdrop = (canvas) => {
  const { height, horizon, light, random, width } = canvas
  const wall = random.pick(["#d9c7b0", "#b9cdd0", "#d3b8b0", "#c3cfae"])
  const rug = `<ellipse cx="${n(width * 0.5)}" cy="${n(horizon + 0.62 * (height - horizon))}" rx="${n(width * 0.36)}" ry="${n(0.24 * (height - horizon))}" fill="${lit(random.pick(["#b5574a", "#3f7f8f", "#c98d4f"]), light)}"/>`
  const fringe = `<ellipse cx="${n(width * 0.5)}" cy="${n(horizon + 0.62 * (height - horizon))}" rx="${n(width * 0.31)}" ry="${n(0.2 * (height - horizon))}" fill="none" stroke="#f5ecd8" stroke-width="4"/>`
  return (
    room(canvas, wall, "#b98a5f") +
    outlook(canvas, 0.08, 0.1, 0.19, 0.36) +
    picture(canvas, 0.4, 0.12, 0.11) +
    picture(canvas, 0.55, 0.15, 0.08) +
    rug +
    fringe
  )
}

export const bedroom: Backdrop = (canvas) => {
  const wall = canvas.random.pick(["#b9c3dd", "#d9c3cf", "#c3d3c0"])
  const dots = times(40).map(
    (index) =>
      `<circle cx="${n(((index % 10) + (Math.floor(index / 10) % 2) * 0.5) * (canvas.width / 9.5))}" cy="${n((Math.floor(index / 10) + 0.6) * (canvas.horizon / 4.4))}" r="4" fill="#ffffff" opacity=".4"/>`
  )
  return (
    room(canvas, wall, "#c9a27a") +
    dots.join("") +
    outlook(canvas, 0.62, 0.1, 0.26, 0.28) +
    picture(canvas, 0.14, 0.14, 0.14)
  )
}

export const office: Backdrop = (canvas) => {
  const { height, light, width } = canvas
  const shelf = (y: number) => rect(width * 0.72, y * height, width * 0.24, 8, lit("#8f6f50", light))
  return (
    room(canvas, "#c9d6dc", "#8f8a86") +
    outlook(canvas, 0.06, 0.08, 0.26, 0.34) +
    outlook(canvas, 0.38, 0.08, 0.26, 0.34) +
    shelf(0.2) +
    shelf(0.36)
  )
}

export const kitchen: Backdrop = (canvas) => {
  const { height, horizon, light, random, width } = canvas
  const doors = lit(random.pick(["#5f8f8a", "#d9b38a", "#7f93b8", "#c9705a"]), light)
  const tiles = times(24 * 5).map((index) =>
    rect(
      (index % 24) * (width / 24) + 1,
      horizon * (0.42 + Math.floor(index / 24) * 0.078) + 1,
      width / 24 - 2,
      horizon * 0.078 - 2,
      lit("#eef3f1", light),
      { r: 1.4 }
    )
  )
  const cupboard = (x: number) =>
    rect(width * x, 0, width * 0.15, horizon * 0.36, doors, { r: 3, shading: "form" }) +
    rect(width * (x + 0.12), horizon * 0.2, 5, horizon * 0.09, "#e6e0d2", { r: 2 })
  const floor = times(9).map((index) =>
    stroke(
      `M${n((index / 8) * width)} ${n(horizon)}L${n((((index - 4) * 2.4) / 8 + 0.5) * width)} ${height}`,
      lit("#b9a58c", light),
      1.4
    )
  )
  return [
    band(canvas, 0, horizon, lit("#f2eadb", light), lit("#e6dcc8", light)),
    rect(0, horizon * 0.42, width, horizon * 0.4, lit("#cfdad6", light)),
    ...tiles,
    ...[0.28, 0.44, 0.6, 0.76].map(cupboard),
    band(canvas, horizon, height, lit("#d3bf9f", light), lit("#e3d2b5", light)),
    ...floor
  ].join("")
}

/** The top of a table that fills the picture from the horizon on, or all of it when the horizon is at the top. */
export const table: Backdrop = (canvas) => {
  const { height, horizon, light, random, width } = canvas
  const wood = lit(random.pick(["#b98555", "#a06d42", "#c99f6b", "#8f5f3f"]), light)
  const wall = horizon > 0 ? band(canvas, 0, horizon, lit("#7f8f86", light), lit("#a8b5a6", light)) + bokeh(canvas) : ""
  const planks = times(7).map((index) => {
    const [top, bottom] = [horizon + (index / 7) * (height - horizon), horizon + ((index + 1) / 7) * (height - horizon)]
    const grain = times(5).map(() => {
      const y = n(random.between(top + 4, bottom - 4))
      const x = random.between(0, width * 0.8)
      return stroke(
        `M${n(x)} ${y}q${n(width * 0.08)} ${n(random.between(-5, 5))} ${n(random.between(0.1, 0.26) * width)} 0`,
        darker(wood, 0.16),
        1.3,
        0.6
      )
    })
    return (
      rect(0, top, width, bottom - top + 1, index % 2 === 0 ? wood : lighter(wood, 0.06)) +
      stroke(`M0 ${n(bottom)}H${width}`, darker(wood, 0.3), 1.6) +
      grain.join("")
    )
  })
  return wall + planks.join("")
}

/** Lights out of focus. */
const bokeh = ({ horizon, random, width }: Canvas): Svg =>
  times(16)
    .map(
      () =>
        `<circle cx="${n(random.between(0, width))}" cy="${n(random.between(0, horizon))}" r="${n(random.between(0.012, 0.04) * width)}" fill="${random.pick(["#ffe9b8", "#ffffff", "#ffd0a0"])}" opacity="${n(random.between(0.1, 0.28))}"/>`
    )
    .join("")
