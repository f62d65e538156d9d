/**
 * From the ballots for one concept to its standing.
 *
 * `E = sum over kinds of sum_j 0.6^(j-1) x_(j)`, with `x_(1) >= x_(2) >= …` the contributions of one kind. A ballot more,
 * or a stronger one, never lowers `E`, and no ballot for another concept changes it.
 */
import * as ConceptName from "../Concept.ts"
import type { Concept, ServiceId } from "../Identifiers.ts"
import type { MergedBox } from "../MergedBox.ts"
import { type Ballot, special } from "./Ballots.ts"
import type { Candidate, CandidateBox, Evidence, VotingKind } from "./Candidate.ts"
import { type Reporter, silent } from "./Silence.ts"
import { discounted, rounded } from "./Score.ts"
import { type HumanContext, validations } from "./Validations.ts"

/** Votes from which a concept is part of the consensus whoever dissents. */
const quorum = 2

/** All that bears on one concept. */
export interface Poll {
  readonly concept: Concept
  /** Strongest first, at least one. */
  readonly ballots: ReadonlyArray<Ballot>
  readonly reporters: ReadonlyArray<Reporter>
  /** The boxes of the concept, best first. */
  readonly boxes: ReadonlyArray<MergedBox>
  readonly human: HumanContext
}

/** The standing of one concept. */
export const tally = (poll: Poll): Candidate => {
  const { ballots, boxes, concept, reporters, human } = poll
  const voters = ballots.map(({ vote }) => vote)
  const services = voters.map(({ service }) => service).sort()
  const { abstainers, dissenters } = silent(reporters, concept, new Set(services))
  const evidence = evidenceOf(ballots, boxes)
  const evidenceWeight = rounded(Object.values(evidence.scores).reduce((sum, score) => sum + score, 0))
  const validated = validations(concept, human)
  const emoji = ConceptName.emojiOf(concept) ?? ballots.find((ballot) => ballot.emoji !== undefined)?.emoji
  const confirmed = boxes.filter(({ status }) => status === "confirmed").length
  return {
    concept,
    label: voters[0]!.word,
    ...(emoji === undefined ? {} : { emoji }),
    votes: services.length,
    evidenceWeight,
    finalScore: rounded(
      Math.max(
        0,
        validated.reduce((sum, { score }) => sum + score, evidenceWeight)
      )
    ),
    ...standing(poll, services.length, dissenters.length),
    instances: confirmed === 0 ? { count: 1, type: "non_spatial" } : { count: confirmed, type: "spatial" },
    evidence,
    services,
    voters,
    dissenters,
    abstainers,
    validations: validated,
    boundingBoxes: boxes.map(candidateBox),
    ...(voters.some(({ shiny }) => shiny) ? { shiny: true as const } : {})
  }
}

/** Whether the concept is accepted, by which rule, and in words why. */
function standing(
  { concept, human }: Poll,
  votes: number,
  dissenters: number
): Pick<Candidate, "status" | "rule" | "reason"> {
  const count = `${votes} of the ${votes + dissenters} services that could have named it did`
  if (concept === special.nsfw && !human.isHuman) {
    return {
      status: "tentative",
      rule: "no-human-context",
      reason: `${count}, but no service saw a person, a face or a pose`
    }
  }
  if (votes >= quorum) return { status: "accepted", rule: "quorum", reason: `${count}; ${quorum} are enough` }
  return dissenters === 0
    ? { status: "accepted", rule: "unopposed", reason: "the only service that could have named it did" }
    : { status: "tentative", rule: "no-quorum", reason: `${count}; ${quorum} are needed` }
}

function evidenceOf(ballots: ReadonlyArray<Ballot>, boxes: ReadonlyArray<MergedBox>): Evidence {
  const spatial = ofKind(ballots, "spatial")
  const semantic = ofKind(ballots, "semantic")
  const classification = ofKind(ballots, "classification")
  const specialized = ofKind(ballots, "specialized")
  const [best] = boxes
  return {
    spatial: orNull(spatial, (sources) => ({
      serviceCount: sources.length,
      sources,
      detectionCount: Math.max(0, ...boxes.map(({ services }) => services.length)),
      ...(best === undefined ? {} : { avgConfidence: rounded(best.confidence) }),
      instanceCount: boxes.filter(({ status }) => status === "confirmed").length
    })),
    semantic: orNull(semantic, (sources) => ({
      serviceCount: sources.length,
      words: semantic.map(({ vote }) => vote.word),
      sources
    })),
    classification: orNull(classification, (sources) => ({ serviceCount: sources.length, sources })),
    specialized: orNull(specialized, (sources) => sources),
    scores: {
      spatial: scoreOf(spatial),
      semantic: scoreOf(semantic),
      classification: scoreOf(classification),
      specialized: scoreOf(specialized)
    }
  }
}

const ofKind = (ballots: ReadonlyArray<Ballot>, kind: VotingKind): ReadonlyArray<Ballot> =>
  ballots.filter(({ vote }) => vote.kind === kind).sort((a, b) => (a.vote.service < b.vote.service ? -1 : 1))

const scoreOf = (ballots: ReadonlyArray<Ballot>): number => discounted(ballots.map(({ vote }) => vote.contribution))

const orNull = <A>(ballots: ReadonlyArray<Ballot>, make: (sources: ReadonlyArray<ServiceId>) => A): A | null =>
  ballots.length === 0 ? null : make(ballots.map(({ vote }) => vote.service))

/** A harmonized box as candidates list it. */
export const candidateBox = (box: MergedBox): CandidateBox => ({
  id: box.id,
  box: box.box,
  ...(box.emoji === undefined ? {} : { emoji: box.emoji }),
  label: box.label,
  detectionCount: box.services.length,
  avgConfidence: rounded(box.confidence),
  evidence: rounded(box.evidence),
  status: box.status,
  detections: box.members.map(({ confidence, service }) => ({ service, confidence }))
})
