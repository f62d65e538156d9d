/** What was learned from the crops of the boxes. */
import { useSignal } from "@preact/signals"
import type { Image } from "../../domain/archive/Image.ts"
import type { Enrichment } from "../../domain/Enrichment.ts"
import type { MergedBox } from "../../domain/MergedBox.ts"
import { address } from "../Client.ts"
import { People } from "./People.tsx"
import type { Frame } from "./Replay.ts"

/** Crops that are shown until somebody wants to see all. */
const most = 16

export const Enrichments = ({ frame, image }: { readonly image: Image; readonly frame: Frame }) => {
  const learned = image.boxes.flatMap((merged) => {
    const about = frame.enrichments.filter(({ boxId }) => boxId === merged.id)
    return about.length === 0 ? [] : [{ merged, about }]
  })
  const isWhole = useSignal(false)
  if (learned.length === 0) return null
  const shown = isWhole.value ? learned : learned.slice(0, most)
  return (
    <section class="card enrichments" aria-labelledby="crops">
      <h2 id="crops">Crops</h2>
      <ul>
        {shown.map(({ about, merged }) => (
          <Crop key={merged.id} image={image} merged={merged} about={about} />
        ))}
      </ul>
      {shown.length < learned.length && (
        <button type="button" onClick={() => (isWhole.value = true)}>
          Show all {learned.length}
        </button>
      )}
    </section>
  )
}

interface CropProps {
  readonly image: Image
  readonly merged: MergedBox
  readonly about: ReadonlyArray<Enrichment>
}

const Crop = ({ about, image, merged: { box, id } }: CropProps) => {
  const { height, width, x, y } = about[0]!.region
  const faces = about.reduce((sum, each) => sum + each.faces.length, 0)
  const poses = about.reduce((sum, each) => sum + each.poses.length, 0)
  const palette = about.flatMap(({ palettes }) => palettes)[0]
  return (
    <li class={box.status}>
      <svg viewBox={`${x} ${y} ${width} ${height}`} role="img" aria-label={`Crop of ${box.label}`}>
        <image href={address(`images/${image.id}/crops/${encodeURIComponent(id)}`)} {...{ x, y, width, height }} />
        <People enrichments={about} />
      </svg>
      <b>
        {box.emoji} {box.label}
      </b>
      <small>
        {box.status === "tentative" && "outvoted · "}
        {about.map(({ service }) => service).join(", ")}
        {faces > 0 && ` · ${faces === 1 ? "a face" : `${faces} faces`}`}
        {poses > 0 && " · pose"}
      </small>
      {palette !== undefined && (
        <span class="palette">
          {palette.colors.slice(0, 6).map(({ hex, name }, i) => (
            <i key={i} style={{ background: hex }} title={name === undefined ? hex : `${name} ${hex}`} />
          ))}
        </span>
      )}
    </li>
  )
}
