/**
 * From what the services said to their votes: at most one per service and concept.
 *
 * A detector votes through the harmonized boxes, so detectors that agree on the place weigh more. Everything else votes
 * by its own confidence. A caption is one vote for each concept it mentions, however many boxes the concept has.
 */
import { Brand, Order } from "effect"
import type { Concept, ServiceId } from "../Identifiers.ts"
import type { MergedBoxes } from "../MergedBox.ts"
import type { Mention } from "../Reply.ts"
import type { Service } from "../ServiceCatalog.ts"
import { type Vote, VotingKind } from "./Candidate.ts"
import { rounded } from "./Score.ts"
import type { Statement } from "./Statements.ts"

/** A vote and the emoji that came with it. */
export interface Ballot {
  readonly vote: Vote
  readonly emoji: string | undefined
}

/** Stands in for a confidence the service did not give: the specification's `DEFAULT_CONFIDENCE`. */
export const unstatedConfidence = 0.75

/** What a box counts that the detectors outvoted, and a detection that gave way to a stronger one of its concept. */
export const doubtfulShare = 0.5

/** What the special predictions are votes for. */
export const special = {
  text: Brand.nominal<Concept>()("text"),
  face: Brand.nominal<Concept>()("face"),
  nsfw: Brand.nominal<Concept>()("nsfw")
}

/** How the service votes; `undefined` for one that only describes. */
export const votingKind = ({ kind }: Service): VotingKind | undefined =>
  VotingKind.literals.find((votingKind) => votingKind === kind)

/** The ballots by concept, concepts in alphabetical order, the ballots for one concept strongest first. */
export const cast = (
  statements: ReadonlyArray<Statement>,
  boxes: MergedBoxes
): ReadonlyArray<readonly [Concept, ReadonlyArray<Ballot>]> => {
  const strengths = strengthsOf(boxes)
  const ballots = new Map<Concept, Map<ServiceId, Array<Ballot>>>()
  for (const statement of statements) {
    const kind = votingKind(statement.service)
    if (kind === undefined) continue
    for (const claim of claimsOf(statement)) {
      const strength = strengthOf(statement, claim, strengths)
      if (strength === undefined) continue
      const byService = getOrInsert(ballots, claim.concept, () => new Map<ServiceId, Array<Ballot>>())
      getOrInsert(byService, statement.service.id, () => []).push(ballotOf(statement.service, kind, claim, strength))
    }
  }
  return [...ballots]
    .map(([concept, byService]) => [concept, [...byService.values()].map(best).sort(strongestFirst)] as const)
    .sort(([a], [b]) => Order.String(a, b))
}

/** What a prediction says is there. */
interface Claim {
  readonly concept: Concept
  readonly word: string
  readonly emoji: string | undefined
  readonly confidence: number | undefined
  readonly shiny: boolean
}

function claimsOf({ prediction }: Statement): ReadonlyArray<Claim> {
  switch (prediction._tag) {
    case "Object":
    case "Label":
      return [{ ...prediction, word: prediction.label }]
    case "Caption":
      return prediction.mentions.map(mentioned)
    case "Text":
      return [...(prediction.hasText ? [seen(special.text, prediction)] : []), ...prediction.mentions.map(mentioned)]
    case "Face":
      return [seen(special.face, prediction)]
    case "Nsfw":
      return prediction.nsfw ? [seen(special.nsfw, prediction)] : []
    case "Pose":
    case "Palette":
    case "Metadata":
      return []
  }
}

const mentioned = (mention: Mention): Claim => ({ ...mention, confidence: undefined })

const seen = (concept: Concept, { confidence, emoji }: Pick<Claim, "confidence" | "emoji">): Claim => ({
  concept,
  word: concept,
  emoji,
  confidence,
  shiny: false
})

/** What the detections of the whole image are worth, by the name of the detection. */
function strengthsOf({ boxes, rejected }: MergedBoxes): ReadonlyMap<string, number> {
  const strengths = new Map<string, number>()
  for (const { box } of boxes) {
    for (const member of box.members) {
      strengths.set(nameOf(member), box.status === "confirmed" ? box.evidence : doubtfulShare * box.evidence)
    }
  }
  for (const { detection, rule } of rejected) {
    if (rule === "duplicate" || rule === "overlap") {
      strengths.set(nameOf(detection), doubtfulShare * detection.confidence)
    }
  }
  return strengths
}

/** The strength of a claim in `[0, 1]`; `undefined` for an object whose box harmonization did not take. */
const strengthOf = (
  { crop, prediction, service }: Statement,
  { confidence }: Claim,
  strengths: ReadonlyMap<string, number>
): number | undefined =>
  service.kind === "spatial" && prediction._tag === "Object" && crop === undefined
    ? strengths.get(nameOf({ service: service.id, index: prediction.index }))
    : (confidence ?? unstatedConfidence)

const nameOf = ({ index, service }: { readonly service: ServiceId; readonly index: number }) => `${service} ${index}`

const ballotOf = (service: Service, kind: VotingKind, claim: Claim, strength: number): Ballot => ({
  vote: {
    service: service.id,
    kind,
    word: claim.word,
    ...(claim.confidence === undefined ? {} : { confidence: claim.confidence }),
    contribution: rounded(service.trust * strength),
    ...(claim.shiny ? { shiny: true as const } : {})
  },
  emoji: claim.emoji
})

/** The strongest of the ballots of one service for one concept, with the best confidence and the shine of all. */
function best(ballots: ReadonlyArray<Ballot>): Ballot {
  const strongest = ballots.toSorted(strongestFirst)[0]!
  const confidences = ballots.flatMap(({ vote: { confidence } }) => (confidence === undefined ? [] : [confidence]))
  return {
    ...strongest,
    vote: {
      ...strongest.vote,
      ...(confidences.length === 0 ? {} : { confidence: Math.max(...confidences) }),
      ...(ballots.some(({ vote }) => vote.shiny) ? { shiny: true as const } : {})
    }
  }
}

/** A total order by value: ballots that compare equal are equal in all that is published. */
const strongestFirst: Order.Order<Ballot> = Order.combineAll([
  Order.mapInput(Order.flip(Order.Number), ({ vote }: Ballot) => vote.contribution),
  Order.mapInput(Order.flip(Order.Number), ({ vote }: Ballot) => vote.confidence ?? -1),
  Order.mapInput(Order.String, ({ vote }: Ballot): string => vote.service),
  Order.mapInput(Order.String, ({ vote }: Ballot) => vote.word),
  Order.mapInput(Order.String, ({ emoji }: Ballot) => emoji ?? "")
])

function getOrInsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const present = map.get(key)
  if (present !== undefined) return present
  const made = make()
  map.set(key, made)
  return made
}
