/** One image of the list, with the boxes that the detectors agree on. */
import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import * as Concept from "../../domain/Concept.ts"
import * as Colors from "../../domain/drawing/Colors.ts"
import { type ImageSummary, progressInWords } from "../../domain/archive/Image.ts"
import { Bar } from "../parts/Bar.tsx"
import { type PictureSize, usePicture } from "../parts/Picture.ts"
import { route } from "../Route.ts"
import { imageHref } from "../Routes.ts"

/** Findings that are named on a tile. */
const most = 6

export interface TileProps {
  readonly image: ImageSummary
  /** How large the picture is, and when it may be loaded; large, and when it is nearly seen, where nothing is said. */
  readonly pictures?: { readonly size: PictureSize; readonly isStill: ReadonlySignal<boolean> }
  /** Present where images can be selected. `isRange`: all from the one before up to this. */
  readonly selection?: {
    readonly isSelected: boolean
    readonly onSelect: (isOn: boolean, isRange: boolean) => void
  }
}

export const Tile = ({ image, pictures, selection }: TileProps) => {
  const tile = useRef<HTMLLIElement>(null)
  /** What is loaded once is kept. */
  const isWanted = useSignal(false)
  useSignalEffect(() => {
    if (pictures?.isStill.value) isWanted.value = true
  })
  useEffect(() => {
    if (pictures !== undefined) return
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return
        isWanted.value = true
        observer.disconnect()
      },
      { rootMargin: "300px" }
    )
    observer.observe(tile.current!)
    return () => observer.disconnect()
  }, [])
  const picture = usePicture(image.id, pictures?.size ?? 640, isWanted.value).value
  const boxes = image.boxes.filter(({ status }) => status === "confirmed")
  const colors = Colors.ofConcepts(image.boxes.map(({ concept }) => concept))
  const names = image.findings.slice(0, most)
  return (
    <li ref={tile} class="card tile" data-image={image.id}>
      {selection !== undefined && (
        <label class="select">
          <input
            type="checkbox"
            aria-label={`Select ${image.filename}`}
            checked={selection.isSelected}
            onClick={(event) => selection.onSelect(event.currentTarget.checked, event.shiftKey)}
          />
        </label>
      )}
      <a href={imageHref(image.id, route.value.query)}>
        <div class="view">
          {picture === "failed" && <p class="soft">The picture cannot be read</p>}
          {picture !== undefined && picture !== "failed" && (
            <svg
              viewBox={`0 0 ${picture.width} ${picture.height}`}
              preserveAspectRatio="xMidYMid meet"
              aria-hidden="true"
            >
              <image href={picture.url} width={picture.width} height={picture.height} preserveAspectRatio="none" />
              {boxes.toReversed().map(({ box, concept, id }) => (
                <g key={id}>
                  <rect class="halo" {...box} />
                  <rect class="box" {...box} stroke={colors.get(concept)} />
                </g>
              ))}
            </svg>
          )}
          {image.status !== "done" && <span class="badge state">{progressInWords(image)}</span>}
          {image.failed > 0 && <span class="badge lost">{image.failed} failed</span>}
        </div>
        <div class="caption">
          <b>{image.filename}</b>
          <span class="findings">
            {names.length === 0 && <span class="soft">{image.status === "done" ? "nothing agreed on" : "…"}</span>}
            {names.map(({ concept, emoji }) => (
              <span key={concept} title={concept}>
                {emoji ?? Concept.emojiOf(concept) ?? ""} {concept}
              </span>
            ))}
          </span>
        </div>
        {image.status !== "done" && (
          <Bar label={`Answers about ${image.filename}`} total={image.requested} done={image.answered} />
        )}
      </a>
    </li>
  )
}
