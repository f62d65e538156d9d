/** What the services voted on: one concept, with everything that speaks for and against it. */
import { Schema } from "effect"
import { ImageBox } from "../BoundingBox.ts"
import { Mark } from "../corrections/Correction.ts"
import { Confidence } from "../Detection.ts"
import { BoxStatus } from "../Harmonization.ts"
import { BoxId, Concept, ServiceId } from "../Identifiers.ts"

/** The kinds of evidence that vote. Services of any other kind describe the image and abstain. */
export const VotingKind = Schema.Literals(["spatial", "semantic", "classification", "specialized"])
export type VotingKind = typeof VotingKind.Type

/** One service's vote for a concept. A service has at most one, however often it says the same. */
export const Vote = Schema.Struct({
  service: ServiceId,
  kind: VotingKind,
  /** The service's own word for the concept. */
  word: Schema.String,
  /** The best confidence the service gave; absent when it gave none. */
  confidence: Schema.optionalKey(Confidence),
  /** What the vote is worth before votes of the same kind are discounted, in `[0, 1]`. */
  contribution: Confidence,
  shiny: Schema.optionalKey(Schema.Literal(true))
})
export type Vote = typeof Vote.Type

/** A finding of another kind that bears on the concept. It adds to the score and is never a vote. */
export const Validation = Schema.Struct({
  rule: Schema.Literals(["face_confirmed", "pose_confirmed", "human_context_confirmed", "suspicious_no_humans"]),
  /** Added to the score before ranking; negative for a doubt. */
  score: Schema.Finite,
  /** What was found, in words. */
  reason: Schema.String
})
export type Validation = typeof Validation.Type

const Sources = { serviceCount: Schema.Int, sources: Schema.Array(ServiceId) }

/** The votes by kind; `null` for a kind that did not vote. Lists are sorted by service. */
export const Evidence = Schema.Struct({
  spatial: Schema.NullOr(
    Schema.Struct({
      ...Sources,
      /** The most services that agree on one box. */
      detectionCount: Schema.Int,
      /** Mean confidence in the best box; absent when no vote has a box. */
      avgConfidence: Schema.optionalKey(Confidence),
      /** Confirmed boxes. */
      instanceCount: Schema.Int
    }).pipe(
      Schema.encodeKeys({
        serviceCount: "service_count",
        detectionCount: "detection_count",
        avgConfidence: "avg_confidence",
        instanceCount: "instance_count"
      })
    )
  ),
  semantic: Schema.NullOr(
    Schema.Struct({ ...Sources, words: Schema.Array(Schema.String) }).pipe(
      Schema.encodeKeys({ serviceCount: "service_count" })
    )
  ),
  classification: Schema.NullOr(Schema.Struct(Sources).pipe(Schema.encodeKeys({ serviceCount: "service_count" }))),
  specialized: Schema.NullOr(Schema.Array(ServiceId)),
  /** What each kind adds to the evidence. */
  scores: Schema.Record(VotingKind, Schema.Finite)
})
export type Evidence = typeof Evidence.Type

/** A harmonized box of the concept, in whole pixels of the image. */
export const CandidateBox = Schema.Struct({
  id: BoxId,
  box: ImageBox,
  emoji: Schema.optionalKey(Schema.String),
  label: Schema.String,
  detectionCount: Schema.Int,
  avgConfidence: Confidence,
  evidence: Confidence,
  status: BoxStatus,
  detections: Schema.Array(Schema.Struct({ service: ServiceId, confidence: Confidence }))
}).pipe(
  Schema.encodeKeys({
    id: "cluster_id",
    box: "merged_bbox",
    detectionCount: "detection_count",
    avgConfidence: "avg_confidence"
  })
)
export type CandidateBox = typeof CandidateBox.Type

/** Whether a candidate is part of the consensus (`accepted`) or only on record (`tentative`). */
export const CandidateStatus = Schema.Literals(["accepted", "tentative"])
export type CandidateStatus = typeof CandidateStatus.Type

