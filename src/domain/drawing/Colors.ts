/** What has which color, wherever it is drawn: `#rrggbb`, for every concept and every detector of a picture. */
import type { Concept, ServiceId } from "../Identifiers.ts"

/** Bright enough to be seen on any picture, and far enough apart to be told from each other. */
const conceptColors = [
  "#f43f5e",
  "#3b82f6",
  "#22c55e",
  "#f97316",
  "#a855f7",
  "#06b6d4",
  "#eab308",
  "#ec4899",
  "#84cc16",
  "#6366f1",
  "#14b8a6",
  "#e879f9"
] as const

/** Light, so that they do not look like the color of a concept. */
const detectorColors = ["#38bdf8", "#f59e0b", "#e879f9", "#a3e635", "#fb7185", "#818cf8", "#2dd4bf", "#facc15"] as const

/**
 * Colors for the concepts of one image. A concept has the same color in every image, unless an earlier
 * concept of the list has it and another one is free.
 */
export const ofConcepts = (concepts: ReadonlyArray<Concept>): ReadonlyMap<Concept, string> => {
  const assigned = new Map<Concept, string>()
  const free = new Set<string>(conceptColors)
  for (const concept of concepts) {
    if (assigned.has(concept)) continue
    const wished = hash(concept) % conceptColors.length
    const order = [...conceptColors.slice(wished), ...conceptColors.slice(0, wished)]
    const color = order.find((candidate) => free.has(candidate)) ?? order[0]!
    free.delete(color)
    assigned.set(concept, color)
  }
  return assigned
}

/** A color for each detector, by its place among all of them. */
export const ofDetectors = (detectors: ReadonlyArray<ServiceId>): ReadonlyMap<ServiceId, string> =>
  new Map(detectors.map((service, i) => [service, detectorColors[i % detectorColors.length]!]))

/**
 * The color of text, near-black or white, that is easier to read on a color.
 *
 * @see WCAG 2.2, "relative luminance": above 0.179 black has the higher contrast; white is kept a little longer, because
 * bold white on a saturated color reads well
 */
export const textOn = (color: string): "#111111" | "#ffffff" => (luminance(color) > 0.3 ? "#111111" : "#ffffff")

const luminance = (color: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}
