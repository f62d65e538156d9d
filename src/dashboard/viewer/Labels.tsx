/** Names beside what they name, and not on each other where that can be. */
import { type ImageBox, intersectionArea } from "../../domain/BoundingBox.ts"
import * as Colors from "../../domain/drawing/Colors.ts"
import * as LabelPlacement from "../../domain/drawing/LabelPlacement.ts"

/** CSS pixels. */
const fontSize = 12
const padding = 4

/** A name of something that is drawn. */
export interface Name {
  readonly id: string
  readonly text: string
  readonly color: string
  readonly box: ImageBox
}

export interface LabelsProps {
  /** The best first. */
  readonly names: ReadonlyArray<Name>
  /** What is seen of the picture. */
  readonly seen: ImageBox
  /** Image pixels per CSS pixel. */
  readonly unit: number
  /** What is always named. */
  readonly active: string | undefined
}

/** How many times as wide as its box a name may be: where boxes are smaller, names would hide what they name. */
const widest = 2.5

/** Names that are looked for a place at once. With more, nothing could be read, and moving would not be smooth. */
const most = 120

export const Labels = ({ active, names, seen, unit }: LabelsProps) => {
  const height = (fontSize + 2 * padding - 2) * unit
  const labels = names
    .filter(({ box, id }) => id === active || intersectionArea(box, seen) > 0)
    .filter(({ box, id }) => id === active || leastWidth * unit <= widest * box.width)
    .map(({ box, color, id, text }) => {
      const width = Math.min(seen.width, (textWidth(text) + 2 * padding) * unit)
      return { id, text, isActive: id === active, color, box, width, height }
    })
    .filter(({ box, isActive, width }) => isActive || width <= widest * box.width)
    .filter(({ isActive }, i) => isActive || i < most)
  const inView = labels.map((label) => ({
    ...label,
    box: { ...label.box, x: label.box.x - seen.x, y: label.box.y - seen.y }
  }))
  const spots = LabelPlacement.place(inView, seen)
  return (
    <g class="labels" aria-hidden="true">
      {labels.map(({ color, id, isActive, text, width }, i) => {
        const [x, y] = [spots[i]!.x + seen.x, spots[i]!.y + seen.y]
        return (
          <g key={id} class={isActive ? "label active" : "label"}>
            <rect x={x} y={y} width={width} height={height} rx={3 * unit} fill={color} />
            <text
              x={x + padding * unit}
              y={y + height - (padding + 0.5) * unit}
              font-size={fontSize * unit}
              fill={Colors.textOn(color)}
            >
              {text}
            </text>
          </g>
        )
      })}
    </g>
  )
}

const pen = document.createElement("canvas").getContext("2d")!

const widths = new Map<string, number>()

/** CSS pixels. */
const textWidth = (text: string): number => {
  const known = widths.get(text)
  if (known !== undefined) return known
  pen.font = `500 ${fontSize}px Inter, system-ui, sans-serif`
  const { width } = pen.measureText(text)
  widths.set(text, width)
  return width
}

/** No name is narrower: what is too small for it needs not be measured. CSS pixels. */
const leastWidth = 20
