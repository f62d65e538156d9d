/**
 * From what the services said to their votes: at most one per service and concept.
 *
 * A detector votes through the harmonized boxes, so detectors that agree on the place weigh more. Everything else votes
 * by its own confidence. A caption is one vote for each concept it mentions, however many boxes the concept has.
 */
import { Brand, Order } from "effect"
import type { Concept, ServiceId } from "../Identifiers.ts"
import type { MergedBoxes } from "../MergedBox.ts"
import { defaultConfidence, type Mention } from "../Reply.ts"
import { type Vote, VotingKind } from "./Candidate.ts"
import { highest, rounded } from "./Score.ts"
import type { Statement } from "./Statements.ts"

/** A vote and the emoji that came with it. */
export interface Ballot {
  readonly vote: Vote
  readonly emoji: string | undefined
}

/** What a box counts that the detectors outvoted, and a detection that gave way to a stronger one of its concept. */
const doubtfulShare = 0.5

/** What the special predictions are votes for. */
export const special = {
  text: Brand.nominal<Concept>()("text"),
  face: Brand.nominal<Concept>()("face"),
  nsfw: Brand.nominal<Concept>()("nsfw")
}

/** The ballots by concept, strongest first. */
export const cast = (
  statements: ReadonlyArray<Statement>,
  boxes: MergedBoxes
): ReadonlyArray<readonly [Concept, ReadonlyArray<Ballot>]> => {
  const strengths = strengthsOf(boxes)
  const claims = new Map<Concept, Map<ServiceId, Array<Claim>>>()
  for (const statement of statements) {
    const { service } = statement
    const kind = VotingKind.literals.find((votingKind) => votingKind === service.kind)
    if (kind === undefined) continue
    for (const naming of namingsOf(statement)) {
      const strength = strengthOf(statement, naming, strengths)
      if (strength === undefined) continue
      const byService = getOrInsert(claims, naming.concept, () => new Map<ServiceId, Array<Claim>>())
      const { concept, confidence, emoji, shiny, word } = naming
      getOrInsert(byService, service.id, () => []).push({
        concept,
        word,
        emoji,
        confidence,
        shiny,
        service: service.id,
        kind,
        contribution: rounded(service.trust * strength)
      })
    }
  }
  return [...claims].map(([concept, byService]) => [concept, [...byService.values()].map(ballotOf).sort(byStrength)])
}

/** A concept that a prediction names. */
interface Naming {
  readonly concept: Concept
  readonly word: string
  readonly emoji: string | undefined
  readonly confidence: number | undefined
  readonly shiny: boolean
}

function namingsOf({ prediction }: Statement): ReadonlyArray<Naming> {
  switch (prediction._tag) {
    case "Object":
    case "Label": {
      const { concept, confidence, emoji, label, shiny } = prediction
      return [{ concept, word: label, emoji, confidence, shiny }]
    }
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

const mentioned = (mention: Mention): Naming => ({ ...mention, confidence: undefined })

const seen = (concept: Concept, { confidence, emoji }: Pick<Naming, "confidence" | "emoji">): Naming => ({
  concept,
  word: concept,
  emoji,
  confidence,
  shiny: false
})

/** What the detections of the whole image are worth, by the name of the detection. */
function strengthsOf({ boxes, rejected }: MergedBoxes): ReadonlyMap<string, number> {
  const strengths = new Map<string, number>()
  for (const { evidence, members, status } of boxes) {
    for (const member of members) {
      strengths.set(nameOf(member), status === "confirmed" ? evidence : doubtfulShare * evidence)
    }
  }
  for (const { detection, rule } of rejected) {
    if (rule === "duplicate" || rule === "overlap") {
      strengths.set(nameOf(detection), doubtfulShare * detection.confidence)
    }
  }
  return strengths
}

/** How much is behind a naming, in `[0, 1]`; `undefined` for an object that harmonization refused. */
const strengthOf = (
  { crop, prediction, service }: Statement,
  { confidence }: Naming,
  strengths: ReadonlyMap<string, number>
): number | undefined =>
  service.kind === "spatial" && prediction._tag === "Object" && crop === undefined
    ? strengths.get(nameOf({ service: service.id, index: prediction.index }))
    : (confidence ?? defaultConfidence)

const nameOf = ({ index, service }: { readonly service: ServiceId; readonly index: number }) => `${service} ${index}`

/** One naming of a concept by one service. */
interface Claim extends Naming {
  readonly service: ServiceId
  readonly kind: VotingKind
  readonly contribution: number
}

/** The strongest of the claims of one service for one concept, with the best confidence and the shine of all. */
function ballotOf(claims: ReadonlyArray<Claim>): Ballot {
  const { contribution, emoji, kind, service, word } = claims.toSorted(strongestFirst)[0]!
  const confidence = highest(claims.map((claim) => claim.confidence))
  return {
    vote: {
      service,
      kind,
      word,
      ...(confidence === undefined ? {} : { confidence }),
      contribution,
      ...(claims.some(({ shiny }) => shiny) ? { shiny: true as const } : {})
    },
    emoji
  }
}

/** A total order by value: claims of one service that compare equal give the same ballot. */
const strongestFirst: Order.Order<Claim> = Order.combineAll([
  Order.mapInput(Order.flip(Order.Number), ({ contribution }: Claim) => contribution),
  Order.mapInput(Order.String, ({ word }: Claim) => word),
  Order.mapInput(Order.String, ({ emoji }: Claim) => emoji ?? "")
])

/** The strongest first, equal ones by service: no two ballots for one concept are of one service. */
const byStrength: Order.Order<Ballot> = Order.combine(
  Order.mapInput(Order.flip(Order.Number), ({ vote }: Ballot) => vote.contribution),
  Order.mapInput(Order.String, ({ vote }: Ballot): string => vote.service)
)

function getOrInsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const present = map.get(key)
  if (present !== undefined) return present
  const made = make()
  map.set(key, made)
  return made
}
