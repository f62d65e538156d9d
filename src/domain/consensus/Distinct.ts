/** The faces, poses, texts and captions of an image, each once: the sightings that stand for them. */
import { Order } from "effect"
import * as BoundingBox from "../BoundingBox.ts"
import type { Point } from "../Enrichment.ts"
import type { Sighting } from "./Special.ts"
import type { Statement } from "./Statements.ts"
import * as Things from "./Things.ts"

/** A sighting and who made it where, so that the same thing is known again. */
interface Placed extends Things.Seen {
  readonly sighting: Sighting
}

/** One sighting per face. */
export const faces = (statements: ReadonlyArray<Statement>): ReadonlyArray<Sighting> =>
  distinct(
    statements.flatMap((statement): ReadonlyArray<Placed> => {
      if (statement.prediction._tag !== "Face") return []
      const box = inImage(statement.prediction.box, statement)
      const seen = by(statement, statement.prediction.confidence)
      return [{ ...seen, box, sighting: { ...seen.sighting, box } }]
    })
  )

/**
 * One sighting per pose, known by the box around its landmarks. A pose in the whole image comes in fractions of a size
 * that is not known here; it is compared with no pose of a crop.
 */
export const poses = (statements: ReadonlyArray<Statement>): ReadonlyArray<Sighting> => {
  const placed: Array<Placed> = []
  const unplaced: Array<Sighting> = []
  for (const statement of statements) {
    if (statement.prediction._tag !== "Pose") continue
    const box = boxAround(Object.values(statement.prediction.landmarks), statement)
    const seen = by(statement, undefined)
    if (box === undefined) unplaced.push(seen.sighting)
    else placed.push({ ...seen, box })
  }
  return [...distinct(placed), ...unplaced]
}

/**
 * What is in the whole image, and what crops show besides. Crops never change what the whole image shows: its things are
 * found by themselves, and a thing of the crops that is one of these is left out.
 */
const distinct = (unordered: ReadonlyArray<Placed>): ReadonlyArray<Sighting> => {
  // Of two that are repetitions of each other for all that clustering knows, the first one stands for both.
  const placed = unordered.toSorted((a, b) => wholeImageFirst(a.sighting, b.sighting))
  const asOne = (observer: string) => (thing: Things.Thing<Placed>) => ({
    observer,
    box: thing.box,
    confidence: thing.evidence,
    sighting: thing.seen.map(({ sighting }) => sighting).sort(wholeImageFirst)[0]!
  })
  const whole = Things.of(placed.filter(({ sighting }) => sighting.boxId === undefined)).map(asOne("the image"))
  const crops = Things.of(placed.filter(({ sighting }) => sighting.boxId !== undefined)).map(asOne("the crops"))
  const besides = (crops.length === 0 ? [] : Things.of([...whole, ...crops])).filter(({ seen }) =>
    seen.every(({ sighting }) => sighting.boxId !== undefined)
  )
  return [...whole, ...besides.map(({ seen }) => seen[0])].map(({ sighting }) => sighting)
}

/**
 * One sighting per text. A text whose regions were all read before is known, and one without regions when its words are.
 * Crops never change what the whole image says.
 */
export const texts = (statements: ReadonlyArray<Statement>): ReadonlyArray<Sighting> => {
  const read = statements
    .flatMap((statement): ReadonlyArray<Reading> => {
      const { prediction } = statement
      if (prediction._tag !== "Text" || !prediction.hasText) return []
      const { observer, sighting } = by(statement, prediction.confidence)
      const regions = prediction.regions.map(({ box, confidence }) => ({
        observer,
        confidence,
        box: inImage(box, statement)
      }))
      return [{ sighting: { ...sighting, content: prediction.text }, regions }]
    })
    .sort(wholeTextFirst)
  const isWhole = ({ sighting }: Reading) => sighting.boxId === undefined
  const whole = newTexts(read.filter(isWhole))
  return [...whole, ...newTexts(read).filter((reading) => !isWhole(reading))].map(({ sighting }) => sighting)
}

/** A text, and where its lines are. */
interface Reading {
  readonly sighting: Sighting & { readonly content: string }
  readonly regions: ReadonlyArray<Things.Seen>
}

