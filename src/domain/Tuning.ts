/** How a service is asked, as it can be changed while programs run. */
import { Duration, Schema, SchemaGetter, Struct } from "effect"
import * as CircuitBreaker from "./CircuitBreaker.ts"
import { maxAttempts, type RetryPolicy } from "./RetryPolicy.ts"
import * as Wording from "./Wording.ts"

const whole = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const seconds = Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 3600 }))

/** What can be tuned. */
export const Values = Schema.Struct({
  /** Requests that each program keeps in flight. */
  concurrency: whole(1, 256),
  /** The most requests per second, of all programs together. */
  rate: Schema.Finite.check(
    Schema.isBetween(
      { minimum: 1 / 3600, maximum: 100_000 },
      { expected: "from one in an hour to 100,000 in a second" }
    )
  ),
  /** How often a program makes a request again at once that failed for a passing reason. */
  retries: whole(0, 10),
  /** Deliveries of a job before its failure is recorded as final. */
  attempts: whole(1, 100),
  /** Seconds until the second delivery; until each of the following it is four times as long, up to two minutes. */
  delay: seconds,
  /** Failures in a row after which a program leaves the service alone. */
  threshold: whole(1, 1000),
  /** The most seconds between two looks at a service that is left alone. */
  probe: seconds
})

/** What is left out is as in the catalog, or as usual. */
export const Tuning = Values.mapFields(Struct.map(Schema.optionalKey))
export type Tuning = typeof Tuning.Type

/** What is left out stays as it is; what is null is as in the catalog, or as usual, from then on. */
export const Change = Values.mapFields((fields) => Struct.map(Struct.map(fields, Schema.NullOr), Schema.optionalKey))
export type Change = typeof Change.Type

export const untuned: Tuning = {}

/** What counts where nothing else is said; the concurrency is in the catalog, and the rate is not limited. */
export const usual = {
  retries: 2,
  attempts: maxAttempts,
  delay: 1,
  threshold: CircuitBreaker.usual.threshold,
  probe: Duration.toSeconds(CircuitBreaker.usual.longestPause)
} as const satisfies Tuning

/** Requests per second, as people write it: `10/s`, `90/min`, `1000/h`, or `10` for those in a second. */
export const Rate = Schema.String.check(
  Schema.makeFilter((text) => pattern.test(text) || 'Expected a rate such as "10/s", "90/min" or "1000/h"')
).pipe(
  Schema.decodeTo(Values.fields.rate, {
    decode: SchemaGetter.transform((text: string) => {
      const [, amount, unit = "s"] = pattern.exec(text)!
      return Number(amount) / unitSeconds[unit as keyof typeof unitSeconds]
    }),
    encode: SchemaGetter.transform((rate: number) => `${rate}/s`)
  })
)

const pattern = /^(\d+(?:\.\d+)?)(?:\/(s|min|h))?$/
const unitSeconds = { s: 1, min: 60, h: 3600 }

/**
 * The tuning for one of so many programs that ask the service: each makes an equal part of the requests, without asking the others.
 * A program that does not know of itself yet is one more.
 */
export const shareOf = (self: Tuning, programs: number): Tuning =>
  self.rate === undefined ? self : { ...self, rate: self.rate / Math.max(1, programs) }

/** How often, and after how long, a job is delivered again. */
export const retryPolicy = ({ attempts, delay }: Tuning): RetryPolicy => ({
  ...(attempts === undefined ? {} : { attempts }),
  ...(delay === undefined ? {} : { firstDelay: Duration.seconds(delay) })
})

/** When the service is left alone, and how often it is looked at then. */
export const breakerLimits = ({ probe, threshold }: Tuning): CircuitBreaker.Limits => ({
  threshold: threshold ?? CircuitBreaker.usual.threshold,
  longestPause: probe === undefined ? CircuitBreaker.usual.longestPause : Duration.seconds(probe)
})

/** Whether nothing is tuned. */
export const isEmpty = (self: Tuning): boolean => Object.keys(self).length === 0

/** What a change comes to, in words: `concurrency 4, retries as usual`. */
export const changeInWords = (change: Change): string => {
  const set = Object.entries(change).filter(([, value]) => value !== null)
  const cleared = Object.entries(change).flatMap(([name, value]) => (value === null ? [`${name} as usual`] : []))
  return [inWords(Object.fromEntries(set)), ...cleared].filter((words) => words !== "").join(", ")
}

/** In words: `concurrency 4, 10 requests per second`. */
export const inWords = ({ attempts, concurrency, delay, probe, rate, retries, threshold }: Tuning): string =>
  [
    ...(concurrency === undefined ? [] : [`concurrency ${concurrency}`]),
    ...(rate === undefined ? [] : [`at most ${rateInWords(rate)}`]),
    ...(retries === undefined ? [] : [Wording.count(retries, "retry", "retries")]),
    ...(attempts === undefined ? [] : [Wording.count(attempts, "attempt")]),
    ...(delay === undefined ? [] : [`delay ${Wording.seconds(delay)}`]),
    ...(threshold === undefined ? [] : [`left alone after ${Wording.count(threshold, "failure")}`]),
    ...(probe === undefined ? [] : [`looked at every ${Wording.seconds(probe)}`])
  ].join(", ")

const rateInWords = (rate: number): string => {
  const [unit, amount] =
    rate >= 1
      ? (["second", rate] as const)
      : rate * 60 >= 1
        ? (["minute", rate * 60] as const)
        : (["hour", rate * 3600] as const)
  const rounded = Math.round(amount * 100) / 100
  return `${Wording.count(rounded, "request")} per ${unit}`
}
