/** Names of the boxes, beside them and not on each other where that can be. */
import type { BoundingBox } from "../../domain/BoundingBox.ts"
import * as LabelPlacement from "../../domain/drawing/LabelPlacement.ts"
import type { MergedBox } from "../../domain/MergedBox.ts"
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
}

/** How many times as wide as its box a name may be: where boxes are smaller, names would hide what they name. */
const widest = 2.5

export const Labels = ({ active, boxes, unit, within }: LabelsProps) => {
  const labels = boxes
    .map(({ box, id }) => {
      const text = `${box.label} ${share(box.evidence)}`
      const width = Math.min(within.width, (textWidth(text) + 2 * padding) * unit)
      const isActive = id === active?.id
      return { id, text, isActive, box: box.box, width, height: (fontSize + 2 * padding - 2) * unit }
    })
    .filter(({ box, isActive, width }) => isActive || width <= widest * box.width)
  const spots = LabelPlacement.place(labels, within)
  return (
    <g class="labels" aria-hidden="true">
      {labels.map(({ height, id, isActive, text, width }, i) => {
        const { x, y } = spots[i]!
        return (
          <g key={id} class={isActive ? "label active" : "label"}>
            <rect x={x} y={y} width={width} height={height} rx={3 * unit} />
            <text x={x + padding * unit} y={y + height - (padding + 0.5) * unit} font-size={fontSize * unit}>
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
