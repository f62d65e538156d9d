/** What the OCR service reads. */
import * as BoundingBox from "#domain/BoundingBox"
import type { JsonObject } from "../../http/Envelope.ts"
import * as Random from "../Random.ts"
import * as View from "../View.ts"
import { decimals, logistic } from "./Numbers.ts"
import * as Words from "./Words.ts"

/** The reply about a picture without text. */
export const nothing: JsonObject = { text: "", emoji: "", has_text: false, text_regions: [], emoji_mappings: [] }

/** The one prediction of the reply. Regions are read from top to bottom and from left to right. */
export const predictions = (view: View.View): ReadonlyArray<JsonObject> => {
  const regions = writings(view)
    .flatMap((writing, index) => read(view, writing, Random.make("ocr", view.scene.name, index, writing.text)))
    .toSorted((a, b) =>
      BoundingBox.byPosition({ ...a.bbox, x: a.bbox.y, y: a.bbox.x }, { ...b.bbox, x: b.bbox.y, y: b.bbox.x })
    )
  const text = regions.map((region) => region.text).join(" ")
  const hasText = text.trim().length >= 3
  return [
    hasText
      ? { text, emoji: "💬", has_text: true, text_regions: regions, emoji_mappings: mappings(text) }
      : { ...nothing, text, text_regions: regions }
  ]
}

interface Writing {
  readonly text: string
  readonly box: BoundingBox.BoundingBox
}

/** All that is written in the scene, also on things. */
const writings = ({ scene }: View.View): ReadonlyArray<Writing> => [
  ...scene.texts,
  ...scene.objects.flatMap(({ box, concept }) =>
    concept === "stop sign"
      ? [
          {
            text: "STOP",
            box: {
              x: box.x + 0.1 * box.width,
              y: box.y + 0.38 * box.height,
              width: 0.8 * box.width,
              height: 0.24 * box.height
            }
          }
        ]
      : []
  )
]

/** Reads the characters inside the view; small ones are misread, and very small ones are not seen. */
const read = (view: View.View, { box, text }: Writing, random: Random.Random) => {
  const seen = View.inView(view, box)
  const full = View.project(view, box)
  if (seen === undefined || seen.height < 0.7 * full.height || seen.height < 6) return []
  const from = Math.round(((seen.x - full.x) / full.width) * text.length)
  const to = from + Math.round((seen.width / full.width) * text.length)
  const legible = Array.from(text.slice(from, to).trim(), (character) =>
    random.chance(Math.max(0, 0.5 - seen.height / 28)) ? (misread[character] ?? character) : character
  ).join("")
  if (legible === "") return []
  const move = (value: number) => Math.round(value + random.normal() * 0.05 * seen.height)
  const bbox = {
    x: Math.max(0, move(seen.x - 0.1 * seen.height)),
    y: Math.max(0, move(seen.y - 0.1 * seen.height)),
    width: Math.max(1, move(seen.width + 0.2 * seen.height)),
    height: Math.max(1, move(1.2 * seen.height))
  }
  return [{ text: legible, confidence: decimals(logistic(1.5 + seen.height / 8 + 0.4 * random.normal()), 3), bbox }]
}

const misread: Readonly<Record<string, string>> = { O: "0", I: "1", S: "5", B: "8", E: "F", A: "4", R: "P", T: "7" }

const stopWords = new Set(["the", "and", "for", "you", "are", "with", "this", "that", "from"])

/** At most twenty words of at least three letters, in lower case. */
const mappings = (text: string): ReadonlyArray<JsonObject> =>
  text
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word.length >= 3 && !stopWords.has(word))
    .flatMap((word) => {
      const emoji = word === "stop" ? "🛑" : Words.emoji(word)
      return emoji === undefined ? [] : [{ word, emoji }]
    })
    .slice(0, 20)
