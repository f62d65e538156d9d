/** How a simulated service behaves: how fast, how reliable, and in which way it fails. */
import { Duration } from "effect"
import * as Random from "./Random.ts"
import { type SimulatedService, terms } from "./Contract.ts"

/** The knobs of one service. Shares are of its requests, in `[0, 1]`. */
export interface Behavior {
  /** Factor on the time answers usually take; `0` answers at once. */
  readonly latency: number
  /** Share answered with a status of `errorStatuses`. */
  readonly error: number
  /** 429 and 503 come with `Retry-After: 1`. */
  readonly errorStatuses: ReadonlyArray<number>
  /** Share never answered. */
  readonly hang: number
  /** Share answered with 200 and something that is no reply: a web page, half a reply, JSON that makes no sense. */
  readonly garbage: number
  /** Time over which a reply's bytes trickle in. */
  readonly drip: Duration.Duration
  /** Nothing listens on the port. */
  readonly down: boolean
}

/** Every request is answered, in the time it usually takes. */
export const wellBehaved: Behavior = {
  latency: 1,
  error: 0,
  errorStatuses: [500, 503, 429],
  hang: 0,
  garbage: 0,
  drip: Duration.zero,
  down: false
}

/** What happens to one request. */
export type Fate =
  | { readonly _tag: "Answer" }
  | { readonly _tag: "Hang" }
  | { readonly _tag: "Refuse"; readonly status: number }
  | { readonly _tag: "Babble"; readonly body: (reply: string) => string }

/** Decides about the requests to a service. Asking again about the same image is a new chance, and repeats in the same way. */
export const fates = (service: SimulatedService, seed: number) => {
  const attempts = new Map<string, number>()
  return (behavior: Behavior, subject: string): Fate => {
    const attempt = (attempts.get(subject) ?? 0) + 1
    if (attempts.size === maximumSubjects) attempts.clear()
    attempts.set(subject, attempt)
    return decide(behavior, Random.make("fate", seed, service, subject, attempt))
  }
}

/** How many subjects' attempts are counted before counting starts anew. */
const maximumSubjects = 100_000

const decide = (behavior: Behavior, random: Random.Random): Fate => {
  if (random.chance(behavior.hang)) return { _tag: "Hang" }
  if (random.chance(behavior.garbage)) return { _tag: "Babble", body: random.pick(nonsense) }
  const [first, ...rest] = behavior.errorStatuses
  if (first !== undefined && random.chance(behavior.error)) {
    return { _tag: "Refuse", status: random.pick([first, ...rest]) }
  }
  return { _tag: "Answer" }
}

/** How long an answer about an image of so many pixels takes: small images go faster, and no two take the same time. */
export const latency = (
  behavior: Behavior,
  service: SimulatedService,
  pixels: number,
  digest: string
): Duration.Duration => {
  const size = 0.3 + 0.7 * Math.min(1, pixels / 500_000)
  const jitter = Math.exp(0.2 * Random.make("latency", service, digest).normal())
  return Duration.millis(behavior.latency * terms[service].typicalLatency * size * jitter)
}

const nonsense = [
  () => "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>",
  (reply: string) => reply.slice(0, Math.ceil(reply.length / 2)),
  () => JSON.stringify({ status: "success", predictions: { 0: "person" } }),
  () => JSON.stringify([[["person", Number.MAX_VALUE, null]]])
] as const
