/** Names of the boxes, beside them and not on each other where that can be. */
import type { BoundingBox } from "../../domain/BoundingBox.ts"
import type { Concept } from "../../domain/Identifiers.ts"
import type { MergedBox } from "../../domain/MergedBox.ts"
import * as Colors from "../../domain/drawing/Colors.ts"
import * as LabelPlacement from "../../domain/drawing/LabelPlacement.ts"
import { share } from "../../domain/Wording.ts"

/** CSS pixels. */
const fontSize = 12
const padding = 4

export interface LabelsProps {
  readonly boxes: ReadonlyArray<MergedBox>
  /** Image pixels per CSS pixel. */
  readonly unit: number
  readonly within: Pick<BoundingBox, "width" | "height">
  readonly active: MergedBox | undefined
  readonly colors: ReadonlyMap<Concept, string>
}

/** How many times as wide as its box a name may be: where boxes are smaller, names would hide what they name. */
const widest = 2.5

export const Labels = ({ active, boxes, colors, unit, within }: LabelsProps) => {
  const labels = boxes
    .map(({ box, id }) => {
      const text = `${box.label} ${share(box.evidence)}`
      const width = Math.min(within.width, (textWidth(text) + 2 * padding) * unit)
      const isActive = id === active?.id
      const color = colors.get(box.concept)!
      return { id, text, isActive, color, box: box.box, width, height: (fontSize + 2 * padding - 2) * unit }
    })
    .filter(({ box, isActive, width }) => isActive || width <= widest * box.width)
    .filter(({ isActive }, i) => isActive || i < LabelPlacement.most)
  const spots = LabelPlacement.place(labels, within)
  return (
    <g class="labels" aria-hidden="true">
      {labels.map(({ color, height, id, isActive, text, width }, i) => {
        const { x, y } = spots[i]!
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

/** CSS pixels. */
const textWidth = (text: string): number => {
  pen.font = `500 ${fontSize}px Inter, system-ui, sans-serif`
  return pen.measureText(text).width
}
