/** Hair and hats around a head. */
import type { Head } from "../../../domain/simulation/Figure.ts"
import { circle, darker, ellipse, n, path, rect, type Svg } from "./Svg.ts"
import { type Appearance, contrast } from "./Wardrobe.ts"

/** What hangs down behind the shoulders. */
export const down = (head: Head, { hair, hairstyle }: Appearance): Svg => {
  const { back, h, w, x, y } = measure(head)
  switch (hairstyle) {
    case "long": {
      const left = x - (0.62 - Math.max(0, -back) * 0.1) * w
      const right = x + (0.62 - Math.max(0, back) * 0.1) * w
      const d =
        head.turn === "front" || head.turn === "away"
          ? `M${n(left)} ${n(y)}C${n(left - 0.06 * w)} ${n(y + 0.5 * h)} ${n(left + 0.02 * w)} ${n(y + 0.75 * h)} ${n(left + 0.04 * w)} ${n(y + 0.86 * h)}` +
            `L${n(right - 0.04 * w)} ${n(y + 0.86 * h)}C${n(right - 0.02 * w)} ${n(y + 0.75 * h)} ${n(right + 0.06 * w)} ${n(y + 0.5 * h)} ${n(right)} ${n(y)}z`
          : `M${n(x)} ${n(y - 0.4 * h)}L${n(x - back * 0.1 * w)} ${n(y + 0.3 * h)}Q${n(x - back * 0.3 * w)} ${n(y + 0.8 * h)} ${n(x + back * 0.62 * w)} ${n(y + 0.84 * h)}` +
            `Q${n(x + back * 0.66 * w)} ${n(y + 0.2 * h)} ${n(x + back * 0.5 * w)} ${n(y - 0.1 * h)}z`
      return path(d, darker(hair, 0.12))
    }
    case "ponytail":
      return head.turn === "front"
        ? ""
        : path(
            `M${n(x + back * 0.42 * w)} ${n(y - 0.22 * h)}Q${n(x + back * 1.05 * w)} ${n(y - 0.2 * h)} ${n(x + back * 0.88 * w)} ${n(y + 0.7 * h)}` +
              `Q${n(x + back * 0.62 * w)} ${n(y + 0.4 * h)} ${n(x + back * 0.4 * w)} ${n(y + 0.1 * h)}z`,
            darker(hair, 0.1)
          )
    default:
      return ""
  }
}

/** What is seen around the head but covered by the face. */
export const behind = (head: Head, { hair, hairstyle }: Appearance): Svg => {
  const { back, h, w, x, y } = measure(head)
  switch (hairstyle) {
    case "curly":
      return [0, 1, 2, 3, 4, 5, 6]
        .map((index) => {
          const angle = Math.PI * (0.98 + index / 5.85)
          return circle(x + Math.cos(angle) * 0.44 * w, y - 0.05 * h + Math.sin(angle) * 0.4 * h, 0.2 * w, hair, "form")
        })
        .join("")
    case "bun":
      return circle(x + back * 0.42 * w, y - (back === 0 ? 0.52 : 0.34) * h, 0.22 * w, hair, "form")
    default:
      return ellipse(x, y - 0.03 * h, 0.56 * w, 0.53 * h, darker(hair, 0.1))
  }
}

/** What lies over the forehead and the sides, or covers the head from behind. */
export const onTop = (head: Head, worn: Appearance): Svg => {
  const { back, h, w, x, y } = measure(head)
  const { hair, hairstyle } = worn
  if (hairstyle === "cap" || hairstyle === "beanie") return hat(head, worn)
  if (head.turn === "away") return ellipse(x, y - 0.02 * h, 0.53 * w, 0.5 * h, hair, "form")
  if (back !== 0) {
    return path(
      `M${n(x - back * 0.44 * w)} ${n(y - 0.22 * h)}Q${n(x - back * 0.34 * w)} ${n(y - 0.57 * h)} ${n(x + back * 0.05 * w)} ${n(y - 0.55 * h)}` +
        `Q${n(x + back * 0.6 * w)} ${n(y - 0.5 * h)} ${n(x + back * 0.54 * w)} ${n(y + 0.22 * h)}` +
        `Q${n(x + back * 0.36 * w)} ${n(y + 0.3 * h)} ${n(x + back * 0.24 * w)} ${n(y + 0.18 * h)}` +
        `Q${n(x + back * 0.2 * w)} ${n(y - 0.12 * h)} ${n(x - back * 0.1 * w)} ${n(y - 0.24 * h)}z`,
      hair
    )
  }
  const parting = hairstyle === "side part" ? -0.22 : hairstyle === "short" ? 0.18 : 0.02
  return path(
    `M${n(x - 0.54 * w)} ${n(y + 0.04 * h)}C${n(x - 0.62 * w)} ${n(y - 0.42 * h)} ${n(x - 0.3 * w)} ${n(y - 0.57 * h)} ${n(x)} ${n(y - 0.57 * h)}` +
      `C${n(x + 0.3 * w)} ${n(y - 0.57 * h)} ${n(x + 0.62 * w)} ${n(y - 0.42 * h)} ${n(x + 0.54 * w)} ${n(y + 0.04 * h)}` +
      `Q${n(x + 0.46 * w)} ${n(y - 0.14 * h)} ${n(x + 0.4 * w)} ${n(y - 0.2 * h)}Q${n(x + (parting + 0.24) * w)} ${n(y - 0.22 * h)} ${n(x + parting * w)} ${n(y - 0.34 * h)}` +
      `Q${n(x + (parting - 0.1) * w)} ${n(y - 0.2 * h)} ${n(x - 0.42 * w)} ${n(y - 0.18 * h)}Q${n(x - 0.47 * w)} ${n(y - 0.12 * h)} ${n(x - 0.54 * w)} ${n(y + 0.04 * h)}z`,
    hair
  )
}

const hat = (head: Head, { hairstyle, top }: Appearance): Svg => {
  const { back, h, w, x, y } = measure(head)
  const color = hairstyle === "cap" ? contrast(top) : top
  const brim = y - 0.2 * h
  const dome = path(
    `M${n(x - 0.56 * w)} ${n(brim)}C${n(x - 0.58 * w)} ${n(y - 0.66 * h)} ${n(x + 0.58 * w)} ${n(y - 0.66 * h)} ${n(x + 0.56 * w)} ${n(brim)}z`,
    color
  )
  if (hairstyle === "beanie") {
    return (
      dome + rect(x - 0.58 * w, brim - 0.07 * h, 1.16 * w, 0.13 * h, contrast(color), { r: 0.05 * h, shading: "form" })
    )
  }
  if (head.turn === "away") return dome
  const peak =
    back === 0
      ? ellipse(x, brim + 0.01 * h, 0.5 * w, 0.08 * h, darker(color, 0.2))
      : path(
          `M${n(x - back * 0.2 * w)} ${n(brim - 0.05 * h)}L${n(x - back * 0.86 * w)} ${n(brim + 0.05 * h)}L${n(x - back * 0.2 * w)} ${n(brim + 0.05 * h)}z`,
          darker(color, 0.2)
        )
  return dome + peak
}

/** Short names for the head's measures; `back` is the direction of the back of the head: -1, 0 or 1. */
const measure = ({ center, height, turn, width }: Head) => ({
  ...center,
  w: width,
  h: height,
  back: turn === "right" ? -1 : turn === "left" ? 1 : 0
})
