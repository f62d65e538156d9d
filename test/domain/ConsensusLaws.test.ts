import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Consensus from "../../src/domain/Consensus.ts"
import type { Candidate } from "../../src/domain/consensus/Candidate.ts"
import * as Derive from "../../src/domain/Derive.ts"
import type { ImageFacts, Outcome } from "../../src/domain/Facts.ts"
import type { HarmonizedBox } from "../../src/domain/Harmonization.ts"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import {
  answerOf,
  caption,
  consensusOf,
  face,
  facts,
  label,
  predictionsOf,
  said,
  share,
  shuffled,
  text,
  verdict,
  withAnswer,
  word
} from "../support/Facts.ts"

const seed = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 0xffffffff }))
const pick = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 11 }))
const classifier = Schema.Literals(["clip", "inception_v3"])
const captioner = Schema.Literals(["blip", "ollama"])

const candidates = ({ votes }: Consensus.Consensus): ReadonlyArray<Candidate> => [
  ...votes.consensus,
  ...votes.tentative
]

const scores = (consensus: Consensus.Consensus): ReadonlyMap<string, Candidate> =>
  new Map(candidates(consensus).map((candidate) => [candidate.concept, candidate]))

/** The facts with every successful answer changed. */
const mapAnswers = (facts: ImageFacts, change: (outcome: Outcome) => Outcome): ImageFacts => {
  const changed = <A extends { readonly outcome: Outcome }>(answer: A): A =>
    answer.outcome._tag === "Success" ? { ...answer, outcome: change(answer.outcome) } : answer
  return { ...facts, results: facts.results.map(changed), crops: facts.crops.map(changed) }
}

/** A word for a concept that somebody already voted for, if any. */
const contested = (facts: ImageFacts, pick: number): string => {
  const named = candidates(consensusOf(facts))
  return named[pick % Math.max(1, named.length)]?.concept ?? "horse"
}

/** The higher score wins, then the votes, then the name. */
const isAhead = (a: Candidate, b: Candidate): boolean =>
  a.finalScore !== b.finalScore
    ? a.finalScore > b.finalScore
    : a.votes !== b.votes
      ? a.votes > b.votes
      : a.concept < b.concept

const validated = ({ validations }: Candidate): number => validations.reduce((sum, { score }) => sum + score, 0)

/**
 * What more support for one concept may do: raise it, never lower it, and leave the evidence of all others alone. Whom it
 * was ahead of it stays ahead of, except where the support validates the other (a face validates a person).
 */
const isOnlyRaised = (before: Consensus.Consensus, after: Consensus.Consensus, concept: string) => {
  const [earlier, later] = [scores(before), scores(after)]
  const raised = later.get(concept)
  assert.isDefined(raised)
  for (const [name, was] of earlier) {
    const is = later.get(name)
    assert.isDefined(is)
    if (name !== concept) assert.deepStrictEqual(is.evidence.scores, was.evidence.scores)
    const own = earlier.get(concept)
    if (own !== undefined && isAhead(own, was) && validated(was) === validated(is)) assert.isTrue(isAhead(raised, is))
  }
  const was = earlier.get(concept)
  if (was === undefined) return
  assert.isAtLeast(raised.votes, was.votes)
  assert.isAtLeast(raised.evidenceWeight, was.evidenceWeight)
  assert.isAtLeast(raised.finalScore, was.finalScore)
  if (was.status === "accepted" && was.rule === "quorum") assert.strictEqual(raised.status, "accepted")
}

