/**
 * Ensembles by voting, for comparison: a group of overlapping boxes stands when enough services are in it.
 *
 * The strongest free detection takes every free one with IoU above `groupIou` into its group. The group stands when one
 * service (`affirmative`), more than half of those that know the concept (`consensus`) or all of them (`unanimous`) are
 * in it. Its box and evidence are those of the strongest member.
 *
 * @see Casado-Garcia, Heras (2020), "Ensemble Methods for Object Detection", ECAI
 */
import { Schema } from "effect"
import type { Detection } from "../Detection.ts"
import type { RejectedDetection, Strategy } from "../Harmonization.ts"
import * as Concepts from "./Concepts.ts"
import * as Fusion from "./Fusion.ts"
import { IouThreshold } from "./Options.ts"
import * as Overlaps from "./Overlaps.ts"
import * as Reporters from "./Reporters.ts"

/** What can be set, with its range. */
export const Options = Schema.Struct({ groupIou: Schema.optionalKey(IouThreshold) })
export type Options = typeof Options.Type

export const defaults: Required<Options> = { groupIou: 0.5 }

/** One service is enough. */
export const affirmative = (options: Options = {}): Strategy => voting("affirmative", () => true, options)

/** More than half of the services that know the concept. */
export const consensus = (options: Options = {}): Strategy =>
  voting("consensus", (votes, dissenters) => votes > dissenters, options)

/** All services that know the concept. */
export const unanimous = (options: Options = {}): Strategy =>
  voting("unanimous", (_, dissenters) => dissenters === 0, options)

type Rule = (votes: number, dissenters: number) => boolean

const voting = (name: string, carries: Rule, options: Options): Strategy => {
  const settings = { ...defaults, ...options }
  return {
    name,
    version: 1,
    options: settings,
    harmonize: (input) => Concepts.harmonize(input, fuseWith(carries, settings))
  }
}

const fuseWith =
  (carries: Rule, { groupIou }: Required<Options>): Concepts.Fuse =>
  (detections, panel, concept) => {
    const drafts: Array<Fusion.Draft> = []
    const rejected: Array<RejectedDetection> = []
    for (const group of groupsOf(detections, groupIou)) {
      const members = strongestPerService(group)
      const services = Fusion.votersOf(members)
      const dissenters = Reporters.silentOn(panel, concept, services).dissenters.length
      if (carries(services.length, dissenters)) {
        drafts.push({ members, services, box: members[0].box, evidence: members[0].confidence })
      } else {
        const reason = `${services.length} of ${services.length + dissenters} services see it`
        for (const detection of members) rejected.push({ detection, rule: "outvoted", reason })
      }
      for (const detection of group) {
        if (members.includes(detection)) continue
        rejected.push({ detection, rule: "duplicate", reason: `${detection.service} has a stronger one in the group` })
      }
    }
    return { drafts, rejected }
  }

/** Groups by seed: the detections come strongest first, and so do the members of each group. */
const groupsOf = (detections: ReadonlyArray<Detection>, groupIou: number): ReadonlyArray<Fusion.Members> => {
  const rows = Overlaps.rowsOf(detections)
  const grouped = new Set<number>()
  return detections.flatMap((seed, row): ReadonlyArray<Fusion.Members> => {
    if (grouped.has(row)) return []
    const others: Array<Detection> = []
    for (let other = row + 1; other < detections.length; other++) {
      if (grouped.has(other) || Overlaps.iou(rows, row, other) <= groupIou) continue
      grouped.add(other)
      others.push(detections[other]!)
    }
    return [[seed, ...others]]
  })
}

const strongestPerService = (group: Fusion.Members): Fusion.Members =>
  group.filter(
    ({ service }, i) => group.findIndex((other) => other.service === service) === i
  ) as unknown as Fusion.Members
