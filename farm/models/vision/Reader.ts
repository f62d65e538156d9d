/** The text in a picture, line by line. */
import * as Characters from "../decoding/Characters.ts"
import * as TextLines from "../decoding/TextLines.ts"
import { mentions } from "./Mentions.ts"
import type { Network } from "./Network.ts"
import * as Picture from "./Picture.ts"

const settings = {
  /** Longest side of the picture that lines are searched in, in pixels. */
  longest: 960,
  /** Sides of the searched picture are multiples of it. */
  multiple: 32,
  /** Height of a line as the reader wants it, in pixels. */
  lineHeight: 48,
  /** Widest line the reader is given; longer ones are pressed. */
  lineWidth: 1920,
  /** Least confidence and least letters or digits of a line that counts. */
  confidence: 0.7,
  letters: 2
}

export interface Networks {
  readonly lines: Network
  readonly characters: Network
  readonly alphabet: ReadonlyArray<string>
}

/** The one prediction of a reply. Regions are axis-aligned, from top to bottom. */
export const predictions = async ({ alphabet, characters, lines }: Networks, picture: Picture.Picture) => {
  const scale = Math.min(1, settings.longest / Math.max(picture.width, picture.height))
  const whole = (length: number) => Math.max(1, Math.round(length * scale))
  const padded = (length: number) => settings.multiple * Math.ceil(length / settings.multiple)
  const placement = { left: 0, top: 0, width: whole(picture.width), height: whole(picture.height) }
  const size = { width: padded(placement.width), height: padded(placement.height) }
  const input = Picture.planar(await Picture.place(picture, placement, size), imageNet)
  const [map] = Object.values(await lines(input, [1, 3, size.height, size.width]))
  const regions = []
  for (const { area } of TextLines.decode({ ...size, values: map!.values })) {
    const { height, values, width } = straighten(picture, area, placement)
    const [likelihoods] = Object.values(await characters(values, [1, 3, height, width]))
    const { confidence, text } = Characters.decode(likelihoods!.values, alphabet)
    const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0
    if (letters < settings.letters || confidence < settings.confidence) continue
    regions.push({
      text: text.trim(),
      confidence: Math.round(confidence * 1000) / 1000,
      bbox: boundsOf(area, placement, picture.full)
    })
  }
  const text = regions.map((region) => region.text).join(" ")
  const hasText = text.length >= 3
  return [
    {
      text,
      emoji: hasText ? "💬" : "",
      has_text: hasText,
      text_regions: regions,
      emoji_mappings: hasText ? mentions(text) : []
    }
  ]
}

const imageNet = Picture.standardized([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])

/** The pixels of a line, turned and scaled as the reader wants them: channel by channel, from -1 to 1. */
const straighten = (picture: Picture.Picture, area: TextLines.Tilted, placement: Picture.Placement) => {
  const height = settings.lineHeight
  const natural = Math.round((area.length / area.thickness) * height)
  const width = Math.min(settings.lineWidth, Math.max(height, natural))
  const values = new Float32Array(3 * width * height)
  const [scaleX, scaleY] = [picture.width / placement.width, picture.height / placement.height]
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < Math.min(width, Math.max(1, natural)); column++) {
      const { x, y } = TextLines.pointIn(
        area,
        (column + 0.5) / Math.min(width, Math.max(1, natural)),
        (row + 0.5) / height
      )
      for (let channel = 0; channel < 3; channel++) {
        const value = sample(picture, x * scaleX - 0.5, y * scaleY - 0.5, 2 - channel)
        values[(channel * height + row) * width + column] = value / 127.5 - 1
      }
    }
  }
  return { values, width, height }
}

/** The picture between its pixels: the mean of the four around, weighted by nearness. Beyond its edges it goes on. */
const sample = ({ data, height, width }: Picture.Picture, x: number, y: number, channel: number): number => {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [u, v] = [x - left, y - top]
  const at = (column: number, row: number) => data[3 * (clamp(row, height) * width + clamp(column, width)) + channel]!
  return (
    (1 - v) * ((1 - u) * at(left, top) + u * at(left + 1, top)) +
    v * ((1 - u) * at(left, top + 1) + u * at(left + 1, top + 1))
  )
}

const clamp = (index: number, count: number): number => Math.min(count - 1, Math.max(0, index))

const boundsOf = (area: TextLines.Tilted, placement: Picture.Placement, full: Picture.Size) => {
  const corners = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1]
  ].map(([along = 0, across = 0]) => Picture.pointInPicture(TextLines.pointIn(area, along, across), placement, full))
  const bound = (values: ReadonlyArray<number>, limit: number) => {
    const from = Math.max(0, Math.round(Math.min(...values)))
    return [from, Math.max(1, Math.min(limit, Math.round(Math.max(...values))) - from)] as const
  }
  const [x, width] = bound(
    corners.map((corner) => corner.x),
    full.width
  )
  const [y, height] = bound(
    corners.map((corner) => corner.y),
    full.height
  )
  return { x, y, width, height }
}
