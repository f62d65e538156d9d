/** What does not compete: captions, text, faces, poses, what is not safe for work, and the colors of the image. */
import type { ComponentChildren } from "preact"
import type { Palette as Colors } from "../../domain/Enrichment.ts"
import { Palette } from "../parts/Palette.tsx"
import type { Frame } from "./Replay.ts"

export interface RemarksProps {
  readonly frame: Frame
  /** The colors of the whole image. */
  readonly palettes: ReadonlyArray<Colors>
  /** Poses that are drawn. The vote does not know the size of the image, and may count one of the image and one of a crop apart. */
  readonly poses: number
}

export const Remarks = ({ frame, palettes, poses }: RemarksProps) => {
  const { face, nsfw, pose, text } = frame.consensus.special
  const captions = frame.observation.image.flatMap(({ reply, service }) =>
    reply.predictions.flatMap((prediction) =>
      prediction._tag === "Caption" ? [{ service: service.id, text: prediction.text }] : []
    )
  )
  const channels = [
    text.detected && <Remark key="text" emoji={text.emoji} name="Text" content={<q>{text.content}</q>} />,
    face.detected && <Remark key="face" emoji={face.emoji} name="Faces" content={face.sightings.length} />,
    pose.detected && (
      <Remark key="pose" emoji="🤸" name="Poses" content={poses === 0 ? pose.sightings.length : poses} />
    ),
    nsfw.detected && <Remark key="nsfw" emoji={nsfw.emoji} name="Not safe for work" content={undefined} />
  ].filter((channel) => channel !== false)
  if (captions.length + channels.length + palettes.length === 0) return null
  return (
    <section class="card remarks" aria-labelledby="remarks">
      <h2 id="remarks">Also found</h2>
      {captions.map(({ service, text: words }) => (
        <blockquote key={service + words}>
          {words} <cite>{service}</cite>
        </blockquote>
      ))}
      <ul>{channels}</ul>
      {palettes.map((palette, i) => (
        <Palette key={i} palette={palette} most={12} />
      ))}
    </section>
  )
}

const Remark = ({
  content,
  emoji,
  name
}: {
  readonly emoji: string | undefined
  readonly name: string
  readonly content: ComponentChildren
}) => (
  <li>
    <span aria-hidden="true">{emoji}</span> {name}
    {content !== undefined && <>: {content}</>}
  </li>
)
