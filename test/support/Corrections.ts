/** Corrections and derived boxes over a few places and labels, so that much of it is about the same things. */
import * as Arbitrary from "effect/Arbitrary"
import { Brand, Schema } from "effect"
import { type ImageBox, imageBox } from "../../src/domain/BoundingBox.ts"
import type { Change, Correction, CorrectionId } from "../../src/domain/corrections/Correction.ts"
import { conceptOf } from "../../src/domain/corrections/Ruling.ts"
import type { BoxId } from "../../src/domain/Identifiers.ts"
import type { MergedBox } from "../../src/domain/MergedBox.ts"
import { serviceId } from "./Facts.ts"

type Corners = readonly [x: number, y: number, width: number, height: number]

export const place = ([x, y, width, height]: Corners): ImageBox => imageBox({ x, y, width, height })

export const correctionId = Brand.nominal<CorrectionId>()

/** What Ada says, as the correction of that number. */
export const correction = (id: number, change: Change, by = "Ada"): Correction => ({
  id: correctionId(id),
  by,
  at: new Date(Date.UTC(2026, 0, 1) + id),
  change
})

export const withdrawn = (self: Correction): Correction => ({ ...self, withdrawn: { by: "Bob", at: self.at } })

const boxId = Brand.nominal<BoxId>()

/** A box that one detector saw. */
export const derived = (label: string, corners: Corners, id = `${label}_${corners.join("_")}`): MergedBox => {
  const [concept, box] = [conceptOf(label), place(corners)]
  return {
    id: boxId(id),
    concept,
    label,
    box,
    evidence: 0.5,
    confidence: 0.5,
    services: [serviceId("yolov8")],
    dissenters: [serviceId("rtdetr")],
    status: "tentative",
    reason: "1 of 2",
    members: [{ service: serviceId("yolov8"), index: 0, concept, label, box, confidence: 0.5 }]
  }
}

const label = Schema.Literals(["dog", "cat", "puppy"])
const edge = Schema.Literals([0, 10, 20, 200])
const box = Arbitrary.map(Arbitrary.all([Arbitrary.schema(edge), Arbitrary.schema(edge)]), ([x, y]) =>
  place([x, y, 100, 100])
)
const labels = Arbitrary.schema(label)
const seen = { box, label: labels }

const change: Arbitrary.Arbitrary<Change> = Arbitrary.map(
  Arbitrary.all({
    ...seen,
    newBox: box,
    newLabel: labels,
    kind: Arbitrary.schema(Schema.Literals(["confirm", "reject", "relabel", "move", "add"]))
  }),
  ({ box, kind, label, newBox, newLabel }): Change => {
    if (kind === "relabel") return { kind, box, label, newLabel }
    return kind === "move" ? { kind, box, label, newBox } : { kind, box, label }
  }
)

/** Up to eight corrections in their order, some of them withdrawn. */
export const corrections: Arbitrary.Arbitrary<ReadonlyArray<Correction>> = Arbitrary.map(
  Arbitrary.array(Arbitrary.all([change, Arbitrary.schema(Schema.Literals([false, false, false, true]))]), {
    maxLength: 8
  }),
  (changes) =>
    changes.map(([change, isWithdrawn], i) => {
      const made = correction(i + 1, change)
      return isWithdrawn ? withdrawn(made) : made
    })
)

/** Derived boxes with ids of their own. */
export const boxes: Arbitrary.Arbitrary<ReadonlyArray<MergedBox>> = Arbitrary.map(
  Arbitrary.array(Arbitrary.all([labels, box]), { maxLength: 6 }),
  (sightings) =>
    sightings.map(([label, { height, width, x, y }], i) => derived(label, [x, y, width, height], `box_${i}`))
)
