/** What an HTTP status means for the question: answered, worth another try, or never. */
import { Duration, type Schema } from "effect"
import { isFields, own } from "../reply/Fields.ts"
import * as Wire from "./Wire.ts"

/** An answer, as far as it was read. */
export interface Answer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The body when it is JSON. */
  readonly json: Schema.Json | undefined
  readonly text: string
}

/**
 * - `Answered`: 2xx; the body says the rest.
 * - `Later`: the service cannot serve now; `retryAfter` when it says until when; `isAway` when it would not serve any request.
 * - `Final`: the same request will be answered the same.
 *
 * `detail` is one sentence with the status, the words of the service, and the header that says more.
 */
export type Meaning =
  | { readonly _tag: "Answered" }
  | {
      readonly _tag: "Later"
      readonly detail: string
      readonly retryAfter: Duration.Duration | undefined
      readonly isAway: boolean
    }
  | { readonly _tag: "Final"; readonly detail: string }

/** Timeouts, locks, too early, and the spellings of too many requests; of 5xx all but what a server never learns. */
const passing = new Set([408, 420, 423, 425, 429, 430])
const lasting = new Set([501, 505, 506, 508, 510])

/** What a gateway says whose service is gone, and a service that does not serve yet, or no more. */
const away = new Set([502, 503, 504])

/** `now` in milliseconds, for services that name a time. */
export const meaningOf = (answer: Answer, now: number): Meaning => {
  const { status } = answer
  if (status >= 200 && status < 300) return { _tag: "Answered" }
  const remedy = status === 413 ? '; "maxPictureSize" sends pictures smaller' : ""
  const detail = `HTTP ${status}${headerWords(answer)}${bodyWords(answer)}${remedy}`
  const isPassing =
    passing.has(status) || (status >= 500 && !lasting.has(status)) || (status === 403 && isUsedUp(answer))
  return isPassing
    ? { _tag: "Later", detail, retryAfter: retryAfterOf(answer, now), isAway: away.has(status) }
    : { _tag: "Final", detail }
}

/** The header that says why, by status. */
const telling: Readonly<Record<number, ReadonlyArray<string>>> = {
  401: ["www-authenticate"],
  403: ["www-authenticate", "x-ratelimit-remaining", "ratelimit-remaining"],
  405: ["allow"],
  407: ["proxy-authenticate"],
  415: ["accept", "accept-post", "accept-encoding"],
  426: ["upgrade"],
  429: ["retry-after"]
}

const headerWords = ({ headers, status }: Answer): string => {
  const { location } = headers
  if (status >= 300 && status < 400 && location !== undefined) {
    const place = location.replace(/[?#].*$/s, "")
    return `, moved to ${place}: set "${place.startsWith("/") ? "endpoint" : "url"}" to that`
  }
  const name = telling[status]?.find((name) => headers[name] !== undefined)
  return name === undefined ? "" : ` (${name}: ${headers[name]!.slice(0, 100)})`
}

/** What the body says: the message of an error in one of its usual places, or how the text begins. */
const bodyWords = ({ json, text }: Answer): string => {
  const words = json === undefined ? textWords(text) : messageIn(json)
  return words === undefined ? "" : `: ${words}`
}

const messageIn = (json: Schema.Json): string | undefined => {
  for (const name of ["error", "detail", "message", "title", "errors"]) {
    const found = Wire.at(json, name)
    const first: unknown = Array.isArray(found) ? found[0] : found
    const words = Wire.errorMessage(first) ?? (isFields(first) ? Wire.errorMessage(own(first, "msg")) : undefined)
    if (words !== undefined) return words
  }
  return undefined
}

const textWords = (text: string): string | undefined => {
  const title = /<title>([^<]*)<\/title>/i.exec(text)?.[1] ?? text.replaceAll(/<[^>]*>/g, " ")
  const words = title.replaceAll(/\s+/g, " ").trim()
  return words === "" ? undefined : Wire.quote(words)
}

/** Whether a limit of requests is used up, which some say with 403. */
const isUsedUp = ({ headers }: Answer): boolean =>
  headers["retry-after"] !== undefined ||
  ["x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining"].some(
    (name) => headers[name]?.trim() === "0"
  )

/** How long the service asks to be left alone, in whichever way it says so. */
const retryAfterOf = ({ headers, json }: Answer, now: number): Duration.Duration | undefined => {
  const milliseconds = numberIn(headers["retry-after-ms"])
  if (milliseconds !== undefined) return Duration.millis(milliseconds)
  const asked = headers["retry-after"]
  const until = asked === undefined ? Number.NaN : Date.parse(asked)
  const seconds =
    numberIn(asked) ??
    (Number.isFinite(until) ? Math.max(0, (until - now) / 1000) : undefined) ??
    numberIn(Wire.at(json, "estimated_time")) ??
    resetIn(headers, now)
  return seconds === undefined ? undefined : Duration.millis(Math.min(seconds, longest) * 1000)
}

/** Seconds; a longer wait than a day is taken for a mistake. */
const longest = 24 * 3600

/** Seconds until a limit begins anew: as such, as a time of day since 1970, or as `1m30s`. */
const resetIn = (headers: Answer["headers"], now: number): number | undefined => {
  const names = [
    "x-ratelimit-reset",
    "x-rate-limit-reset",
    "ratelimit-reset",
    "x-ratelimit-reset-requests",
    "x-ratelimit-reset-tokens"
  ]
  const text = names.map((name) => headers[name]).find((value) => value !== undefined)
  const number = numberIn(text)
  if (number !== undefined) return number > 1e9 ? Math.max(0, number - now / 1000) : number
  const parts = [...(text ?? "").matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  return parts.length === 0
    ? undefined
    : parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * secondsOf[unit as keyof typeof secondsOf], 0)
}

const secondsOf = { ms: 0.001, s: 1, m: 60, h: 3600 }

const numberIn = (value: unknown): number | undefined => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : undefined
}
