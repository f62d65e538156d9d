/**
 * What a finding of one kind says about a concept of another: a face or a pose speaks for a person, and what is not safe
 * for work needs one. Validations change scores before candidates are ranked; they are never votes.
 */
import * as Concept from "../Concept.ts"
import type { Concept as ConceptName } from "../Identifiers.ts"
import { special } from "./Ballots.ts"
import type { Validation } from "./Candidate.ts"
import { defaultConfidence } from "../Reply.ts"
import { rounded } from "./Score.ts"
import type { Statement } from "./Statements.ts"

/** What a validation counts at most, in units of one fully certain vote. */
const weight = 0.5

/** What bears on persons in an image. */
export interface HumanContext {
  /** The validations a person candidate gets. */
  readonly ofPerson: ReadonlyArray<Validation>
  /** Whether any service saw a person, a face or a pose. */
  readonly isHuman: boolean
}

/** A face or pose bears on persons when it was seen in the whole image or in the crop of a person. */
export const humanContext = (
  statements: ReadonlyArray<Statement>,
  concepts: ReadonlyArray<ConceptName>
): HumanContext => {
  const ofPerson = [confirmation(statements, "Face"), confirmation(statements, "Pose")].filter(
    (validation) => validation !== undefined
  )
  return { ofPerson, isHuman: ofPerson.length > 0 || concepts.some(Concept.isPerson) }
}

/** The validations of a concept. */
export const validations = (concept: ConceptName, { isHuman, ofPerson }: HumanContext): ReadonlyArray<Validation> => {
  if (Concept.isPerson(concept)) return ofPerson
  if (concept !== special.nsfw) return []
  return isHuman
    ? [{ rule: "human_context_confirmed", score: weight, reason: "a person, a face or a pose was seen" }]
    : [{ rule: "suspicious_no_humans", score: -weight, reason: "no person, no face and no pose was seen" }]
}

/** Half of what the best sighting is worth: trust times confidence. */
function confirmation(statements: ReadonlyArray<Statement>, tag: "Face" | "Pose"): Validation | undefined {
  const sightings = statements.filter(
    ({ crop, prediction }) => prediction._tag === tag && (crop === undefined || Concept.isPerson(crop.of.concept))
  )
  if (sightings.length === 0) return undefined
  const best = Math.max(
    ...sightings.map(
      ({ prediction, service }) =>
        service.trust * ((prediction._tag === "Face" ? prediction.confidence : undefined) ?? defaultConfidence)
    )
  )
  const place = sightings.some(({ crop }) => crop !== undefined) ? "the crop of a person" : "the whole image"
  return {
    rule: tag === "Face" ? "face_confirmed" : "pose_confirmed",
    score: rounded(weight * best),
    reason: `a ${tag.toLowerCase()} was seen in ${place}`
  }
}
