/** The palette that the color service finds in the pixels it receives. */
import type { JsonObject } from "../http/Envelope.ts"
import * as Markers from "./Markers.ts"
import type { Pixels } from "../http/Pictures.ts"

/**
 * One prediction: the most frequent color, and the palette of up to eight, each as the nearest marker.
 *
 * `hex` is the marker's color, not the pixels'; colors that share a marker are one entry.
 */
export const predictions = (pixels: Pixels): ReadonlyArray<JsonObject> => {
  const found = meanColors(pixels).slice(0, maximumColors).map(Markers.nearest)
  const palette = [...new Map(found.map((marker) => [marker.hex, marker])).values()]
  const [primary] = palette
  if (primary === undefined) return []
  return [
    {
      primary: { hex: primary.hex, temperature: primary.temperature, copic: primary.name },
      palette: {
        temperature: majority(palette),
        colors: palette.map(({ hex, name, temperature }) => ({ copic: name, hex, temperature }))
      }
    }
  ]
}

const maximumColors = 8

/** Warm or cool, whichever more colors of the palette are; neutral when as many are the one as the other. */
const majority = (palette: ReadonlyArray<Markers.Marker>): Markers.Marker["temperature"] => {
  const count = (temperature: string) => palette.filter((marker) => marker.temperature === temperature).length
  const lead = count("warm") - count("cool")
  return lead > 0 ? "warm" : lead < 0 ? "cool" : "neutral"
}

/**
 * The mean colors of the 27 cells that thirds of each channel make, most frequent first.
 *
 * Looks at no more than about 65,536 pixels, evenly spread.
 *
 * @see https://github.com/LanceGin/haishoku for the grouping the service uses
 */
const meanColors = ({ data }: Pixels): ReadonlyArray<Markers.Rgb> => {
  const step = 3 * Math.max(1, Math.round(data.length / 3 / 65_536))
  const cells = Array.from({ length: 27 }, () => ({ count: 0, red: 0, green: 0, blue: 0 }))
  for (let at = 0; at + 2 < data.length; at += step) {
    const [red = 0, green = 0, blue = 0] = [data[at], data[at + 1], data[at + 2]]
    const cell = cells[third(red) * 9 + third(green) * 3 + third(blue)]
    if (cell === undefined) continue
    cell.count++
    cell.red += red
    cell.green += green
    cell.blue += blue
  }
  return cells
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ blue, count, green, red }) => [red / count, green / count, blue / count])
}

/** Which third of a channel's range a value lies in. */
const third = (value: number): number => Math.min(2, Math.floor(value / 85))
