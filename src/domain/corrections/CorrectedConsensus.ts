/**
 * The consensus of an image as people have corrected it: what they say is there is accepted, and what they say is not there is
 * not, whatever the services voted.
 *
 * A concept is gone when a person denied it and no box of it is left that nobody spoke of. The votes stay as they were cast.
 */
import * as ConceptName from "../Concept.ts"
import type { Consensus } from "../Consensus.ts"
import type { Candidate } from "../consensus/Candidate.ts"
import { candidateBox } from "../consensus/Tally.ts"
import type { BoxStatus } from "../Harmonization.ts"
import type { Concept } from "../Identifiers.ts"
import type { MergedBox } from "../MergedBox.ts"
import * as Corrected from "./Corrected.ts"
import type { Correction, Mark } from "./Correction.ts"
import { rulings } from "./Ruling.ts"

/** What people say about a concept in an image. */
export interface Amendment {
  readonly concept: Concept
  readonly emoji: string | undefined
  readonly isThere: boolean
  /** The last correction that says so. */
  readonly mark: Mark
}

/** A box as far as it can be recognized, and whether it counts. */
export interface Standing extends Corrected.Recognizable {
  readonly status: BoxStatus
}

/**
 * Which concepts people say are there, in the order in which they were first spoken of, and then which are gone. One for each
 * concept; the order of the boxes carries no meaning.
 */
export const amendments = (
  derived: ReadonlyArray<Standing>,
  corrections: ReadonlyArray<Correction>
): ReadonlyArray<Amendment> => {
  const ruled = rulings(corrections)
  if (ruled.length === 0) return []
  const taken = new Set([...Corrected.taken(ruled, derived).values()].map(({ id }) => id))
  const left = new Set(
    derived.flatMap(({ concept, id, status }) => (taken.has(id) || status !== "confirmed" ? [] : [concept]))
  )
  const there = new Map<Concept, Amendment>()
  const gone = new Map<Concept, Amendment>()
  for (const { last, subject, verdict } of ruled) {
    if (verdict !== undefined) there.set(verdict.concept, amendment(verdict.concept, true, last))
    if (verdict?.concept !== subject.concept) gone.set(subject.concept, amendment(subject.concept, false, last))
  }
  return [...there.values(), ...[...gone.values()].filter(({ concept }) => !there.has(concept) && !left.has(concept))]
}

const amendment = (concept: Concept, isThere: boolean, { at, by, change, id }: Correction): Amendment => ({
  concept,
  emoji: ConceptName.emojiOf(concept),
  isThere,
  mark: { id, by, at, kind: change.kind }
})

/**
 * The consensus with the corrections applied. Accepted are first the concepts that people say are there, in the order in which
 * they were first spoken of, then the others as they were. Candidates that somebody corrected have the boxes of
 * `Corrected.boxes`.
 */
export const consensus = (
  derived: Consensus,
  boxes: ReadonlyArray<MergedBox>,
  corrections: ReadonlyArray<Correction>
): Consensus => {
  const standing = boxes.map(({ box, concept, id, status }) => ({ id, concept, box, status }))
  const amended = amendments(standing, corrections)
  const spoken = new Set(rulings(corrections).flatMap(({ subject, verdict }) => [subject.concept, verdict?.concept]))
  if (spoken.size === 0) return derived
  const corrected = Corrected.boxes(boxes, corrections)
  const { consensus: accepted, tentative } = derived.votes
  const candidates = [...accepted, ...tentative]
  const withBoxes = (candidate: Candidate): Candidate => {
    if (!spoken.has(candidate.concept)) return candidate
    const own = corrected.filter(({ concept }) => concept === candidate.concept)
    const confirmed = own.filter(({ status }) => status === "confirmed").length
    return {
      ...candidate,
      boundingBoxes: own.map(candidateBox),
      instances: confirmed === 0 ? { count: 1, type: "non_spatial" } : { count: confirmed, type: "spatial" }
    }
  }
  const amendedCandidate = (amendment: Amendment): Candidate => {
    const { concept, isThere, mark } = amendment
    return withBoxes({
      ...(candidates.find((candidate) => candidate.concept === concept) ?? unvoted(derived, amendment)),
      status: isThere ? "accepted" : "tentative",
      rule: "corrected",
      reason: `${mark.by} ${Corrected.deeds[mark.kind]}`,
      correction: mark
    })
  }
  const others = (those: ReadonlyArray<Candidate>) =>
    those.filter(({ concept }) => !amended.some((each) => each.concept === concept)).map(withBoxes)
  return {
    ...derived,
    votes: {
      consensus: [...amended.filter(({ isThere }) => isThere).map(amendedCandidate), ...others(accepted)],
      tentative: [
        ...amended
          .filter(({ concept, isThere }) => !isThere && candidates.some((candidate) => candidate.concept === concept))
          .map(amendedCandidate),
        ...others(tentative)
      ]
    }
  }
}

/** A concept that no service voted for. */
const unvoted = (
  { servicesList }: Consensus,
  { concept, emoji }: Amendment
): Omit<Candidate, "status" | "rule" | "reason"> => ({
  concept,
  label: concept,
  ...(emoji === undefined ? {} : { emoji }),
  votes: 0,
  evidenceWeight: 0,
  finalScore: 0,
  instances: { count: 1, type: "spatial" },
  evidence: {
    spatial: null,
    semantic: null,
    classification: null,
    specialized: null,
    scores: { spatial: 0, semantic: 0, classification: 0, specialized: 0 }
  },
  services: [],
  voters: [],
  dissenters: [],
  abstainers: servicesList,
  validations: [],
  boundingBoxes: []
})
