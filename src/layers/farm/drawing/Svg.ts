/** Building blocks of drawings, as strings of SVG. Lengths are in the units of the surrounding drawing. */

export type Svg = string

interface Point {
  readonly x: number
  readonly y: number
}

/** Fills that any shape can lay over its color; each fits itself to the shape. */
export const definitions: Svg = `<defs>
<linearGradient id="form" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".22"/><stop offset=".45" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000a2a" stop-opacity=".24"/></linearGradient>
<linearGradient id="side" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#fff" stop-opacity=".2"/><stop offset=".5" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000a2a" stop-opacity=".24"/></linearGradient>
<radialGradient id="ball" cx=".36" cy=".3" r=".75"><stop offset="0" stop-color="#fff" stop-opacity=".5"/><stop offset=".45" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000a2a" stop-opacity=".38"/></radialGradient>
<radialGradient id="shadow"><stop offset="0" stop-color="#000a2a" stop-opacity=".42"/><stop offset=".6" stop-color="#000a2a" stop-opacity=".2"/><stop offset="1" stop-color="#000a2a" stop-opacity="0"/></radialGradient>
<radialGradient id="glow"><stop offset="0" stop-color="#fff2c4" stop-opacity=".95"/><stop offset=".35" stop-color="#ffd98a" stop-opacity=".4"/><stop offset="1" stop-color="#ffd98a" stop-opacity="0"/></radialGradient>
<linearGradient id="glass" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".75"/><stop offset=".5" stop-color="#fff" stop-opacity=".12"/><stop offset="1" stop-color="#fff" stop-opacity=".4"/></linearGradient>
</defs>`

/** A path in one color, modeled with light from above (`form`), from the left (`side`) or as a `ball`; or `flat`. */
export const path = (d: string, fill: string, shading: "form" | "side" | "ball" | "flat" = "form"): Svg =>
  shading === "flat"
    ? `<path d="${d}" fill="${fill}"/>`
    : `<path d="${d}" fill="${fill}"/><path d="${d}" fill="url(#${shading})"/>`

export const ellipse = (
  cx: number,
  cy: number,
  rx: number,
  ry: number,
  fill: string,
  shading: "form" | "side" | "ball" | "flat" = "flat"
): Svg => {
  const d = `M${n(cx - rx)} ${n(cy)}a${n(rx)} ${n(ry)} 0 1 1 ${n(2 * rx)} 0a${n(rx)} ${n(ry)} 0 1 1 ${n(-2 * rx)} 0z`
  return path(d, fill, shading)
}

export const circle = (
  cx: number,
  cy: number,
  r: number,
  fill: string,
  shading: "form" | "side" | "ball" | "flat" = "flat"
): Svg => ellipse(cx, cy, r, r, fill, shading)

/** A rectangle with corners of radius `r`. */
export const rect = (
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string,
  { r = 0, shading = "flat" }: { readonly r?: number; readonly shading?: "form" | "side" | "flat" } = {}
): Svg => {
  const element = (fill: string) =>
    `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${n(r)}" fill="${fill}"/>`
  return shading === "flat" ? element(fill) : element(fill) + element(`url(#${shading})`)
}

/** A line with round ends and joints. */
export const stroke = (d: string, color: string, width: number, opacity = 1): Svg =>
  `<path d="${d}" fill="none" stroke="${color}" stroke-width="${n(width)}" stroke-linecap="round" stroke-linejoin="round"${
    opacity === 1 ? "" : ` stroke-opacity="${opacity}"`
  }/>`

export const polygon = (points: ReadonlyArray<Point>): string =>
  `M${points.map(({ x, y }) => `${n(x)} ${n(y)}`).join("L")}z`

/** The outline of a limb between two joints with a radius at each. */
export const taper = (from: Point, fromRadius: number, to: Point, toRadius: number): string => {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1
  const [nx, ny] = [-(to.y - from.y) / length, (to.x - from.x) / length]
  const at = (point: Point, radius: number) => `${n(point.x + nx * radius)} ${n(point.y + ny * radius)}`
  return (
    `M${at(from, fromRadius)}A${n(fromRadius)} ${n(fromRadius)} 0 0 1 ${at(from, -fromRadius)}` +
    `L${at(to, -toRadius)}A${n(toRadius)} ${n(toRadius)} 0 0 1 ${at(to, toRadius)}z`
  )
}

export const group = (transform: string, ...content: ReadonlyArray<Svg>): Svg =>
  `<g transform="${transform}">${content.join("")}</g>`

/** A color between two, `share` of the way from the first to the second. Colors are `#rrggbb`. */
export const mix = (from: string, to: string, share: number): string => {
  const channel = (color: string, at: number) => Number.parseInt(color.slice(at, at + 2), 16)
  const mixed = [1, 3, 5].map((at) => Math.round(channel(from, at) * (1 - share) + channel(to, at) * share))
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`
}

export const darker = (color: string, share = 0.25): string => mix(color, "#10142e", share)
export const lighter = (color: string, share = 0.25): string => mix(color, "#ffffff", share)

/** A number as short as drawings need it. */
export const n = (value: number): string => String(Math.round(value * 100) / 100)
