/** What was found in one image, as a compact block of lines for the terminal. */
import type { Candidate } from "../../domain/Consensus.ts"
import { count, grouped, listed, share } from "../../domain/Wording.ts"
import { type BoxFindings, type ImageFindings, isTentative, people } from "./ImageFindings.ts"
import { type ColorDepth, fit, type Line, line, span, toAnsi, truncate, width } from "./TerminalText.ts"

/** The width of the names on the left of a block. */
export const margin = 12

/** The lines of one image, in which `width` columns are to be filled. */
export const lines = (
  image: ImageFindings,
  { color, width }: { readonly width: number; readonly color: ColorDepth }
): ReadonlyArray<Line> => [
  line(span(image.filename, { bold: true })),
  ...block("boxes", boxItems(image.boxes), width),
  ...block("consensus", (image.consensus?.votes.consensus ?? []).map(candidateItem), width),
  ...block("seen", specialItems(image), width),
  ...block("colors", paletteItems(image.boxes, color), width),
  ...block("failed", failureItems(image), 0),
  ...block(
    "waiting",
    image.owed.map((service) => line(span(service, { color: "yellow" }))),
    width
  )
]

/** Items right of the name, as many in a line as `size` columns hold; one in each when they hold none. */
const block = (name: string, items: ReadonlyArray<Line>, size: number): ReadonlyArray<Line> => {
  const lines: Array<Line> = []
  for (const item of items) {
    const last = lines.at(-1)
    if (last === undefined) lines.push(line(...fit(line(span(`  ${name}`, gray)), margin), ...item))
    else if (width(last) + 2 + width(item) <= size) lines[lines.length - 1] = [...last, span("  "), ...item]
    else lines.push(line(" ".repeat(margin), ...item))
  }
  return lines
}

/**
 * `person ×2 0.97 [rtdetr yolov8]`: boxes of a concept that the same services agree on, with the best confidence, and
 * who of the others could not be understood.
 */
const boxItems = (boxes: ReadonlyArray<BoxFindings>): ReadonlyArray<Line> => {
  const groups = new Map<string, Array<BoxFindings>>()
  for (const box of boxes.filter((box) => !isTentative(box))) {
    const key = [box.concept, ...box.services, "not", ...(box.unread ?? [])].join(" ")
    groups.set(key, [...(groups.get(key) ?? []), box])
  }
  const tentative = boxes.filter(isTentative).length
  return [
    ...[...groups.values()].map((group) => {
      const box = group[0]!
      const best = Math.max(...group.map(({ confidence }) => confidence))
      return line(
        span(box.concept, { color: "cyan" }),
        group.length > 1 ? ` ×${group.length}` : "",
        ` ${share(best)} `,
        span(`[${box.services.join(" ")}]`, gray),
        box.unread === undefined ? undefined : span(` (${listed(box.unread)} not understood)`, gray)
      )
    }),
    ...(tentative > 0 ? [line(span(`${grouped(tentative)} tentative`, gray))] : [])
  ]
}

const candidateItem = (candidate: Candidate, index: number): Line =>
  line(
    candidate.emoji === undefined ? undefined : `${candidate.emoji} `,
    candidate.concept,
    span(index === 0 ? ` ${count(candidate.votes, "vote")}` : ` ${candidate.votes}`, gray),
    candidate.shiny === true ? span(" ✨", { color: "yellow" }) : undefined
  )

const specialItems = (findings: ImageFindings): ReadonlyArray<Line> => {
  const { consensus } = findings
  if (consensus === undefined) return []
  const { faces, poses } = people(findings)
  const { face, nsfw, pose, text } = consensus.special
  return [
    ...(text.detected ? [line(`text “${shortened(text.content ?? "")}”`)] : []),
    ...(face.detected ? [line(count(faces.length || face.sightings.length, "face"))] : []),
    ...(pose.detected ? [line(count(poses.length || pose.sightings.length, "pose"))] : []),
    ...(nsfw.detected ? [line(span("not safe for work", { color: "magenta" }))] : [])
  ]
}

const shortened = (text: string): string => toAnsi(truncate(line(text), 40), 1)

/** The colors of the confirmed boxes: as colors where the terminal can show them, else by name. */
const paletteItems = (boxes: ReadonlyArray<BoxFindings>, color: ColorDepth): ReadonlyArray<Line> =>
  boxes
    .filter((box) => !isTentative(box))
    .flatMap(({ concept, palettes }) => {
      const colors = palettes.flatMap((palette) => palette.colors).slice(0, color < 8 ? 3 : 6)
      if (colors.length === 0) return []
      const shown =
        color < 8
          ? [span(` ${colors.map(({ hex, name }) => name ?? hex).join(", ")}`, gray)]
          : [span(" "), ...colors.map(({ hex }) => span("  ", { background: hex }))]
      return [line(concept, ...shown)]
    })
    .slice(0, 6)

const failureItems = ({ failures }: ImageFindings): ReadonlyArray<Line> =>
  failures.map((failure) =>
    line(
      span(failure.service, { color: "red" }),
      failure.box === undefined ? "" : ` on ${failure.box}`,
      span(` (${failure.class}): `, gray),
      failure.reason
    )
  )

const gray = { color: "gray" } as const
