/** What is put into a result store by tests: images nobody else uses, and answers, boxes and derivations for them. */
import { Effect } from "effect"
import * as NodeCrypto from "node:crypto"
import { imageBox } from "../../src/domain/BoundingBox.ts"
import type { Consensus } from "../../src/domain/Consensus.ts"
import type { Outcome } from "../../src/domain/Facts.ts"
import type { ImageId } from "../../src/domain/Identifiers.ts"
import type { MergedBox } from "../../src/domain/MergedBox.ts"
import { revision } from "../../src/domain/Staleness.ts"
import { type CropRecord, type Derived, type ResultRecord, ResultStore } from "../../src/services/ResultStore.ts"
import { boxesOf, type Corners, factsOf, object, said, serviceId } from "./Facts.ts"

/** A place no other image is read from. */
export const freshPath = () => `/pictures/${NodeCrypto.randomUUID()}.jpg`

/** Makes a new image known for the services, and returns its id. */
export const known = Effect.fnUntraced(function* (...services: ReadonlyArray<string>) {
  const store = yield* ResultStore
  const reference = { filename: "image.jpg", path: freshPath() }
  const [image] = yield* store.submit([{ reference, services: services.map(serviceId) }])
  return image!.imageId
})

/** An answer about an image. */
export const answer = (imageId: ImageId, service: string, outcome: Outcome = said()): ResultRecord => ({
  imageId,
  service: serviceId(service),
  outcome,
  workerId: "worker"
})

/** An answer about the crop of a box. */
export const cropAnswer = (
  imageId: ImageId,
  { box, id }: MergedBox,
  service: string,
  outcome: Outcome = said()
): CropRecord => ({ imageId, boxId: id, service: serviceId(service), region: imageBox(box), outcome })

/** The boxes of persons whom one detector saw at these places. Places must not overlap. */
export const personsAt = (...places: ReadonlyArray<Corners>): ReadonlyArray<MergedBox> =>
  boxesOf(factsOf({ yolov8: said(...places.map((place) => object("person", place, 0.9))) }))

/** A value as derived from the facts of a revision. */
export const derived = <A>(imageId: ImageId, at: number, value: A, algorithm = "test@1"): Derived<A> => ({
  imageId,
  derivation: { revision: revision(at), algorithm },
  value
})

/** Stores boxes alone; returns the images whose boxes changed. */
export const saveBoxes = (boxes: ReadonlyArray<Derived<ReadonlyArray<MergedBox>>>) =>
  Effect.map(
    ResultStore.use((store) => store.save({ boxes })),
    (changed) => changed.boxes
  )

/** Stores consensuses alone; returns the images whose consensus changed. */
export const saveConsensus = (consensus: ReadonlyArray<Derived<Consensus>>) =>
  Effect.map(
    ResultStore.use((store) => store.save({ consensus })),
    (changed) => changed.consensus
  )

/** Notes alone that crops have their answers. */
export const saveEnrichment = (enrichment: ReadonlyArray<Derived<void>>) =>
  Effect.asVoid(ResultStore.use((store) => store.save({ enrichment })))

/** The facts of one image. */
export const factsAbout = Effect.fnUntraced(function* (imageId: ImageId) {
  const [facts] = yield* (yield* ResultStore).facts([imageId])
  return facts!
})
