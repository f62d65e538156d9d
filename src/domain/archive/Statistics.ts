/** What all images together tell about the services: who agrees with whom, what was found, how fast answers came. */
import { Schema } from "effect"
import { ServiceId } from "../Identifiers.ts"
import type { BoxStatus } from "../Harmonization.ts"

/** Harmonized boxes that the same detectors judged alike. */
export interface Verdict {
  /** Detectors whose detections are in the box. */
  readonly agreeing: ReadonlyArray<ServiceId>
  /** Detectors that reported, know the concept, and saw nothing there. */
  readonly dissenting: ReadonlyArray<ServiceId>
  readonly status: BoxStatus
  readonly boxes: number
}

/** How often two detectors judged the same box alike. */
export const Pair = Schema.Struct({
  /** In name order. */
  services: Schema.Tuple([ServiceId, ServiceId]),
  /** Boxes that both saw. */
  together: Schema.Int,
  /** Boxes that one of them saw and the other, which knows the concept, did not. */
  apart: Schema.Int
})
export type Pair = typeof Pair.Type

/** How the judgment of a detector fared among the others. */
export const DetectorRecord = Schema.Struct({
  service: ServiceId,
  /** Boxes that it saw. */
  seen: Schema.Int,
  /** Boxes that it saw, and that the others voted down: tentative, with dissenters. */
  outvoted: Schema.Int,
  /** Confirmed boxes that it did not see, although it knows the concept. */
  missed: Schema.Int
})
export type DetectorRecord = typeof DetectorRecord.Type

/** Tenths of the range of confidences; the last holds 1, too. */
export const bins = 10

/** The boxes of one concept, as people have corrected them: what a person says is there is confirmed, with confidence 1. */
export const LabelRecord = Schema.Struct({
  concept: Schema.String,
  confirmed: Schema.Int,
  tentative: Schema.Int,
  /** Mean confidence of the confirmed boxes, in `[0, 1]`; absent without any. */
  confidence: Schema.optionalKey(Schema.Finite),
  /** Confirmed boxes by confidence, from `[0, 0.1)` to `[0.9, 1]`. */
  histogram: Schema.Array(Schema.Int)
})
export type LabelRecord = typeof LabelRecord.Type

/** Answers of a service about images. */
const Answers = {
  answers: Schema.Int,
  failed: Schema.Int,
  /** Seconds from the last delivery of a job to its answer: half of the answers took at most as long, and 95 of 100. */
  median: Schema.optionalKey(Schema.Finite),
  percentile95: Schema.optionalKey(Schema.Finite)
}

export const PaceRecord = Schema.Struct({
  service: ServiceId,
  ...Answers,
  /** The same in each interval, oldest first; as many for each service. */
  intervals: Schema.Array(Schema.Struct(Answers))
})
export type PaceRecord = typeof PaceRecord.Type

export const Statistics = Schema.Struct({
  /** Images that are counted. */
  images: Schema.Int,
  /** By name. */
  pairs: Schema.Array(Pair),
  /** By name. */
  detectors: Schema.Array(DetectorRecord),
  /** The concepts with most boxes, most first. */
  labels: Schema.Array(LabelRecord),
  /** From the first answer to the last; absent without any. */
  pace: Schema.optionalKey(
    Schema.Struct({
      from: Schema.Date,
      /** The length of an interval, in seconds. */
      seconds: Schema.Finite,
      services: Schema.Array(PaceRecord)
    })
  )
})
export type Statistics = typeof Statistics.Type

/** Who agrees with whom. Equal for verdicts in any order, and for verdicts that are split into several. */
export const pairsOf = (verdicts: ReadonlyArray<Verdict>): ReadonlyArray<Pair> => {
  const pairs = new Map<string, { services: readonly [ServiceId, ServiceId]; together: number; apart: number }>()
  const count = (one: ServiceId, other: ServiceId, what: "together" | "apart", boxes: number) => {
    const services = one < other ? ([one, other] as const) : ([other, one] as const)
    const key = services.join(" ")
    const pair = pairs.get(key) ?? { services, together: 0, apart: 0 }
    pair[what] += boxes
    pairs.set(key, pair)
  }
  for (const { agreeing, boxes, dissenting } of verdicts) {
    agreeing.forEach((one, i) => {
      for (const other of agreeing.slice(i + 1)) count(one, other, "together", boxes)
      for (const other of dissenting) count(one, other, "apart", boxes)
    })
  }
  return [...pairs].sort(byKey).map(([, pair]) => pair)
}

/** How each detector fared. Equal for verdicts in any order, and for verdicts that are split into several. */
export const detectorsOf = (verdicts: ReadonlyArray<Verdict>): ReadonlyArray<DetectorRecord> => {
  const records = new Map<ServiceId, { seen: number; outvoted: number; missed: number }>()
  const recordOf = (service: ServiceId) => {
    const record = records.get(service) ?? { seen: 0, outvoted: 0, missed: 0 }
    records.set(service, record)
    return record
  }
  for (const { agreeing, boxes, dissenting, status } of verdicts) {
    for (const service of agreeing) {
      const record = recordOf(service)
      record.seen += boxes
      if (status === "tentative" && dissenting.length > 0) record.outvoted += boxes
    }
    for (const service of dissenting) {
      const record = recordOf(service)
      if (status === "confirmed") record.missed += boxes
    }
  }
  return [...records].sort(byKey).map(([service, record]) => ({ service, ...record }))
}

/** The share of the boxes that both know of which both saw, in `[0, 1]`; `undefined` when there was none. */
export const agreementOf = ({ apart, together }: Pick<Pair, "together" | "apart">): number | undefined =>
  together + apart === 0 ? undefined : together / (together + apart)

/** Answers that took about as long: from `growth ** step` seconds to less than `growth ** (step + 1)`. */
export interface Duration {
  readonly step: number
  readonly answers: number
}

/** By how much a step of durations is longer than the one before. */
export const growth = 1.25

/** A time in seconds that a share of the answers took at most, to a fifth; `undefined` without any. */
export const percentile = (durations: ReadonlyArray<Duration>, share: number): number | undefined => {
  const total = durations.reduce((sum, { answers }) => sum + answers, 0)
  let passed = 0
  for (const { answers, step } of durations.toSorted((a, b) => a.step - b.step)) {
    passed += answers
    if (answers > 0 && passed >= share * total) return growth ** (step + 0.5)
  }
  return undefined
}

const byKey = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : one > other ? 1 : 0
