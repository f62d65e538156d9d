/** Recorded facts of an image: built by hand in the services' own words, and generated with much agreement in them. */
import { Brand, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { type BoundingBox, imageBox } from "../../src/domain/BoundingBox.ts"
import * as Derive from "../../src/domain/Derive.ts"
import type { CropResult, FailureClass, ImageFacts, Outcome, ServiceResult } from "../../src/domain/Facts.ts"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import type { BoxId, ImageId, ServiceId } from "../../src/domain/Identifiers.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { revision } from "../../src/domain/Staleness.ts"

export const serviceId = Brand.nominal<ServiceId>()
export const boxId = Brand.nominal<BoxId>()

/** A prediction on the wire. */
export type Wire = Readonly<Record<string, Schema.Json>>

/** A successful reply with these predictions, in its envelope. */
export const said = (...predictions: ReadonlyArray<Wire>): Outcome => ({
  _tag: "Success",
  data: { service: "any", status: "success", predictions, metadata: { processing_time: 0.25 } },
  processingTime: 0.25
})

/** A failure that is recorded. */
export const failed = (why: FailureClass = "unavailable"): Outcome => ({
  _tag: "Failure",
  class: why,
  reason: `It is ${why}`
})

/** A prediction of a detector. */
export const object = (label: string, [x, y, width, height]: Corners, confidence?: number): Wire => ({
  label,
  ...(confidence === undefined ? {} : { confidence }),
  bbox: { x, y, width, height }
})

/** A prediction of a classifier. */
export const label = (word: string, confidence?: number): Wire => ({
  label: word,
  ...(confidence === undefined ? {} : { confidence })
})

/** The prediction of a captioner that mentions these words. */
export const caption = (...words: ReadonlyArray<string>): Wire => ({
  text: words.join(" "),
  emoji_mappings: words.map((word) => ({ word, emoji: "❓" }))
})

/** The prediction of a text reader. */
export const text = (content: string, ...mentions: ReadonlyArray<string>): Wire => ({
  text: content,
  emoji: content === "" ? "" : "💬",
  has_text: content !== "",
  text_regions: [],
  emoji_mappings: mentions.map((word) => ({ word, emoji: "❓" }))
})

/** A face as MediaPipe words it. */
export const face = (box: Corners, confidence?: number): Wire => ({
  label: "face",
  emoji: "🙂",
  ...(confidence === undefined ? {} : { confidence }),
  bbox: [...box],
  keypoints: { nose_tip: [box[0] + 5, box[1] + 6] }
})

/** A pose as MediaPipe words it. */
export const pose: Wire = { landmarks: { nose: { x: 0.5, y: 0.25, z: 0, visibility: 0.9 } } }

/** The verdict of a moderator. */
export const verdict = (nsfw: boolean, confidence?: number): Wire => ({
  nsfw,
  emoji: nsfw ? "🔞" : "",
  ...(confidence === undefined ? {} : { confidence })
})

/** The colors of a picture. */
export const palette: Wire = {
  primary: { hex: "#de532b", temperature: "neutral", copic: "Leather (E39)" },
  palette: { temperature: "cool", colors: [{ hex: "#31418f", temperature: "cool", copic: "Iris (B79)" }] }
}

/** `x`, `y`, `width`, `height` in pixels. */
export type Corners = readonly [x: number, y: number, width: number, height: number]

/** The answer of a service about the crop of a box; the crop is the box. */
export const crop = (
  { box, id }: { readonly id: BoxId; readonly box: BoundingBox },
  service: string,
  outcome: Outcome
): CropResult => ({ boxId: id, service: serviceId(service), region: imageBox(box), outcome })

/** The facts of an image from what each service answered. */
export const factsOf = (
  answers: Readonly<Record<string, Outcome>>,
  crops: ReadonlyArray<CropResult> = []
): ImageFacts => {
  const results = Object.entries(answers).map(([service, outcome], i): ServiceResult => ({
    resultId: i + 1,
    service: serviceId(service),
    outcome
  }))
  return {
    imageId: Brand.nominal<ImageId>()(1),
    revision: revision(results.length + crops.length),
    requested: results.map(({ service }) => service),
    results,
    crops
  }
}

/** The boxes of facts by the default strategy and catalog. */
export const boxesOf = (facts: ImageFacts) =>
  Derive.boxes(Derive.observe(facts, ServiceCatalog.standard), Strategies.defaultStrategy).boxes

/** The consensus of facts by the default strategy and catalog. */
export const consensusOf = (facts: ImageFacts, catalog = ServiceCatalog.standard) =>
  Derive.consensus(Derive.observe(facts, catalog), Strategies.defaultStrategy)

/** The list in an order that `seed` decides. */
export const shuffled = <A>(list: ReadonlyArray<A>, seed: number): Array<A> => {
  const result = [...list]
  let state = seed
  for (let i = result.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const j = state % (i + 1)
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}

/** The predictions of a successful outcome. */
export const predictionsOf = (outcome: Outcome | undefined): ReadonlyArray<Wire> =>
  outcome?._tag === "Success"
    ? (outcome.data as unknown as { readonly predictions: ReadonlyArray<Wire> }).predictions
    : []

/** The facts with the answer of one service replaced or added. */
export const withAnswer = (facts: ImageFacts, service: string, outcome: Outcome): ImageFacts => ({
  ...facts,
  results: [
    ...facts.results.filter((result) => result.service !== service),
    { resultId: 99, service: serviceId(service), outcome }
  ]
})

/** What a service answered about the whole image. */
export const answerOf = (facts: ImageFacts, service: string): Outcome | undefined =>
  facts.results.find((result) => result.service === service)?.outcome

/** Few words, so that services agree; two of them mean the same. */
export const word = Schema.Literals(["person", "man", "horse", "dining_table", "dog", "face", "nsfw"])
export const share = Schema.Literals([0, 0.2, 0.5, 0.75, 0.9, 1])
const maybeShare = Schema.Union([share, share, Schema.Undefined])
const few = { maxLength: 3 }

/** Three places where objects stand, two of them close, each seen with some jitter: boxes agree often, not always. */
const place = Arbitrary.map(
  Arbitrary.schema(
    Schema.Struct({
      at: Schema.Literals([0, 30, 300]),
      jitter: Schema.Literals([0, 3, 8, 20]),
      size: Schema.Literals([100, 110])
    })
  ),
  ({ at, jitter, size }): Corners => [at + jitter, at + jitter, size, size * 2]
)
const objects = Arbitrary.array(
  Arbitrary.map(
    Arbitrary.all([Arbitrary.schema(Schema.Literals(["person", "man", "dog"])), place, Arbitrary.schema(maybeShare)]),
    (parts) => object(...parts)
  ),
  { minLength: 1, maxLength: 5 }
)
const labels = Arbitrary.array(
  Arbitrary.map(Arbitrary.all([Arbitrary.schema(word), Arbitrary.schema(maybeShare)]), (parts) => label(...parts)),
  few
)
const captions = Arbitrary.map(Arbitrary.array(Arbitrary.schema(word), few), (words) => [caption(...words)])
const texts = Arbitrary.array(
  Arbitrary.map(Arbitrary.schema(Schema.Literals(["", "STOP", "horse"])), (content) =>
    text(content, ...(content === "horse" ? ["horse"] : []))
  ),
  { maxLength: 2 }
)
const faces = Arbitrary.array(
  Arbitrary.map(Arbitrary.all([place, Arbitrary.schema(maybeShare)]), (parts) => face(...parts)),
  { maxLength: 2 }
)
const poses = Arbitrary.array(Arbitrary.Constant(pose), { maxLength: 1 })
const verdicts = Arbitrary.map(
  Arbitrary.all([Arbitrary.schema(Schema.Boolean), Arbitrary.schema(maybeShare)]),
  ([nsfw, confidence]) => [verdict(nsfw, confidence)]
)
const palettes = Arbitrary.Constant([palette])

/** Nothing yet, a failure, or mostly a successful answer. */
const outcome = (predictions: Arbitrary.Arbitrary<ReadonlyArray<Wire>>): Arbitrary.Arbitrary<Outcome | undefined> =>
  Arbitrary.map(
    Arbitrary.all([Arbitrary.schema(Schema.Literals(["none", "failed", "said", "said", "said"])), predictions]),
    ([how, list]) => (how === "none" ? undefined : how === "failed" ? failed() : said(...list))
  )

const answers = Arbitrary.all({
  blip: outcome(captions),
  clip: outcome(labels),
  colors: outcome(palettes),
  detectron2: outcome(objects),
  face: outcome(faces),
  inception_v3: outcome(labels),
  nsfw2: outcome(verdicts),
  ocr: outcome(texts),
  ollama: outcome(captions),
  pose: outcome(poses),
  rtdetr: outcome(objects),
  yolov8: outcome(objects)
})

const cropAnswer = Arbitrary.all({
  box: Arbitrary.schema(Schema.Literals([0, 1, 2, -1])),
  face: outcome(faces),
  pose: outcome(poses)
})

/** What up to twelve services answered about an image, and some about crops of its boxes or of one that is gone. */
export const facts: Arbitrary.Arbitrary<ImageFacts> = Arbitrary.map(
  Arbitrary.all([answers, Arbitrary.array(cropAnswer, { maxLength: 2 })]),
  ([given, cropped]) => {
    const whole = factsOf(
      Object.fromEntries(
        Object.entries(given).flatMap(([service, answer]) => (answer === undefined ? [] : [[service, answer] as const]))
      )
    )
    const boxes = boxesOf(whole)
    const gone = { id: boxId("gone"), box: imageBox({ x: 0, y: 0, width: 50, height: 50 }) }
    const crops = new Map<string, CropResult>()
    for (const { box, ...services } of cropped) {
      const of = box < 0 ? gone : boxes[box]
      if (of === undefined) continue
      for (const [service, answer] of Object.entries(services)) {
        if (answer !== undefined) crops.set(`${service} ${of.id}`, crop(of, service, answer))
      }
    }
    return { ...whole, crops: [...crops.values()] }
  }
)
