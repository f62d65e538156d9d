/**
 * Corrections: what people say about the boxes of an image.
 *
 * A correction is a recorded fact, by a named person, in the terms of the picture: it says what was seen and where, and never
 * names a box by its id, because the box may be another one after the next answer.
 */
import { Schema } from "effect"
import { ImageBox } from "../BoundingBox.ts"
import * as Concept from "../Concept.ts"

/** The database's number of a correction, from 1: later corrections have greater ones. */
export const CorrectionId = Schema.Int.check(Schema.isGreaterThan(0)).pipe(Schema.brand("CorrectionId"))
export type CorrectionId = typeof CorrectionId.Type

/** Who corrects: a name that people know. */
export const Person = Schema.String.check(
  Schema.isMaxLength(200),
  Schema.isPattern(/\S/, { message: "Expected the name of a person" })
)

/** What a thing is called; any wording of a concept. */
export const Label = Schema.String.check(
  Schema.makeFilter((label: string) => Concept.ofLabel(label) !== undefined, {
    message: "Expected a label of at most 100 characters with a letter or digit in it"
  })
)

/** Pixels. Beyond are no pictures, and the arithmetic of boxes would lose pixels to rounding. */
const maxCoordinate = 2 ** 26

/** Pixels. A side below would vanish when it is added to a coordinate. */
const minSide = 2 ** -10

const pixel = Schema.Finite.check(Schema.isBetween({ minimum: -maxCoordinate, maximum: maxCoordinate }))

const side = Schema.Finite.check(Schema.isBetween({ minimum: minSide, maximum: maxCoordinate }))

/** Where a thing is, in pixels of the stored image; it has an area. */
export const Place = Schema.Struct({ x: pixel, y: pixel, width: side, height: side }).pipe(Schema.decodeTo(ImageBox))

/** What was seen, by what it is called and where it is. */
const seen = { box: Place, label: Label }

/** There is such a thing. */
export const Confirm = Schema.Struct({ kind: Schema.Literal("confirm"), ...seen })

/** There is no such thing. */
export const Reject = Schema.Struct({ kind: Schema.Literal("reject"), ...seen })

/** There is a thing, and it is something else. */
export const Relabel = Schema.Struct({ kind: Schema.Literal("relabel"), ...seen, newLabel: Label })

/** There is such a thing, and it is elsewhere, or of another size. */
export const Move = Schema.Struct({ kind: Schema.Literal("move"), ...seen, newBox: Place })

/** There is such a thing, which has no box. */
export const Add = Schema.Struct({ kind: Schema.Literal("add"), ...seen })

export const Change = Schema.Union([Confirm, Reject, Relabel, Move, Add])
export type Change = typeof Change.Type

export const ChangeKind = Schema.Literals(["confirm", "reject", "relabel", "move", "add"])
export type ChangeKind = typeof ChangeKind.Type

export const Correction = Schema.Struct({
  id: CorrectionId,
  by: Person,
  at: Schema.Date,
  change: Change,
  /** By whom and when it was taken back; it counts no more. */
  withdrawn: Schema.optionalKey(Schema.Struct({ by: Person, at: Schema.Date }))
})
export type Correction = typeof Correction.Type

/** What a box says of the correction that it rests on. */
export const Mark = Schema.Struct({ id: CorrectionId, by: Person, at: Schema.Date, kind: ChangeKind })
export type Mark = typeof Mark.Type

/** `relabel cat to dog`: for lists and for the record of who did what. */
export const inWords = (change: Change): string =>
  change.kind === "relabel" ? `relabel ${change.label} to ${change.newLabel}` : `${change.kind} ${change.label}`
