/**
 * The consensus: what all services together say is in an image.
 *
 * Every service has at most one vote per concept. Votes are worth their evidence, agreement in place and across kinds of
 * evidence adds up, and every candidate says why it was accepted or not. `Consensus` is the value of one image with its
 * JSON spelling (the `consensus_data` of the `consensus` table); equal facts give equal JSON, bit for bit.
 */
import { Order, Schema } from "effect"
import { cast } from "./consensus/Ballots.ts"
import { Candidate, toData as candidateData } from "./consensus/Candidate.ts"
import { reportersOf } from "./consensus/Silence.ts"
import { highest, rounded } from "./consensus/Score.ts"
import { ofStatements, Special, toData as specialData } from "./consensus/Special.ts"
import { statementsOf } from "./consensus/Statements.ts"
import { tally } from "./consensus/Tally.ts"
import { humanContext } from "./consensus/Validations.ts"
import { FailureClass } from "./Facts.ts"
import { BoxId, ServiceId } from "./Identifiers.ts"
import type { MergedBoxes } from "./MergedBox.ts"
import type { Observation } from "./Observation.ts"
import * as Vocabulary from "./Vocabulary.ts"

export { Candidate } from "./consensus/Candidate.ts"
export { Special } from "./consensus/Special.ts"

/** Names this way of voting. The version grows whenever equal facts may give another consensus. */
export const algorithm = "v3_voting@4"

/** What all services together say about an image, as far as they have answered. */
export const Consensus = Schema.Struct({
  /** Services with a successful answer about the image or a crop of it. */
  servicesCount: Schema.Int,
  /** Those services, sorted. */
  servicesList: Schema.Array(ServiceId),
  /** Services whose work on the whole image failed, sorted. */
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
    /** Candidates that are not accepted, highest score first. */
    tentative: Schema.Array(Candidate)
  }),
  special: Special,
  /** Predictions that could not be read, by index; a whole reply about a crop has index -1. */
  diagnostics: Schema.Array(
    Schema.Struct({
      service: ServiceId,
      boxId: Schema.optionalKey(BoxId),
      index: Schema.Int,
      problem: Schema.String,
      /** The part that was left out of a prediction that counts. */
      part: Schema.optionalKey(Schema.String)
    }).pipe(Schema.encodeKeys({ boxId: "cluster_id" }))
  ),
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

/** The `consensus_data` of a consensus: what encoding by the schema gives, in a fraction of the time. */
export const toData = (self: Consensus): typeof Consensus.Encoded => ({
  services_count: self.servicesCount,
  services_list: self.servicesList,
  failed_services: self.failedServices,
  total_processing_time: self.totalProcessingTime,
  consensus_algorithm: self.consensusAlgorithm,
  harmonization_algorithm: self.harmonizationAlgorithm,
  vocabulary_version: self.vocabularyVersion,
  votes: {
    consensus: self.votes.consensus.map(candidateData),
    tentative: self.votes.tentative.map(candidateData)
  },
  special: specialData(self.special),
  diagnostics: self.diagnostics.map(({ boxId, ...rest }) =>
    boxId === undefined ? rest : { ...rest, cluster_id: boxId }
  ),
  debug: { detection_count: self.debug.detectionCount, emoji_groups: self.debug.emojiGroups }
})

/** An accepted candidate as images are found by it. */
export interface Accepted extends Pick<Candidate, "concept" | "label" | "emoji"> {
  /** The best of its votes; 0 when no service gave one. */
  readonly confidence: number
}

/** The accepted candidates, best first. */
export const accepted = ({ votes }: Consensus): ReadonlyArray<Accepted> =>
  votes.consensus.map(({ concept, emoji, label, voters }) => ({
    concept,
    label,
    ...(emoji === undefined ? {} : { emoji }),
    confidence: highest(voters.map(({ confidence }) => confidence)) ?? 0
  }))

/** What was read in the image, and captions. */
export const texts = ({ special: { caption, text } }: Consensus): ReadonlyArray<string> =>
  [text, caption].flatMap((channel) => channel?.sightings.flatMap(({ content }) => content ?? []) ?? [])

/** The boxes of the image and the strategy, with version and options, that made them. */
export interface Harmonized extends MergedBoxes {
  readonly algorithm: string
}

/** Lets the services vote. Answers about crops count when their box is one of `boxes`. */
export const vote = (observation: Observation, harmonized: Harmonized): Consensus => {
  const reporters = reportersOf(observation)
  const statements = statementsOf(observation, harmonized.boxes)
  const polls = cast(statements, harmonized)
  const human = humanContext(
    statements,
    polls.map(([concept]) => concept)
  )
  const candidates = polls
    .map(([concept, ballots]) => {
      const boxes = harmonized.boxes.filter((box) => box.concept === concept)
      return tally({ concept, ballots, reporters, boxes, human })
    })
    .sort(highestScoreFirst)
  return {
    servicesCount: reporters.length,
    servicesList: reporters.map(({ service }) => service),
    failedServices: observation.failed,
    totalProcessingTime: rounded(observation.processingTime),
    consensusAlgorithm: algorithm,
    harmonizationAlgorithm: harmonized.algorithm,
    vocabularyVersion: Vocabulary.version,
    votes: {
      consensus: candidates.filter(({ status }) => status === "accepted"),
      tentative: candidates.filter(({ status }) => status === "tentative")
    },
    special: ofStatements(statements, human.isHuman),
    diagnostics: observation.diagnostics,
    debug: {
      detectionCount: candidates.reduce((sum, { votes }) => sum + votes, 0),
      emojiGroups: candidates.length
    }
  }
}

/** By score, then by votes, then by name. */
const highestScoreFirst: Order.Order<Candidate> = Order.combineAll([
  Order.mapInput(Order.flip(Order.Number), ({ finalScore }: Candidate) => finalScore),
  Order.mapInput(Order.flip(Order.Number), ({ votes }: Candidate) => votes),
  Order.mapInput(Order.String, ({ concept }: Candidate): string => concept)
])
