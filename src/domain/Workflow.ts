/**
 * The workflow: who looks at an image, and what follows from what they find.
 *
 * `follows` is what the running programs act on; `graph` draws the same value for people and clients. What follows may come
 * with one message or derivation for several of them (`flows/Hints.ts`, `flows/Derive.ts`).
 */
import { Schema } from "effect"
import * as Derive from "./Derive.ts"
import type { Strategy } from "./Harmonization.ts"
import { Offsets } from "./harmonization/Alignment.ts"
import { ServiceId } from "./Identifiers.ts"
import { hintQueue } from "./Messages.ts"
import * as Selection from "./catalog/Selection.ts"
import { CropWish, EvidenceKind } from "./catalog/Service.ts"
import { shownUrl, type ServiceCatalog } from "./ServiceCatalog.ts"
import { Stage, stages } from "./Staleness.ts"

/** What can become known about an image: an answer about it, its boxes, its consensus, an answer about a crop. */
export type Fact = "answer" | "boxes" | "consensus" | "crop"

/** The stages that run again when a fact became known. */
export const follows: Readonly<Record<Fact, ReadonlyArray<Stage>>> = {
  answer: ["harmonize", "consensus"],
  boxes: ["enrich"],
  consensus: [],
  crop: ["harmonize", "consensus"]
}

/** The fact a stage derives; enrichment brings answers about crops instead. */
const derives: Readonly<Record<Stage, Fact>> = { harmonize: "boxes", consensus: "consensus", enrich: "crop" }

/** A service or a stage, with the queue it consumes. */
export const Node = Schema.Union([
  Schema.Struct({
    id: ServiceId,
    type: Schema.Literal("service"),
    queue: Schema.String,
    kind: EvidenceKind,
    /** Whether it is asked about whole images when no services are chosen. */
    isPrimary: Schema.Boolean,
    /** The boxes it wants to see crops of. */
    crops: Schema.optionalKey(CropWish),
    /** The protocol it speaks, and where. */
    api: Schema.String,
    address: Schema.String,
    /** Which of its predictions count; absent when all do. */
    selection: Schema.optionalKey(Selection.Selection),
    /** Weight of its word in `[0, 1]`. */
    trust: Schema.Finite,
    /** How its boxes are moved before they are compared; absent when they stay. */
    align: Schema.optionalKey(Offsets),
    /** What it can see; absent when it can see anything. */
    vocabulary: Schema.optionalKey(Schema.Union([Schema.Literal("coco80"), Schema.Array(Schema.String)]))
  }),
  Schema.Struct({
    id: Stage,
    type: Schema.Literal("stage"),
    queue: Schema.String,
    /** Names what it derives with, as stored beside what it derived. */
    algorithm: Schema.String
  })
])
export type Node = typeof Node.Type

/** `to` looks at an image again when `from` found something; `crops`: when it was shown a crop. */
export const Edge = Schema.Struct({ from: Schema.String, to: Schema.String, on: Schema.Literals(["image", "crops"]) })
export type Edge = typeof Edge.Type

/** Services in name order, then stages in the order in which one uses the other. */
export const Graph = Schema.Struct({ nodes: Schema.Array(Node), edges: Schema.Array(Edge) })
export type Graph = typeof Graph.Type

/** The workflow and how detections are harmonized: enough to derive again what the stages derive. */
export const Description = Schema.Struct({
  ...Graph.fields,
  strategy: Schema.Struct({ name: Schema.String, version: Schema.Int, options: Schema.Json })
})
export type Description = typeof Description.Type

/** Describes the workflow of a deployment. */
export const describe = (catalog: ServiceCatalog, strategy: Strategy): Description => ({
  ...graph(catalog, Derive.keys(strategy, catalog)),
  strategy: { name: strategy.name, version: strategy.version, options: strategy.options as Schema.Json }
})

/** Draws the workflow of a deployment. `algorithms` is what each stage derives with. */
export const graph = (catalog: ServiceCatalog, algorithms: Readonly<Record<Stage, string>>): Graph => ({
  nodes: [
    ...catalog.map((service) => {
      const { align, api, category, crops, id, kind, queue, selection, trust, vocabulary } = service
      return {
        id,
        type: "service" as const,
        queue,
        kind,
        isPrimary: category === "primary",
        api: api.name,
        address: shownUrl(service),
        trust,
        ...(align === undefined ? {} : { align }),
        ...(crops === undefined ? {} : { crops }),
        ...(Selection.isEverything(selection) ? {} : { selection }),
        ...(vocabulary === undefined ? {} : { vocabulary })
      }
    }),
    ...stages.map((id) => ({ id, type: "stage" as const, queue: hintQueue[id], algorithm: algorithms[id] }))
  ],
  edges: [
    ...catalog.flatMap(({ id }) => follows.answer.map((to) => ({ from: id, to, on: "image" as const }))),
    ...stages
      .filter((stage) => stage !== "enrich")
      .flatMap((stage) => follows[derives[stage]].map((to) => ({ from: stage, to, on: "image" as const }))),
    ...catalog
      .filter(({ crops }) => crops !== undefined)
      .flatMap(({ id }) => [
        { from: "enrich", to: id, on: "crops" as const },
        ...follows.crop.map((to) => ({ from: id, to, on: "crops" as const }))
      ])
  ]
})