describe("the consensus", () => {
  it.prop("does not depend on the order of services or crops", [facts, seed], ([facts, seed]) => {
    const reordered = {
      ...facts,
      results: shuffled(facts.results, seed),
      crops: shuffled(facts.crops, seed),
      requested: shuffled(facts.requested, seed)
    }
    assert.strictEqual(JSON.stringify(consensusOf(reordered)), JSON.stringify(consensusOf(facts)))
  })

  it.prop("does not depend on the order of predictions", [facts, seed], ([facts, seed]) => {
    const reordered = mapAnswers(facts, (outcome) => said(...shuffled(predictionsOf(outcome), seed)))
    assert.strictEqual(JSON.stringify(consensusOf(reordered)), JSON.stringify(consensusOf(facts)))
  })

  it.prop("is after any number of answers what it is of those answers at once", [facts, seed], ([facts, seed]) => {
    let arrived: ImageFacts = { ...facts, results: [], crops: [] }
    for (const result of shuffled(facts.results, seed)) {
      arrived = { ...arrived, results: [...arrived.results, result] }
      const known = new Set(arrived.results)
      const atOnce = { ...facts, results: facts.results.filter((result) => known.has(result)), crops: [] }
      assert.strictEqual(JSON.stringify(consensusOf(arrived)), JSON.stringify(consensusOf(atOnce)))
    }
  })

  it.prop("counts what a service repeats once", [facts], ([facts]) => {
    const repeated = mapAnswers(facts, (outcome) => said(...predictionsOf(outcome), ...predictionsOf(outcome)))
    assert.deepStrictEqual(consensusOf(repeated).votes, consensusOf(facts).votes)
  })

  it.prop("makes every service that reported a voter, a dissenter or an abstainer", [facts], ([facts]) => {
    const consensus = consensusOf(facts)
    for (const { abstainers, dissenters, services, voters, votes } of candidates(consensus)) {
      assert.deepStrictEqual([...services, ...dissenters, ...abstainers].sort(), [...consensus.servicesList].sort())
      assert.deepStrictEqual(voters.map(({ service }) => service).sort(), services)
      assert.strictEqual(votes, services.length)
    }
  })

  it.prop("ranks by score, then votes, then name", [facts], ([facts]) => {
    const { consensus, tentative } = consensusOf(facts).votes
    for (const ranked of [consensus, tentative]) {
      for (let i = 1; i < ranked.length; i++) assert.isTrue(isAhead(ranked[i - 1]!, ranked[i]!))
    }
  })

  it.prop("explains every candidate", [facts], ([facts]) => {
    const { votes } = consensusOf(facts)
    for (const { dissenters, reason, rule, votes: count } of votes.consensus) {
      assert.isTrue(rule === "quorum" ? count >= 2 : rule === "unopposed" && dissenters.length === 0)
      assert.isNotEmpty(reason)
    }
    for (const { concept, dissenters, reason, rule, votes: count } of votes.tentative) {
      assert.isTrue(
        rule === "no-quorum" ? count === 1 && dissenters.length > 0 : rule === "no-human-context" && concept === "nsfw"
      )
      assert.isNotEmpty(reason)
    }
  })

  it.prop("adds up to the scores it publishes", [facts], ([facts]) => {
    for (const candidate of candidates(consensusOf(facts))) {
      const { semantic, spatial, classification, specialized } = candidate.evidence.scores
      assert.closeTo(candidate.evidenceWeight, spatial + semantic + classification + specialized, 1e-9)
      const score = Math.max(0, candidate.evidenceWeight + validated(candidate))
      assert.closeTo(candidate.finalScore, score, 1e-9)
    }
  })

  it.prop("has a box of a concept only with the votes of its services", [facts], ([facts]) => {
    for (const { boundingBoxes, concept, services } of candidates(consensusOf(facts))) {
      for (const { detections, id } of boundingBoxes) {
        assert.isTrue(id.startsWith(concept.replaceAll(" ", "-")))
        for (const { service } of detections) assert.include(services, service)
      }
    }
  })
})

