/** Any sequence of steps leaves the store as it leaves a simple model. */
import { assert, type Vitest } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import type { ImageId } from "../../../src/domain/Identifiers.ts"
import { type Stage, stages } from "../../../src/domain/Staleness.ts"
import { Progress } from "../../../src/services/Progress.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import { consensusOf, factsOf, failed, label, said, serviceId } from "../../support/Facts.ts"
import {
  answer,
  cropAnswer,
  derived,
  freshPath,
  personsAt,
  saveBoxes,
  saveConsensus,
  saveEnrichment
} from "../../support/Stores.ts"
import * as Model from "./Model.ts"

const History = Schema.Array(Model.Step).check(Schema.isMaxLength(25))

const boxes = personsAt([0, 0, 50, 90], [300, 0, 50, 90], [600, 0, 50, 90])
const consensuses = ["horse", "dog", "person"].map((word) => {
  const answers = { clip: said(label(word, 0.9)), blip: said(label(word, 0.9)) }
  return consensusOf(factsOf(answers))
})
const service = (index: number) => `service_${index}`

export const histories = (it: Vitest.MethodsNonLive<ResultStore | Progress>) => {
  it.effect.prop(
    "leaves the images as it leaves a model of them",
    [History],
    ([history]) =>
      Effect.gen(function* () {
        const store = yield* ResultStore
        const paths = [freshPath(), freshPath(), freshPath()]
        const submit = (images: ReadonlyArray<number>, services: ReadonlyArray<number>) =>
          store.submit(
            images.map((image) => ({
              reference: { filename: "a.jpg", path: paths[image]! },
              services: services.map((index) => serviceId(service(index)))
            }))
          )
        const ids = (yield* submit([0, 1, 2], [])).map(({ imageId }) => imageId)
        const models = ids.map(Model.empty)
        for (const step of history) {
          if (step._tag === "Submit") {
            yield* submit(step.images, step.services)
            for (const image of step.images) Model.request(models[image]!, step.services)
          } else {
            const [actual, expected] = yield* take(step, ids, models)
            assert.deepStrictEqual(actual, expected, step._tag)
          }
        }
        assert.deepStrictEqual(yield* seen(ids), expected(ids, models))
      }),
    { arbitrary: { runs: 150 } }
  )
}

/** Takes a step in the store and in the models; returns what either says of it. */
const take = Effect.fnUntraced(function* (
  step: Exclude<Model.Step, { readonly _tag: "Submit" }>,
  ids: ReadonlyArray<ImageId>,
  models: ReadonlyArray<Model.Image>
) {
  const store = yield* ResultStore
  const outcome = "succeeded" in step && !step.succeeded ? failed() : said()
  const images = "images" in step ? [...new Set(step.images)].sort() : []
  /** What is saved for each of the images, which the models have not seen yet. */
  const save = <A>(value: A, age: number, algorithm: string) =>
    images.map((image) => derived(ids[image]!, Model.revisionOf(models[image]!, age), value, algorithm))
  const changed = (isChanged: (image: Model.Image) => boolean) =>
    images.filter((image) => isChanged(models[image]!)).map((image) => ids[image]!)
  switch (step._tag) {
    case "Record": {
      const records = step.images.flatMap((image) =>
        step.services.map((index) => answer(ids[image]!, service(index), outcome))
      )
      const fresh = images.map((image) => Model.record(models[image]!, step.services, step.succeeded))
      return [(yield* store.record(records)).length, sum(fresh)]
    }
    case "RecordCrops": {
      const records = step.boxes.map((box) => cropAnswer(ids[step.image]!, boxes[box]!, service(step.service), outcome))
      const fresh = Model.recordCrops(models[step.image]!, step.boxes, step.service, step.succeeded)
      return [(yield* store.recordCrops(records)).length, fresh]
    }
    case "SaveBoxes": {
      const value = step.boxes.map((box) => boxes[box]!)
      const actual = yield* saveBoxes(save(value, step.age, step.algorithm))
      return [actual, changed((image) => Model.saveBoxes(image, step.boxes, step.age, step.algorithm))]
    }
    case "SaveConsensus": {
      const actual = yield* saveConsensus(save(consensuses[step.consensus]!, step.age, step.algorithm))
      return [
        actual.toSorted((a, b) => a - b),
        changed((image) => Model.saveConsensus(image, step.consensus, step.age, step.algorithm))
      ]
    }
    case "SaveEnrichment": {
      yield* saveEnrichment(save(undefined, step.age, step.algorithm))
      for (const image of images) Model.derive(models[image]!, "enrich", step.age, step.algorithm)
      return [0, 0]
    }
    case "Forget": {
      const scope = { _tag: "Images", ids: images.map((image) => ids[image]!) } as const
      const steps = step.services.map((index) => serviceId(service(index)))
      const forgotten = images.map((image) => Model.forget(models[image]!, step.services))
      return [yield* store.forget({ which: "failed", scope, steps }), sum(forgotten)]
    }
  }
})

