/**
 * Webhooks: what is told to other programs, and how they know who told it.
 *
 * Headers and signature are those of Standard Webhooks, for which most languages have a library.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { Duration, Schema } from "effect"
import { FailureKind } from "./archive/FailureGroup.ts"
import { ImageSummary } from "./archive/Image.ts"
import { StepName } from "./StepName.ts"
import { urlParts } from "./Web.ts"

/** What a webhook may be told about. */
export const Topic = Schema.Literals(["images", "groups", "failures"])
export type Topic = typeof Topic.Type

const Address = Schema.String.check(
  Schema.makeFilter((url) => /^https?:$/.test(urlParts(url)?.protocol ?? "") || "Expected an http or https URL")
)

/** Who is told what. */
export const Webhook = Schema.Struct({
  /** Names it in the database: with another name it is told anew. */
  name: Schema.NonEmptyString.check(Schema.isMaxLength(100)),
  url: Address,
  /** What signs. `whsec_` and base64, or any text. */
  secret: Schema.String.check(Schema.isMinLength(16)),
  /** All when left out. */
  about: Schema.optionalKey(Schema.Array(Topic))
})
export type Webhook = typeof Webhook.Type

export const wants = ({ about = Topic.literals }: Webhook, topic: Topic): boolean => about.includes(topic)

const GroupReport = Schema.Struct({ group: Schema.String, images: Schema.Int, failed: Schema.Int })
export type GroupReport = typeof GroupReport.Type

const FailureReport = Schema.Struct({ service: StepName, class: FailureKind, count: Schema.Int })

/**
 * What is sent.
 *
 * - `image.done`, `image.failed`: every requested answer is there and nothing is stale; of the second some answers are failures.
 * - `group.done`, `group.failed`: the same of all images of a group.
 * - `failures.began`, `failures.ended`: a service or a stage has failures of a class, or has none any more.
 */
export const Event = Schema.Union([
  Schema.Struct({
    type: Schema.Literals(["image.done", "image.failed"]),
    timestamp: Schema.Date,
    data: ImageSummary
  }),
  Schema.Struct({
    type: Schema.Literals(["group.done", "group.failed"]),
    timestamp: Schema.Date,
    data: GroupReport
  }),
  Schema.Struct({
    type: Schema.Literals(["failures.began", "failures.ended"]),
    timestamp: Schema.Date,
    data: FailureReport
  })
])
export type Event = typeof Event.Type

/** Attempts to tell something until it is given up: within three days. */
export const givenUpAfter = 75

const longest = Duration.hours(1)

/**
 * How long to wait after so many attempts.
 *
 * @example
 * [1, 2, 3, 7].map(pauseAfter) // => 5 s, 20 s, 80 s, 1 h
 */
export const pauseAfter = (attempts: number): Duration.Duration =>
  Duration.min(longest, Duration.seconds(5 * 4 ** Math.min(attempts - 1, 10)))