describe("more support for a concept", () => {
  it.prop("only raises it: a classifier's vote", [facts, classifier, pick, share], ([facts, service, pick, share]) => {
    const word = contested(facts, pick)
    const predictions = predictionsOf(answerOf(facts, service))
    const supported = withAnswer(facts, service, said(...predictions, label(word, share)))
    isOnlyRaised(consensusOf(facts), consensusOf(supported), word)
  })

  it.prop("only raises it: a captioner's vote", [facts, captioner, pick], ([facts, service, pick]) => {
    const word = contested(facts, pick)
    const predictions = predictionsOf(answerOf(facts, service))
    const supported = withAnswer(facts, service, said(...predictions, caption(word)))
    isOnlyRaised(consensusOf(facts), consensusOf(supported), word)
  })

  it.prop("only raises it: a specialist's vote", [facts, share], ([facts, share]) => {
    const seen = withAnswer(facts, "face", said(...predictionsOf(answerOf(facts, "face")), face([0, 0, 9, 9], share)))
    isOnlyRaised(consensusOf(facts), consensusOf(seen), "face")
    isOnlyRaised(consensusOf(facts), consensusOf(withAnswer(facts, "nsfw2", said(verdict(true, 1)))), "nsfw")
  })

  it.prop("only raises it: a higher confidence", [facts, classifier, pick, share], ([facts, service, pick, share]) => {
    const predictions = predictionsOf(answerOf(facts, service))
    const raised = predictions[pick % Math.max(1, predictions.length)]
    if (raised === undefined || typeof raised["confidence"] !== "number") return
    const confidence = Math.max(raised["confidence"], share)
    const surer = withAnswer(
      facts,
      service,
      said(...predictions.map((prediction) => (prediction === raised ? { ...raised, confidence } : prediction)))
    )
    isOnlyRaised(consensusOf(facts), consensusOf(surer), conceptOf(String(raised["label"])))
  })

  it.prop("only raises it: a stronger or confirmed box", [facts, pick, share], ([facts, pick, share]) => {
    const { boxes, voteOn } = observed(facts)
    const box = boxes[pick % Math.max(1, boxes.length)]
    if (box === undefined) return
    const raise = (change: Partial<HarmonizedBox>) =>
      voteOn(boxes.map((other) => (other === box ? { ...box, ...change } : other)))
    const before = voteOn(boxes)
    isOnlyRaised(before, raise({ status: "confirmed" }), box.concept)
    isOnlyRaised(before, raise({ evidence: Math.max(share, box.evidence) }), box.concept)
  })

  it.prop("is counted once by every captioner, however often it says so", [facts, captioner, word], (input) => {
    const [facts, service, word] = input
    const times = (n: number) =>
      consensusOf(withAnswer(facts, service, said(...Array<ReturnType<typeof caption>>(n).fill(caption(word, word)))))
    assert.deepStrictEqual(times(3).votes, times(1).votes)
  })

  it.prop("is worth the same from a captioner whatever the number of boxes", [facts, word], ([facts, word]) => {
    const described = withAnswer(facts, "ollama", said(caption(word)))
    const semantic = (facts: ImageFacts) => scores(consensusOf(facts)).get(conceptOf(word))?.evidence.scores.semantic
    const boxless = { ...described, results: described.results.filter(({ service }) => !isDetector(service)) }
    assert.strictEqual(semantic(described), semantic(boxless))
  })
})

describe("the special channels", () => {
  it.prop("do not depend on what is voted on", [facts], ([facts]) => {
    const special = { ocr: said(text("STOP")), face: said(face([0, 0, 9, 9], 0.3)), nsfw2: said(verdict(true, 0.6)) }
    const whole = Object.entries(special).reduce((facts, [service, said]) => withAnswer(facts, service, said), facts)
    const alone = { ...whole, results: whole.results.filter(({ service }) => service in special), crops: [] }
    const [seen, expected] = [consensusOf({ ...whole, crops: [] }).special, consensusOf(alone).special]
    assert.deepStrictEqual([seen.text, seen.face, seen.nsfw], [expected.text, expected.face, expected.nsfw])
    assert.deepStrictEqual([seen.text.detected, seen.face.detected, seen.nsfw.detected], [true, true, true])
  })

  it.prop("only gain by crops", [facts], ([facts]) => {
    const [whole, all] = [consensusOf({ ...facts, crops: [] }).special, consensusOf(facts).special]
    for (const channel of ["text", "face", "pose", "nsfw"] as const) {
      for (const sighting of whole[channel].sightings) assert.deepInclude(all[channel].sightings, sighting)
    }
  })
})

const conceptOf = (word: string): string => (word === "man" ? "person" : word.replaceAll("_", " "))

const isDetector = (service: string): boolean =>
  ServiceCatalog.find(ServiceCatalog.standard, service)?.kind === "spatial"

const observed = (facts: ImageFacts) => {
  const observation = Derive.observe(facts, ServiceCatalog.standard)
  const { boxes, rejected } = Derive.boxes(observation, Strategies.defaultStrategy)
  return {
    boxes,
    voteOn: (changed: typeof boxes) => Consensus.vote(observation, { boxes: changed, rejected, algorithm: "any" })
  }
}
