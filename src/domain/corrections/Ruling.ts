/**
 * Rulings: what the corrections of an image say together, a ruling for each thing they are about.
 *
 * They follow from the corrections alone, whatever is derived. So what people said is the same after every answer and with
 * every strategy; only which derived box each ruling takes the place of is found anew (`Corrected.ts`).
 */
import { Brand } from "effect"
import type { ImageBox } from "../BoundingBox.ts"
import * as Concept from "../Concept.ts"
import type { Concept as ConceptName } from "../Identifiers.ts"
import type { Change, Correction } from "./Correction.ts"

/** What somebody says is at a place, in pixels of the image. */
export interface Thing {
  readonly concept: ConceptName
  readonly box: ImageBox
}

export interface Ruling {
  /** What was seen before anybody corrected it. */
  readonly subject: Thing
  /** What is there; `undefined`: nothing that is not in another ruling. */
  readonly verdict: Thing | undefined
  /** Which of the rulings about this subject it is, from 1. */
  readonly rank: number
  /** The last correction about it, which decides. */
  readonly last: Correction
}

/**
 * The rulings of the corrections that were not withdrawn, in the order of their first corrections. The order of the list
 * carries no meaning, and a correction that is recorded twice, also under another id, says nothing new.
 *
 * A correction continues the ruling whose verdict it is about, exactly as it stands, or which rejected that very thing; any
 * other begins a ruling of its own. No two verdicts are equal: what is corrected to a thing that is there already is that
 * thing.
 */
export const rulings = (corrections: ReadonlyArray<Correction>): ReadonlyArray<Ruling> => {
  const standing = new Map(corrections.flatMap((each) => (each.withdrawn === undefined ? [[each.id, each]] : [])))
  const known: Array<Ruling> = []
  for (const correction of [...standing.values()].sort((a, b) => a.id - b.id)) {
    const { subject, verdict } = thingsOf(correction.change)
    const continued =
      known.find((ruling) => isSame(ruling.verdict, subject)) ??
      known.find(({ last, verdict }) => verdict === undefined && isSame(thingsOf(last.change).subject, subject))
    const there = known.find((ruling) => isSame(ruling.verdict, verdict))
    if (there === undefined ? verdict === undefined && isDenied(continued) : isRepeated(there, continued, correction)) {
      continue
    }
    const ruling: Ruling = {
      subject: continued?.subject ?? subject,
      verdict: there === undefined || there === continued ? verdict : undefined,
      rank: continued?.rank ?? known.filter((ruling) => isSame(ruling.subject, subject)).length + 1,
      last: correction
    }
    if (continued === undefined) known.push(ruling)
    else known[known.indexOf(continued)] = ruling
  }
  return known
}

/** The concept of a label that was accepted as one. */
export const conceptOf = (label: string): ConceptName => Concept.ofLabel(label) ?? asConcept(label)

const asConcept = Brand.nominal<ConceptName>()

/** What a change is about, and what it says there is. */
const thingsOf = (change: Change): Pick<Ruling, "subject" | "verdict"> => {
  const subject = { concept: conceptOf(change.label), box: change.box }
  switch (change.kind) {
    case "confirm":
    case "add":
      return { subject, verdict: subject }
    case "reject":
      return { subject, verdict: undefined }
    case "relabel":
      return { subject, verdict: { ...subject, concept: conceptOf(change.newLabel) } }
    case "move":
      return { subject, verdict: { ...subject, box: change.newBox } }
  }
}

const isDenied = (ruling: Ruling | undefined): boolean => ruling !== undefined && ruling.verdict === undefined

/** Whether what is there already is all that a correction says. */
const isRepeated = (there: Ruling, continued: Ruling | undefined, { change }: Correction): boolean => {
  const { subject, verdict } = thingsOf(change)
  return isSame(subject, verdict) || (there !== continued && saysSame(there.last.change, change))
}

const saysSame = (self: Change, that: Change): boolean => {
  const [a, b] = [thingsOf(self), thingsOf(that)]
  return isSame(a.subject, b.subject) && isSame(a.verdict, b.verdict)
}

const isSame = (self: Thing | undefined, that: Thing | undefined): boolean =>
  self !== undefined &&
  that !== undefined &&
  self.concept === that.concept &&
  self.box.x === that.box.x &&
  self.box.y === that.box.y &&
  self.box.width === that.box.width &&
  self.box.height === that.box.height