/** One concept that a service voted for. `votes + dissenters + abstainers` are the services that reported. */
export const Candidate = Schema.Struct({
  concept: Concept,
  /** The wording of the strongest vote. */
  label: Schema.String,
  emoji: Schema.optionalKey(Schema.String),
  /** Services that voted for it. */
  votes: Schema.Int,
  /** The evidence of the votes: the sum of `evidence.scores`. */
  evidenceWeight: Schema.Finite,
  /** `evidenceWeight` and the validations together, at least 0. Candidates are ranked by it. */
  finalScore: Schema.Finite,
  status: CandidateStatus,
  /** The rule that gave the status. */
  rule: Schema.Literals(["quorum", "unopposed", "no-quorum", "no-human-context", "corrected"]),
  /** The rule's finding, in words. */
  reason: Schema.String,
  /** How many there are: confirmed boxes, or one of something that has no place. */
  instances: Schema.Struct({ count: Schema.Int, type: Schema.Literals(["spatial", "non_spatial"]) }),
  evidence: Evidence,
  /** The services that voted, sorted. */
  services: Schema.Array(ServiceId),
  /** Their votes, strongest first. */
  voters: Schema.Array(Vote),
  /** Services that reported, can name the concept, and did not, sorted. */
  dissenters: Schema.Array(ServiceId),
  /** Services that reported and have no say about the concept, sorted. */
  abstainers: Schema.Array(ServiceId),
  validations: Schema.Array(Validation),
  /** The harmonized boxes of the concept, best first. */
  boundingBoxes: Schema.Array(CandidateBox),
  shiny: Schema.optionalKey(Schema.Literal(true)),
  /** The correction by a person that decided; never of what is stored. */
  correction: Schema.optionalKey(Mark)
}).pipe(
  Schema.encodeKeys({
    evidenceWeight: "evidence_weight",
    finalScore: "final_score",
    boundingBoxes: "bounding_boxes"
  })
)
export type Candidate = typeof Candidate.Type

/** The JSON of a candidate: what encoding by the schema gives, in a fraction of the time. */
export const toData = (self: Candidate): typeof Candidate.Encoded => ({
  concept: self.concept,
  label: self.label,
  ...(self.emoji === undefined ? {} : { emoji: self.emoji }),
  votes: self.votes,
  evidence_weight: self.evidenceWeight,
  final_score: self.finalScore,
  status: self.status,
  rule: self.rule,
  reason: self.reason,
  instances: self.instances,
  evidence: evidenceData(self.evidence),
  services: self.services,
  voters: self.voters,
  dissenters: self.dissenters,
  abstainers: self.abstainers,
  validations: self.validations,
  bounding_boxes: self.boundingBoxes.map(boxData),
  ...(self.shiny === undefined ? {} : { shiny: self.shiny }),
  ...(self.correction === undefined ? {} : { correction: self.correction })
})

const evidenceData = ({
  classification,
  scores,
  semantic,
  spatial,
  specialized
}: Evidence): typeof Evidence.Encoded => ({
  spatial:
    spatial === null
      ? null
      : {
          sources: spatial.sources,
          service_count: spatial.serviceCount,
          detection_count: spatial.detectionCount,
          ...(spatial.avgConfidence === undefined ? {} : { avg_confidence: spatial.avgConfidence }),
          instance_count: spatial.instanceCount
        },
  semantic:
    semantic === null
      ? null
      : { sources: semantic.sources, service_count: semantic.serviceCount, words: semantic.words },
  classification:
    classification === null ? null : { sources: classification.sources, service_count: classification.serviceCount },
  specialized,
  scores
})

const boxData = (self: CandidateBox): typeof CandidateBox.Encoded => ({
  cluster_id: self.id,
  merged_bbox: self.box,
  ...(self.emoji === undefined ? {} : { emoji: self.emoji }),
  label: self.label,
  detection_count: self.detectionCount,
  avg_confidence: self.avgConfidence,
  evidence: self.evidence,
  status: self.status,
  detections: self.detections
})