/** The texts that say something the ones before do not. */
const newTexts = (read: ReadonlyArray<Reading>): ReadonlyArray<Reading> => {
  const places = new Map<Things.Seen, number>()
  Things.of(read.flatMap(({ regions }) => regions)).forEach(({ seen }, place) => {
    for (const region of seen) places.set(region, place)
  })
  const known = new Set<number>()
  const words = new Set<string>()
  const unplaced = new Set<string>()
  return read.filter(({ regions, sighting }) => {
    const found = regions.flatMap((region) => places.get(region) ?? [])
    const spelled = normalized(sighting.content)
    const isKnown =
      regions.length === 0 ? words.has(spelled) : unplaced.has(spelled) || found.every((place) => known.has(place))
    for (const place of found) known.add(place)
    words.add(spelled)
    if (regions.length === 0) unplaced.add(spelled)
    return !isKnown
  })
}

/** One sighting per wording of a caption. */
export const captions = (statements: ReadonlyArray<Statement>): ReadonlyArray<Sighting> => {
  const wordings = new Set<string>()
  return statements
    .flatMap((statement): ReadonlyArray<Sighting & { readonly content: string }> => {
      const { prediction } = statement
      if (prediction._tag !== "Caption" || prediction.text.trim() === "") return []
      return [{ ...by(statement, undefined).sighting, content: prediction.text }]
    })
    .sort(wholeImageFirst)
    .filter(({ content }) => {
      const wording = normalized(content)
      const isNew = !wordings.has(wording)
      wordings.add(wording)
      return isNew
    })
}

const normalized = (text: string): string => text.toLowerCase().replaceAll(/\s+/g, " ").trim()

/** The observer and the sighting of a statement. */
export const by = ({ crop, service }: Statement, confidence: number | undefined) => ({
  observer: `${service.id} ${crop?.of.id ?? ""}`,
  confidence,
  sighting: {
    service: service.id,
    ...(crop === undefined ? {} : { boxId: crop.of.id }),
    ...(confidence === undefined ? {} : { confidence })
  }
})

/** The picture a service was given begins at the image's origin, or where its crop was cut. */
const inImage = (box: BoundingBox.CropBox, { crop }: Statement): BoundingBox.ImageBox =>
  crop === undefined ? BoundingBox.imageBox(box) : BoundingBox.toImage(box, crop.region)

/** The box around points that are fractions of a crop; `undefined` when it has no area or there is no crop. */
const boxAround = (points: ReadonlyArray<Point>, { crop }: Statement): BoundingBox.ImageBox | undefined => {
  if (crop === undefined) return undefined
  const { height, width, x, y } = crop.region
  const xs = points.map((point) => x + point.x * width)
  const ys = points.map((point) => y + point.y * height)
  const [left, right] = [Math.min(...xs), Math.max(...xs)]
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)]
  return right > left && bottom > top
    ? BoundingBox.imageBox({ x: left, y: top, width: right - left, height: bottom - top })
    : undefined
}

/** In the whole image first, then most confident first, then by words, place and who saw it. */
export const wholeImageFirst: Order.Order<Sighting> = Order.combineAll([
  Order.mapInput(Order.Boolean, ({ boxId }: Sighting) => boxId !== undefined),
  Order.mapInput(Order.flip(Order.Number), ({ confidence }: Sighting) => confidence ?? -1),
  Order.mapInput(Order.String, ({ content }: Sighting) => content ?? ""),
  (a, b) => (a.box === undefined || b.box === undefined ? 0 : sign(BoundingBox.byPosition(a.box, b.box))),
  Order.mapInput(Order.String, ({ boxId }: Sighting): string => boxId ?? ""),
  Order.mapInput(Order.String, ({ service }: Sighting): string => service)
])

/** As sightings are, then by where the lines are: what has none is known by what has some. */
const wholeTextFirst: Order.Order<Reading> = Order.combine(
  Order.mapInput(wholeImageFirst, ({ sighting }: Reading) => sighting),
  Order.mapInput(
    Order.Array(
      Order.combine(
        (a: Things.Seen, b: Things.Seen) => sign(BoundingBox.byPosition(a.box, b.box)),
        Order.mapInput(Order.flip(Order.Number), ({ confidence }: Things.Seen) => confidence ?? -1)
      )
    ),
    ({ regions }: Reading) => regions
  )
)

const sign = (n: number): -1 | 0 | 1 => (n < 0 ? -1 : n > 0 ? 1 : 0)
