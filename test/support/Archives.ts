/** Images in a store, answered and derived as the programs would have done. */
import { Effect } from "effect"
import * as Derive from "../../src/domain/Derive.ts"
import type { Outcome } from "../../src/domain/Facts.ts"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import type { ImageId } from "../../src/domain/Identifiers.ts"
import { Catalog } from "../../src/services/Catalog.ts"
import { ResultStore } from "../../src/services/ResultStore.ts"
import { serviceId } from "./Facts.ts"
import { saveBoxes, saveConsensus, saveEnrichment } from "./Stores.ts"

export interface ImageOptions {
  readonly group?: string
  /** Services that are requested besides those that answer. */
  readonly unanswered?: ReadonlyArray<string>
}

/** Makes an image known with these answers, and returns its id. Nothing is derived yet. */
export const answered = Effect.fnUntraced(function* (
  filename: string,
  answers: Readonly<Record<string, Outcome>>,
  { group, unanswered = [] }: ImageOptions = {}
) {
  const store = yield* ResultStore
  const [image] = yield* store.submit([
    {
      reference: { filename, path: `/pictures/${filename}` },
      services: [...Object.keys(answers), ...unanswered].map(serviceId),
      ...(group === undefined ? {} : { group })
    }
  ])
  const { imageId } = image!
  yield* store.record(
    Object.entries(answers).map(([service, outcome]) => ({
      imageId,
      service: serviceId(service),
      outcome,
      workerId: `worker-${service}`
    }))
  )
  return imageId
})

/** Runs the stages for an image. Every planned crop is answered by `crop`. */
export const derive = Effect.fnUntraced(function* (
  imageId: ImageId,
  crop: (service: string) => Outcome = () => ({ _tag: "Success", data: { status: "success", predictions: [] } })
) {
  const store = yield* ResultStore
  const catalog = yield* Catalog
  const strategy = Strategies.defaultStrategy
  const keys = Derive.keys(strategy, catalog)
  const harmonize = Effect.gen(function* () {
    const [facts] = yield* store.facts([imageId])
    const observation = Derive.observe(facts!, catalog)
    const { boxes } = Derive.boxes(observation, strategy)
    const derivation = { revision: facts!.revision, algorithm: keys.harmonize }
    yield* saveBoxes([{ imageId, derivation, value: boxes }])
    return { facts: facts!, observation }
  })
  const { observation } = yield* harmonize
  yield* store.recordCrops(
    Derive.plan(observation, strategy, catalog).map(({ box, boxId, service }) => ({
      imageId,
      boxId,
      service,
      region: box,
      outcome: crop(service)
    }))
  )
  const { facts, observation: all } = yield* harmonize
  const derivation = { revision: facts.revision, algorithm: keys.consensus }
  yield* saveConsensus([{ imageId, derivation, value: Derive.consensus(all, strategy) }])
  yield* saveEnrichment([
    { imageId, derivation: { revision: facts.revision, algorithm: keys.enrich }, value: undefined }
  ])
})

/** An image with these answers and everything that follows from them. */
export const done = Effect.fnUntraced(function* (
  filename: string,
  answers: Readonly<Record<string, Outcome>>,
  options?: ImageOptions
) {
  const imageId = yield* answered(filename, answers, options)
  yield* derive(imageId)
  return imageId
})
