/** How a service is asked, as it can be changed while programs run. */
import { Duration, Schema, SchemaGetter } from "effect"
import type { RetryPolicy } from "./RetryPolicy.ts"
import * as Wording from "./Wording.ts"

/** What is left out is as in the catalog, or as usual. */
export const Tuning = Schema.Struct({
  /** Requests that each program keeps in flight. */
  concurrency: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 256 }))),
  /** The most requests per second, of all programs together. */
  rate: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 1 / 3600, maximum: 100_000 }))),
  /** How often a program makes a request again at once that failed for a passing reason. */
  retries: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10 }))),
  /** Deliveries of a job before its failure is recorded as final. */
  attempts: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 }))),
  /** Seconds until the second delivery; until each of the following it is four times as long, up to two minutes. */
  delay: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 3600 })))
})
export type Tuning = typeof Tuning.Type

export const untuned: Tuning = {}

/** Requests per second, as people write it: `10/s`, `90/min`, `1000/h`, or `10` for those in a second. */
export const Rate = Schema.String.check(
  Schema.makeFilter((text) => pattern.test(text) || 'Expected a rate such as "10/s", "90/min" or "1000/h"')
).pipe(
  Schema.decodeTo(Tuning.fields.rate.schema, {
    decode: SchemaGetter.transform((text: string) => {
      const [, amount, unit = "s"] = pattern.exec(text)!
      return Number(amount) / seconds[unit as keyof typeof seconds]
    }),
    encode: SchemaGetter.transform((rate: number) => `${rate}/s`)
  })
)

const pattern = /^(\d+(?:\.\d+)?)(?:\/(s|min|h))?$/
const seconds = { s: 1, min: 60, h: 3600 }

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

/** Whether nothing is tuned. */
export const isEmpty = (self: Tuning): boolean => Object.keys(self).length === 0

/** In words: `concurrency 4, 10 requests per second`. */
export const inWords = ({ attempts, concurrency, delay, rate, retries }: Tuning): string =>
  [
    ...(concurrency === undefined ? [] : [`concurrency ${concurrency}`]),
    ...(rate === undefined ? [] : [`at most ${rateInWords(rate)}`]),
    ...(retries === undefined ? [] : [Wording.count(retries, "retry", "retries")]),
    ...(attempts === undefined ? [] : [Wording.count(attempts, "attempt")]),
    ...(delay === undefined ? [] : [`delay ${Wording.seconds(delay)}`])
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
