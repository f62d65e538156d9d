/** What people say about boxes: recording it, taking it back, and what it tells about the services. */
import { Effect, Option, Schema, Stream } from "effect"
import type { BoundingBox } from "../../domain/BoundingBox.ts"
import * as Appraisal from "../../domain/corrections/Appraisal.ts"
import { type Change, CorrectionId, inWords } from "../../domain/corrections/Correction.ts"
import * as Derive from "../../domain/Derive.ts"
import { ImageId, type ServiceId } from "../../domain/Identifiers.ts"
import * as PictureSize from "../../domain/PictureSize.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import { Catalog } from "../../services/Catalog.ts"
import { Corrections } from "../../services/Corrections.ts"
import { ResultStore } from "../../services/ResultStore.ts"
import { UnknownImage } from "./Actions.ts"
import { noteAs } from "./Noting.ts"

/** The image has no such correction. */
export class UnknownCorrection extends Schema.TaggedError<UnknownCorrection>()("UnknownCorrection", {
  imageId: ImageId,
  id: CorrectionId
}) {
  override get message() {
    return `Image ${this.imageId} has no correction ${this.id}`
  }
}

/** The box is not on the picture. */
export class OutsidePicture extends Schema.TaggedError<OutsidePicture>()("OutsidePicture", {
  width: Schema.Finite,
  height: Schema.Finite
}) {
  override get message() {
    return `The box is not within the picture, which is ${this.width} pixels wide and ${this.height} high`
  }
}

/** Records what a person says about an image. */
export const record = Effect.fn("Correct.record")(function* (imageId: ImageId, by: string, change: Change) {
  const [facts] = yield* ResultStore.use((store) => store.facts([imageId]))
  if (facts === undefined) return yield* new UnknownImage({ imageId })
  const size = PictureSize.recorded(facts)
  const drawn = change.kind === "move" ? change.newBox : change.box
  if (size !== undefined && !isWithin(drawn, size)) return yield* new OutsidePicture(size)
  const recorded = yield* Corrections.use((corrections) => corrections.record(imageId, by, change))
  if (Option.isNone(recorded)) return yield* new UnknownImage({ imageId })
  yield* noteAs(by, `correct image ${imageId}: ${inWords(change)}`)
  return recorded.value
})

/** What people said about an image, also what was withdrawn. */
export const list = Effect.fn("Correct.list")(function* (imageId: ImageId) {
  const known = yield* ResultStore.use((store) => store.reference(imageId))
  if (Option.isNone(known)) return yield* new UnknownImage({ imageId })
  return yield* Corrections.use((corrections) => corrections.list(imageId))
})

/** Takes back what a person said about an image. */
export const withdraw = Effect.fn("Correct.withdraw")(function* (imageId: ImageId, id: CorrectionId, by: string) {
  const withdrawn = yield* Corrections.use((corrections) => corrections.withdraw(imageId, id, by))
  if (Option.isNone(withdrawn)) return yield* new UnknownCorrection({ imageId, id })
  const what = `undo correction ${id} of image ${imageId}: ${inWords(withdrawn.value.change)}`
  yield* noteAs(by, what)
  return withdrawn.value
})

/** Images that are read at once. */
const page = 50

/** What all corrections tell about each detector of the catalog. Nothing is changed. */
export const appraise = Effect.gen(function* () {
  const catalog = yield* Catalog
  const corrections = yield* Corrections
  const store = yield* ResultStore
  const tallies = new Map<ServiceId, Appraisal.Tally>()
  let images = 0
  yield* Stream.paginate(undefined as ImageId | undefined, (after) =>
    Effect.map(
      corrections.images({ limit: page, ...(after === undefined ? {} : { after }) }),
      (found) => [[found], found.length < page ? Option.none() : Option.fromUndefinedOr(found.at(-1))] as const
    )
  ).pipe(
    Stream.mapEffect((ids) => store.records(ids)),
    Stream.flattenIterable,
    Stream.runForEach(({ corrections, facts }) =>
      Effect.sync(() => {
        images++
        const input = Derive.harmonizationInput(Derive.observe(facts, catalog))
        for (const [service, tally] of Appraisal.ofImage(corrections, input)) {
          tallies.set(service, Appraisal.add(tallies.get(service), tally))
        }
      })
    )
  )
  const services = ServiceCatalog.ofKind(catalog, "spatial").map(({ id, trust }) =>
    Appraisal.appraise(id, trust, Appraisal.add(tallies.get(id)))
  )
  return { images, services }
}).pipe(Effect.withSpan("Correct.appraise"))

const isWithin = ({ height, width, x, y }: BoundingBox, size: PictureSize.PictureSize): boolean =>
  x >= 0 && y >= 0 && x + width <= size.width && y + height <= size.height
