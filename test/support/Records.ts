/** Images as the archive returns them, with everything derived that can be. */
import { Brand } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import type { Image } from "../../src/domain/archive/Image.ts"
import type { CropResult, ImageFacts, Outcome } from "../../src/domain/Facts.ts"
import type { ImageId } from "../../src/domain/Identifiers.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import * as ImageFindings from "../../src/programs/views/ImageFindings.ts"
import {
  boxesOf,
  caption,
  consensusOf,
  crop,
  face,
  facts,
  factsOf,
  failed,
  label,
  object,
  said,
  text
} from "./Facts.ts"
import { hostileText } from "./HostileText.ts"

const size = { width: 800, height: 600 }

/** What the archive knows about an image with these facts. The answers came one second after the other. */
export const imageOf = (
  facts: ImageFacts,
  filename = "beach-01.jpg",
  id = 1,
  derived: Pick<Image, "boxes" | "consensus"> = { boxes: boxesOf(facts), consensus: consensusOf(facts) }
): Image => {
  const { crops, requested, results, revision } = facts
  const created = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second))
  return {
    id: Brand.nominal<ImageId>()(id),
    filename,
    path: `/pictures/${filename}`,
    created: created(0),
    status: "done",
    revision,
    requested: requested.length,
    owed: [],
    answered: results.length,
    failed: [...results, ...crops].filter(({ outcome }) => outcome._tag === "Failure").length,
    services: requested,
    results: results.map((result, i) => ({ ...result, created: created(i), workerId: "worker" })),
    crops: crops.map((result, i) => ({ ...result, created: created(results.length + i) })),
    ...derived,
    corrections: [],
    enrichments: [],
    derivations: [],
    underived: []
  }
}

/** The findings of an image of 800 x 600 pixels. */
export const findingsOf = (facts: ImageFacts, filename = "beach-01.jpg", id = 1): ImageFindings.ImageFindings =>
  ImageFindings.of(imageOf(facts, filename, id), ServiceCatalog.standard, size)

/** The landmarks of somebody who stands upright in a crop, as fractions of it. */
const landmarks = Object.fromEntries(
  Object.entries({
    nose: [0.5, 0.12],
    left_shoulder: [0.68, 0.25],
    right_shoulder: [0.32, 0.25],
    left_elbow: [0.78, 0.42],
    right_elbow: [0.22, 0.42],
    left_wrist: [0.74, 0.56],
    right_wrist: [0.28, 0.57],
    left_hip: [0.6, 0.55],
    right_hip: [0.4, 0.55],
    left_knee: [0.62, 0.75],
    right_knee: [0.38, 0.75],
    left_ankle: [0.64, 0.95],
    right_ankle: [0.36, 0.95]
  }).map(([name, [x, y]]) => [name, { x: x!, y: y!, z: 0, visibility: 0.9 }])
)

const marker = (hex: string, name: string) => ({ hex, temperature: "warm", copic: name })

/** The reply of the color service. */
export const colors = (...markers: ReadonlyArray<readonly [hex: string, name: string]>): Outcome =>
  said({
    primary: marker(...markers[0]!),
    palette: { temperature: "warm", colors: markers.map((each) => marker(...each)) }
  })

const answers = {
  blip: said(caption("a", "man", "leading", "a", "horse")),
  clip: said(label("horse", 0.41), label("beach", 0.3)),
  colors: colors(["#e8c28a", "Sand (E33)"], ["#4f8fc0", "Lake Blue (B24)"], ["#7a4a2b", "Leather (E39)"]),
  detectron2: said(object("person", [212, 148, 96, 300], 0.998), object("horse", [352, 200, 300, 262], 0.93)),
  inception_v3: said(label("sorrel", 0.83)),
  nsfw2: said({ confidence: 0.98, emoji: "", nsfw: false }),
  ocr: said(text("SURF SCHOOL")),
  ollama: failed("unavailable"),
  rtdetr: said(
    object("person", [210, 150, 100, 300], 0.95),
    object("horse", [350, 200, 300, 260], 0.94),
    object("bird", [640, 60, 40, 30], 0.31)
  ),
  yolov8: said(object("person", [208, 152, 98, 296], 0.93), object("horse", [348, 196, 306, 266], 0.91))
}

/** A person leads a horse along a beach; a bird that one detector saw is outvoted; one captioner is down. */
export const beachFacts: ImageFacts = (() => {
  const whole = factsOf(answers)
  const [first, second] = boxesOf(whole)
  const [person, horse] = first!.concept === "person" ? [first!, second!] : [second!, first!]
  const crops: ReadonlyArray<CropResult> = [
    crop(person, "colors", colors(["#b5462f", "Cadmium (R08)"], ["#2b3a55", "Night Blue (B99)"])),
    crop(person, "face", said(face([30, 12, 38, 44], 0.91))),
    crop(person, "pose", said({ landmarks })),
    crop(horse, "colors", colors(["#7a4a2b", "Leather (E39)"])),
    crop(horse, "face", failed("refused"))
  ]
  return factsOf(answers, crops)
})()

/** Facts whose every text may be hostile. */
export const hostileFacts: Arbitrary.Arbitrary<ImageFacts> = Arbitrary.map(
  Arbitrary.all([facts, Arbitrary.array(hostileText, { minLength: 6, maxLength: 6 })]),
  ([{ crops, results }, [a = "", b = "", c = "", d = "", e = "", f = ""]]) => {
    const detections = [object(a, [20, 20, 200, 100], 0.9), { ...object(b, [-40, 500, 900, 300], 0.4), emoji: f }]
    const others = factsOf({
      blip: said({ text: c, emoji_mappings: [{ word: d, emoji: e }] }),
      clip: said(label(a, 0.5), { ...label(b, 0.4), emoji: e }),
      ocr: said(text(c, d)),
      ollama: { _tag: "Failure", class: "refused", reason: f },
      rtdetr: said(...detections),
      yolov8: said(...detections)
    })
    const replaced = new Set(others.results.map(({ service }) => service))
    return {
      ...others,
      results: [...others.results, ...results.filter(({ service }) => !replaced.has(service))],
      crops
    }
  }
)
