/**
 * An image as it was known after each answer, derived again by the very functions the programs run.
 *
 * Derived facts depend on the recorded facts alone. So the state after the first answers is derived from the first answers;
 * nothing of it needs to have been stored.
 */
import { Duration, Order, Result } from "effect"
import type { Image } from "../../domain/archive/Image.ts"
import type { Consensus } from "../../domain/Consensus.ts"
import * as Corrected from "../../domain/corrections/Corrected.ts"
import * as CorrectedConsensus from "../../domain/corrections/CorrectedConsensus.ts"
import * as Derive from "../../domain/Derive.ts"
import type { Enrichment } from "../../domain/Enrichment.ts"
import type { CropResult, ImageFacts, ServiceResult } from "../../domain/Facts.ts"
import type { Strategy } from "../../domain/Harmonization.ts"
import * as Strategies from "../../domain/harmonization/Strategies.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { MergedBox, MergedBoxes } from "../../domain/MergedBox.ts"
import type { ServiceCatalog } from "../../domain/ServiceCatalog.ts"
import { revision } from "../../domain/Staleness.ts"
import type { Graph } from "../../domain/Workflow.ts"

/** An answer about the image, or about a crop of it. */
export type Answer =
  | { readonly _tag: "Image"; readonly at: Date; readonly isDetector: boolean; readonly result: ServiceResult }
  | { readonly _tag: "Crop"; readonly at: Date; readonly isDetector: false; readonly result: CropResult }

/** What is known at some point. */
export interface Frame extends MergedBoxes {
  readonly observation: Derive.Observation
  readonly consensus: Consensus
  readonly enrichments: ReadonlyArray<Enrichment>
}

/** The services of a workflow, as far as it matters for deriving. Where they are and how they are asked does not. */
export const catalogOf = ({ nodes }: Pick<Graph, "nodes">): ServiceCatalog =>
  nodes.flatMap((node) =>
    node.type === "stage"
      ? []
      : [
          {
            id: node.id,
            queue: node.queue,
            kind: node.kind,
            trust: node.trust,
            align: node.align,
            crops: node.crops,
            vocabulary: node.vocabulary,
            category: node.isPrimary ? "primary" : "spatial_only",
            selection: node.selection ?? {},
            api: { name: "windmill", options: {} },
            secure: false,
            host: "",
            port: 0,
            endpoint: "/",
            health: undefined,
            headers: {},
            tls: undefined,
            boxes: { form: "xywh", unit: "pixels" },
            maxPictureSize: undefined,
            pictureFormats: undefined,
            input: "upload",
            concurrency: 1,
            timeout: Duration.zero
          }
        ]
  )

/** The strategy of that name with these options; the default when there is none, or not with these options. */
export const strategyOf = (name: string, options: unknown = {}): Strategy =>
  Result.getOrElse(Strategies.fromConfig({ name, options }), () => Strategies.defaultStrategy)

/** The answers in the order in which they came. */
export const answersOf = (image: Image, catalog: ServiceCatalog): ReadonlyArray<Answer> => {
  const detectors = new Set(catalog.flatMap(({ id, kind }) => (kind === "spatial" ? [id] : [])))
  return [
    ...image.results.map(({ created, outcome, resultId, service }): Answer => {
      const result = { resultId, service, outcome }
      return { _tag: "Image", at: created, isDetector: detectors.has(service), result }
    }),
    ...image.crops.map(({ boxId, created, outcome, region, service }): Answer => {
      return { _tag: "Crop", at: created, isDetector: false, result: { boxId, service, region, outcome } }
    })
  ].sort(firstComeFirst)
}

/** What comes at once stays in the order in which it is listed. */
const firstComeFirst = Order.mapInput(Order.Number, ({ at }: Answer) => at.getTime())

/** The services that answered about the image and are not in the catalog: nothing is derived from what they said. */
export const strangers = (answers: ReadonlyArray<Answer>, catalog: ServiceCatalog): ReadonlyArray<ServiceId> =>
  Derive.leftOut(
    answers.map(({ result }) => result),
    catalog.map(({ id }) => id)
  )

/** What is known after the first `count` answers. */
export const frameAt = (
  image: Image,
  answers: ReadonlyArray<Answer>,
  count: number,
  catalog: ServiceCatalog,
  strategy: Strategy
): Frame => {
  const known = answers.slice(0, count)
  const facts: ImageFacts = {
    imageId: image.id,
    revision: revision(count),
    requested: image.services,
    results: known.flatMap((answer) => (answer._tag === "Image" ? [answer.result] : [])),
    crops: known.flatMap((answer) => (answer._tag === "Crop" ? [answer.result] : []))
  }
  const observation = Derive.observe(facts, catalog)
  return {
    ...Derive.boxes(observation, strategy),
    observation,
    consensus: Derive.consensus(observation, strategy),
    enrichments: Derive.enrichments(observation)
  }
}

/** The same, with what people have corrected. */
export const correctedAt = (image: Image, ...known: Tail<Parameters<typeof frameAt>>): CorrectedFrame => {
  const frame = frameAt(image, ...known)
  return {
    ...frame,
    boxes: Corrected.boxes(frame.boxes, image.corrections),
    consensus: CorrectedConsensus.consensus(frame.consensus, frame.boxes, image.corrections)
  }
}

/** What is known at some point, and what people say of it. */
export interface CorrectedFrame extends Frame {
  readonly boxes: ReadonlyArray<Corrected.CorrectedBox>
}

type Tail<A extends ReadonlyArray<unknown>> = A extends readonly [unknown, ...infer Rest] ? Rest : never

/** Whether two lists of boxes say the same. */
export const isSame = (self: ReadonlyArray<MergedBox>, that: ReadonlyArray<MergedBox>): boolean =>
  JSON.stringify(self.map(essence)) === JSON.stringify(that.map(essence))

const essence = ({ box, confidence, dissenters, evidence, id, label, services, status, unread }: MergedBox) => [
  id,
  status,
  label,
  [box.x, box.y, box.width, box.height],
  evidence,
  confidence,
  services,
  dissenters,
  unread
]