/** All that can be seen of the images. */
const seen = Effect.fnUntraced(function* (ids: ReadonlyArray<ImageId>) {
  const store = yield* ResultStore
  const progress = yield* Progress
  const scope = { _tag: "Images", ids } as const
  const after = (ids[0]! - 1) as ImageId
  const records = yield* store.records(ids)
  const stale = yield* Effect.forEach(stages, (stage) => store.stale(stage, { algorithm: "a", after, limit: 1000 }))
  const owed = yield* store.owed({ scope, limit: 10 })
  const { boxes: boxCount, crops, done, images, stale: behind } = yield* progress.counts(scope)
  return {
    images: records.map(({ boxes, consensus, facts }) => ({
      revision: Number(facts.revision),
      requested: facts.requested,
      results: facts.results.map(({ outcome, service }) => [String(service), outcome._tag === "Success"] as const),
      crops: facts.crops.map(({ boxId, service }) => `${boxId} ${service}`).sort(),
      boxes: boxes.map(({ id }) => id),
      consensus: Option.getOrUndefined(consensus)
    })),
    stale: stale.map((found) => found.map(({ imageId }) => imageId).filter((id) => ids.includes(id))),
    owed: owed.map(({ imageId, owed }) => [imageId, owed] as const),
    progress: { images, done, behind, boxes: boxCount, crops }
  }
})

/** All that can be seen of the models. */
const expected = (
  ids: ReadonlyArray<ImageId>,
  models: ReadonlyArray<Model.Image>
): Effect.Success<ReturnType<typeof seen>> => {
  const idsOf = (isWanted: (image: Model.Image) => boolean) => ids.filter((_, i) => isWanted(models[i]!))
  const behind = (stage: Stage) => models.filter((image) => Model.isBehind(image, stage)).length
  return {
    images: models.map((image) => ({
      revision: image.revision,
      requested: [...image.requested].sort().map((index) => serviceId(service(index))),
      results: [...image.results].sort(([a], [b]) => a - b).map(([index, ok]) => [service(index), ok] as const),
      crops: [...image.crops.keys()].map((name) => `${boxes[Number(name[0])]!.id} ${service(Number(name[2]))}`).sort(),
      boxes: image.boxes.map((box) => boxes[box]!.id),
      consensus: image.consensus === undefined ? undefined : consensuses[image.consensus]
    })),
    stale: stages.map((stage) => idsOf((image) => Model.isStale(image, stage, "a"))),
    owed: idsOf((image) => Model.owed(image).length > 0).map(
      (id) => [id, Model.owed(models[ids.indexOf(id)]!).map((index) => serviceId(service(index)))] as const
    ),
    progress: {
      images: models.length,
      done: models.filter(Model.isDone).length,
      behind: { harmonize: behind("harmonize"), consensus: behind("consensus"), enrich: behind("enrich") },
      boxes: sum(models.map((image) => image.boxes.length)),
      crops: sum(models.map((image) => image.crops.size))
    }
  }
}

const sum = (counts: ReadonlyArray<number>): number => counts.reduce((total, count) => total + count, 0)
