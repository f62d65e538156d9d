/**
 * The boxes of an image as people have corrected them: rulings in the place of the derived boxes that they are about.
 *
 * A ruling finds its box by concept and place, for ids change with the pixels. What a person says is there stands also when
 * no detector sees it any more.
 */
import { Order, Schema } from "effect"
import * as BoundingBox from "../BoundingBox.ts"
import * as Concept from "../Concept.ts"
import type { BoxId } from "../Identifiers.ts"
import { contentOf, MergedBox, ranked } from "../MergedBox.ts"
import { type Correction, Mark } from "./Correction.ts"
import { type Ruling, rulings, type Thing } from "./Ruling.ts"

/** A derived box, or one that rests on the correction of a person. */
export const CorrectedBox = Schema.Struct({ ...MergedBox.fields, correction: Schema.optionalKey(Mark) })
export type CorrectedBox = typeof CorrectedBox.Type

/**
 * The least IoU, in `[0, 1]`, of a derived box with the thing of a ruling that it can be: that by which detections are
 * commonly counted as found.
 *
 * @see Everingham et al. (2010), "The PASCAL Visual Object Classes Challenge", section 4.2
 */
export const leastIou = 0.5

/** A box as far as it can be recognized. */
export interface Recognizable extends Thing {
  readonly id: BoxId
}

/**
 * The box that each ruling takes the place of, by the number of the ruling; each box at most once. Pairs of equal concept are
 * taken in the order of their IoU, if it is not below `leastIou`: first with what was seen before anybody corrected it, and
 * for rulings that are left with what they say there is. The order of the boxes carries no meaning.
 */
export const taken = <Box extends Recognizable>(
  ruled: ReadonlyArray<Ruling>,
  boxes: ReadonlyArray<Box>
): ReadonlyMap<number, Box> => {
  const found = new Map<number, Box>()
  const gone = new Set<BoxId>()
  const take = (thingOf: (ruling: Ruling) => Thing | undefined) => {
    const pairs = ruled.flatMap((ruling, number): ReadonlyArray<Pair<Box>> => {
      const thing = thingOf(ruling)
      if (thing === undefined || found.has(number)) return []
      return boxes.flatMap((box) => {
        if (box.concept !== thing.concept || gone.has(box.id)) return []
        const iou = BoundingBox.iou(box.box, thing.box)
        return iou < leastIou ? [] : [{ number, box, iou }]
      })
    })
    for (const { box, number } of pairs.sort(closestFirst)) {
      if (found.has(number) || gone.has(box.id)) continue
      found.set(number, box)
      gone.add(box.id)
    }
  }
  take(({ subject }) => subject)
  take(({ verdict }) => verdict)
  return found
}

interface Pair<Box extends Recognizable> {
  readonly number: number
  readonly box: Box
  readonly iou: number
}

/** A total order: equal ids are equal boxes. */
const closestFirst: Order.Order<Pair<Recognizable>> = Order.combineAll([
  Order.mapInput(Order.flip(Order.Number), ({ iou }: Pair<Recognizable>) => iou),
  Order.mapInput(Order.Number, ({ number }: Pair<Recognizable>) => number),
  Order.mapInput(Order.String, ({ box }: Pair<Recognizable>): string => box.id)
])

/**
 * The boxes with the corrections applied: first those that people say are there, in the order in which they were first spoken
 * of, then the derived ones that nobody spoke of, as they were. A corrected box keeps the id of the derived one, so that what
 * was learned from its crop stays attached.
 */
export const boxes = (
  derived: ReadonlyArray<MergedBox>,
  corrections: ReadonlyArray<Correction>
): ReadonlyArray<CorrectedBox> => apply<MergedBox, CorrectedBox>(corrections, derived, (box) => box, correctedBox)

/** The same of boxes in another form: `kept` as they are, `made` where somebody corrected them. */
export const apply = <Box extends Recognizable, A>(
  corrections: ReadonlyArray<Correction>,
  derived: ReadonlyArray<Box>,
  kept: (box: Box) => A,
  made: (ruling: Ruling, verdict: Thing, box: Box | undefined) => A
): ReadonlyArray<A> => {
  const ruled = rulings(corrections)
  const found = taken(ruled, derived)
  const gone = new Set([...found.values()].map(({ id }) => id))
  return [
    ...ruled.flatMap((ruling, number) =>
      ruling.verdict === undefined ? [] : [made(ruling, ruling.verdict, found.get(number))]
    ),
    ...derived.flatMap((box) => (gone.has(box.id) ? [] : [kept(box)]))
  ]
}

/** What a corrected box is called, and by whom it was corrected. The wording of the detectors stays while they mean the same. */
export const naming = (
  ruling: Ruling,
  verdict: Thing,
  derived: { readonly id: BoxId; readonly concept: string; readonly label: string; readonly emoji?: string } | undefined
) => {
  const isSame = derived?.concept === verdict.concept
  const emoji = isSame ? derived.emoji : Concept.emojiOf(verdict.concept)
  const { at, by, change, id } = ruling.last
  return {
    id: derived?.id ?? idOf(ruling),
    label: isSame ? derived.label : verdict.concept,
    ...(emoji === undefined ? {} : { emoji }),
    correction: { id, by, at, kind: change.kind } satisfies Mark
  }
}

const correctedBox = (ruling: Ruling, verdict: Thing, derived: MergedBox | undefined): CorrectedBox => {
  const isSame = derived?.concept === verdict.concept
  const isInPlace = derived !== undefined && BoundingBox.byPosition(derived.box, verdict.box) === 0
  return {
    ...naming(ruling, verdict, derived),
    concept: verdict.concept,
    box: verdict.box,
    evidence: 1,
    confidence: 1,
    services: isSame ? derived.services : [],
    dissenters: isSame ? derived.dissenters : [],
    ...(isSame && derived.unread !== undefined ? { unread: derived.unread } : {}),
    status: "confirmed",
    reason: `${ruling.last.by} ${deeds[ruling.last.change.kind]}`,
    ...(isInPlace && derived.mask !== undefined ? { mask: derived.mask } : {}),
    ...(isInPlace && derived.keypoints !== undefined ? { keypoints: derived.keypoints } : {}),
    members: derived?.members ?? []
  }
}

/** What a person did with what was seen. */
export const deeds = {
  confirm: "confirmed it",
  reject: "rejected it",
  relabel: "gave it another label",
  move: "moved it",
  add: "added it"
} as const

/** Names a box that was not derived by what was seen, as others are: the same corrections make the same names. */
const idOf = ({ rank, subject }: Ruling): BoxId => ranked(`correction_${contentOf(subject)}`, rank)
