/** What was learned from the crops of the boxes. */
import { useSignal } from "@preact/signals"
import { useContext } from "preact/hooks"
import type { Enrichment } from "../../domain/Enrichment.ts"
import type { MergedBox } from "../../domain/MergedBox.ts"
import type { Image } from "../../domain/archive/Image.ts"
import { Palette } from "../parts/Palette.tsx"
import { type Picture, Pictures } from "../parts/Picture.ts"
import { People } from "./People.tsx"
import type { Frame } from "./Replay.ts"

/** Crops that are shown until all are asked for. */
const most = 16

export interface EnrichmentsProps {
  readonly image: Image
  readonly picture: Picture | undefined
  readonly frame: Frame
}

export const Enrichments = ({ frame, image, picture }: EnrichmentsProps) => {
  const learned = image.boxes.flatMap((box) => {
    const about = frame.enrichments.filter(({ boxId }) => boxId === box.id)
    return about.length === 0 ? [] : [{ box, about }]
  })
  const isWhole = useSignal(false)
  if (learned.length === 0) return null
  const shown = isWhole.value ? learned : learned.slice(0, most)
  return (
    <section class="card enrichments" aria-labelledby="crops">
      <h2 id="crops">Crops</h2>
      <ul>
        {shown.map(({ about, box }) => (
          <Crop key={box.id} image={image} picture={picture} box={box} about={about} />
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
  readonly picture: Picture | undefined
  readonly box: MergedBox
  readonly about: ReadonlyArray<Enrichment>
}

const Crop = ({ about, box, image, picture }: CropProps) => {
  const { crop } = useContext(Pictures)
  const { height, width, x, y } = about[0]!.region
  const faces = about.reduce((sum, each) => sum + each.faces.length, 0)
  const poses = about.reduce((sum, each) => sum + each.poses.length, 0)
  const palette = about.flatMap(({ palettes }) => palettes)[0]
  return (
    <li class={box.status}>
      <svg viewBox={`${x} ${y} ${width} ${height}`} role="img" aria-label={`Crop of ${box.label}`}>
        {crop !== undefined ? (
          <image href={crop(image.id, box.id)} {...{ x, y, width, height }} />
        ) : picture !== undefined ? (
          <image href={picture.url} width={picture.width} height={picture.height} preserveAspectRatio="none" />
        ) : null}
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
      {palette !== undefined && <Palette palette={palette} most={8} />}
    </li>
  )
}
