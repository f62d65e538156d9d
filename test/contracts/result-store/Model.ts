/** A result store as simple as can be: what each step does to a few images, and what can then be seen of them. */
import { Schema } from "effect"
import { stages, type Stage } from "../../../src/domain/Staleness.ts"

/** The images, services, boxes and algorithms of a history, by number. */
const three = Schema.Literals([0, 1, 2])
const few = Schema.Array(three).check(Schema.isMaxLength(3))
const algorithm = Schema.Literals(["a", "b"])
/** How many facts a derivation missed. */
const age = Schema.Literals([0, 0, 1, 2])

export const Step = Schema.Union([
  Schema.TaggedStruct("Submit", { images: few, services: few }),
  Schema.TaggedStruct("Record", { images: few, services: few, succeeded: Schema.Boolean }),
  Schema.TaggedStruct("RecordCrops", { image: three, boxes: few, service: three, succeeded: Schema.Boolean }),
  Schema.TaggedStruct("SaveBoxes", { images: few, boxes: few, age, algorithm }),
  Schema.TaggedStruct("SaveBoxes", { images: few, boxes: few, age, algorithm }),
  Schema.TaggedStruct("SaveConsensus", { images: few, consensus: three, age, algorithm }),
  Schema.TaggedStruct("SaveEnrichment", { images: few, age, algorithm }),
  Schema.TaggedStruct("Forget", { images: few, services: few })
])
export type Step = typeof Step.Type

/** What is there about one image. Crops are named by box and service. */
export interface Image {
  readonly requested: Set<number>
  readonly results: Map<number, boolean>
  readonly crops: Map<string, boolean>
  revision: number
  boxes: ReadonlyArray<number>
  /** The algorithm that made the boxes; it is part of their content. */
  readonly derived: Map<Stage, { readonly revision: number; readonly algorithm: string }>
  consensus: number | undefined
}

export const empty = (): Image => ({
  requested: new Set(),
  results: new Map(),
  crops: new Map(),
  revision: 0,
  boxes: [],
  derived: new Map(),
  consensus: undefined
})

export const request = (image: Image, services: ReadonlyArray<number>): void => {
  for (const service of services) image.requested.add(service)
}

/** Returns how many answers are new. */
export const record = (image: Image, services: ReadonlyArray<number>, succeeded: boolean): number =>
  addFacts(image, image.results, services, succeeded)

/** Returns how many answers are new. */
export const recordCrops = (
  image: Image,
  boxes: ReadonlyArray<number>,
  service: number,
  succeeded: boolean
): number => {
  const there = boxes.filter((box) => image.boxes.includes(box))
  return addFacts(
    image,
    image.crops,
    there.map((box) => `${box} ${service}`),
    succeeded
  )
}

const addFacts = <K>(image: Image, facts: Map<K, boolean>, keys: ReadonlyArray<K>, succeeded: boolean): number => {
  const fresh = [...new Set(keys)].filter((key) => !facts.has(key))
  for (const key of fresh) facts.set(key, succeeded)
  image.revision += fresh.length
  return fresh.length
}

/** The revision a derivation of that age is of. */
export const revisionOf = (image: Image, age: number): number => Math.max(0, image.revision - age)

/** Notes a derivation unless it comes too late; returns whether it was taken. */
export const derive = (image: Image, stage: Stage, age: number, algorithm: string): boolean => {
  const revision = revisionOf(image, age)
  const stored = image.derived.get(stage)
  const isTaken =
    stored === undefined ||
    stored.revision < revision ||
    (stored.revision === revision && stored.algorithm !== algorithm)
  if (isTaken) image.derived.set(stage, { revision, algorithm })
  return isTaken
}

/** Returns whether the boxes changed. */
export const saveBoxes = (image: Image, boxes: ReadonlyArray<number>, age: number, algorithm: string): boolean => {
  const before = JSON.stringify([image.boxes, image.boxes.length === 0 || image.derived.get("harmonize")?.algorithm])
  if (!derive(image, "harmonize", age, algorithm)) return false
  image.boxes = [...new Set(boxes)]
  for (const crop of image.crops.keys()) {
    if (!image.boxes.includes(Number(crop[0]))) image.crops.delete(crop)
  }
  return before !== JSON.stringify([image.boxes, image.boxes.length === 0 || algorithm])
}

/** Returns whether the consensus changed. */
export const saveConsensus = (image: Image, consensus: number, age: number, algorithm: string): boolean => {
  if (!derive(image, "consensus", age, algorithm)) return false
  const isChanged = image.consensus !== consensus
  image.consensus = consensus
  return isChanged
}

/** Returns how many failed answers of the services there were. */
export const forget = (image: Image, services: ReadonlyArray<number>): number => {
  const results = [...image.results].filter(([service, succeeded]) => !succeeded && services.includes(service))
  const crops = [...image.crops].filter(([name, succeeded]) => !succeeded && services.includes(Number(name.at(-1))))
  for (const [service] of results) image.results.delete(service)
  for (const [name] of crops) image.crops.delete(name)
  image.revision += results.length + crops.length
  return results.length + crops.length
}

/** The requested services without an answer. */
export const owed = (image: Image): ReadonlyArray<number> =>
  [...image.requested].filter((service) => !image.results.has(service)).sort()

/** Whether a stage has used fewer facts than there are. */
export const isBehind = (image: Image, stage: Stage): boolean =>
  (image.derived.get(stage)?.revision ?? 0) < image.revision

/** Whether a stage must run again with the algorithm. */
export const isStale = (image: Image, stage: Stage, algorithm: string): boolean =>
  isBehind(image, stage) || (image.derived.get(stage)?.algorithm ?? algorithm) !== algorithm

export const isDone = (image: Image): boolean =>
  owed(image).length === 0 && stages.every((stage) => !isBehind(image, stage))
