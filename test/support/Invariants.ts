/** What must hold of images when nothing is left to do, whatever happened on the way. */
import { Effect, Option, Schema } from "effect"
import { Consensus } from "../../src/domain/Consensus.ts"
import * as Derive from "../../src/domain/Derive.ts"
import * as EnrichmentPlan from "../../src/domain/EnrichmentPlan.ts"
import type { Strategy } from "../../src/domain/Harmonization.ts"
import type { ImageId, ServiceId } from "../../src/domain/Identifiers.ts"
import { MergedBox } from "../../src/domain/MergedBox.ts"
import type { ServiceCatalog } from "../../src/domain/ServiceCatalog.ts"
import { stages } from "../../src/domain/Staleness.ts"
import { Progress } from "../../src/services/Progress.ts"
import { type ImageRecord, ResultStore } from "../../src/services/ResultStore.ts"

export interface Deployment {
  readonly catalog: ServiceCatalog
  readonly strategy: Strategy
  /** A service of which some questions were cancelled: answers that were under way are facts all the same. */
  readonly withdrawn?: ServiceId | undefined
}

/**
 * What is wrong with the images; nothing when each requested service has exactly one answer, what is derived equals, byte
 * for byte, what one process derives from the final facts, nothing is stale, every planned crop has its answer, and no
 * crop is without its box.
 */
export const violations = Effect.fnUntraced(function* (deployment: Deployment, ids: ReadonlyArray<ImageId>) {
  const store = yield* ResultStore
  const algorithms = Derive.keys(deployment.strategy, deployment.catalog)
  const records = yield* store.records(ids)
  const problems = records.flatMap((record) =>
    wrongWith(record, deployment).map((problem) => `image ${record.imageId}: ${problem}`)
  )
  if (records.length !== ids.length) problems.push(`${ids.length - records.length} images are gone`)
  for (const stage of stages) {
    for (const { imageId } of yield* store.facts(ids, { [stage]: algorithms[stage] })) {
      problems.push(`image ${imageId}: is stale for ${stage}`)
    }
  }
  const { done, images } = yield* (yield* Progress).counts({ _tag: "Images", ids })
  if (done !== images) problems.push(`progress says that ${done} of ${images} images are done`)
  return problems
})

const wrongWith = (record: ImageRecord, { catalog, strategy, withdrawn }: Deployment): ReadonlyArray<string> => {
  const { facts } = record
  const problems: Array<string> = []
  const expect = (what: string, actual: unknown, expected: unknown) => {
    if (JSON.stringify(actual) !== JSON.stringify(expected)) {
      problems.push(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
    }
  }

  const answered = facts.results
    .map(({ service }) => service)
    .filter((service) => service !== withdrawn || facts.requested.includes(service))
  expect("answers", answered, facts.requested)

  const observation = Derive.observe(facts, catalog)
  const boxes = Derive.boxes(observation, strategy).boxes
  expect(
    "boxes",
    record.boxes.map((box) => encodeBox(box)),
    boxes.map((box) => encodeBox(box))
  )
  expect(
    "consensus",
    Option.getOrUndefined(Option.map(record.consensus, encodeConsensus)),
    facts.revision === 0 ? undefined : encodeConsensus(Derive.consensus(observation, strategy))
  )

  const plan = EnrichmentPlan.plan(boxes, catalog)
  const nameOf = ({ boxId, service }: { readonly boxId: string; readonly service: string }) => `${boxId} ${service}`
  expect("crops", facts.crops.map(nameOf).sort(), plan.map(nameOf).sort())
  return problems
}

const encodeBox = Schema.encodeSync(MergedBox)
const encodeConsensus = Schema.encodeSync(Consensus)
