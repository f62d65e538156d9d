/**
 * The consensus: what all services together say is in an image.
 *
 * `Consensus` is the value of one image with its JSON spelling (the `consensus_data` of the `consensus` table); equal
 * facts give equal JSON, bit for bit. It carries no clock and no order of arrival.
 */
import { Schema } from "effect"
import { Candidate } from "./consensus/Candidate.ts"
import { Special } from "./consensus/Special.ts"
import { FailureClass } from "./Facts.ts"
import { ServiceId } from "./Identifiers.ts"

export { Candidate } from "./consensus/Candidate.ts"
export { Special } from "./consensus/Special.ts"

/** Names this way of voting, as derived rows store it. It changes whenever equal facts may give another consensus. */
export const algorithm = "v3_voting@1"

/** What all services together say about an image, as far as they have answered. */
export const Consensus = Schema.Struct({
  /** Services with a successful answer about the image or a crop of it. */
  servicesCount: Schema.Int,
  /** Those services, sorted. */
  servicesList: Schema.Array(ServiceId),
  /** Services whose work on the whole image failed, sorted. They report nothing. */
  failedServices: Schema.Array(Schema.Struct({ service: ServiceId, class: FailureClass, reason: Schema.String })),
  /** Seconds the services say they took for the whole image, together. */
  totalProcessingTime: Schema.Finite,
  consensusAlgorithm: Schema.String,
  /** The strategy that made the boxes, with version and options. */
  harmonizationAlgorithm: Schema.String,
  /** The version of the data that turns labels into concepts. */
  vocabularyVersion: Schema.String,
  votes: Schema.Struct({
    /** Accepted candidates, highest score first. */
    consensus: Schema.Array(Candidate),
    /** Candidates the services did not agree on, highest score first. */
    tentative: Schema.Array(Candidate)
  }),
  special: Special,
  /** Predictions that could not be read and were set aside. */
  diagnostics: Schema.Array(Schema.Struct({ service: ServiceId, index: Schema.Int, problem: Schema.String })),
  debug: Schema.Struct({
    /** Votes cast. */
    detectionCount: Schema.Int,
    /** Concepts voted on. */
    emojiGroups: Schema.Int
  }).pipe(Schema.encodeKeys({ detectionCount: "detection_count", emojiGroups: "emoji_groups" }))
}).pipe(
  Schema.encodeKeys({
    servicesCount: "services_count",
    servicesList: "services_list",
    failedServices: "failed_services",
    totalProcessingTime: "total_processing_time",
    consensusAlgorithm: "consensus_algorithm",
    harmonizationAlgorithm: "harmonization_algorithm",
    vocabularyVersion: "vocabulary_version"
  })
)
export type Consensus = typeof Consensus.Type
