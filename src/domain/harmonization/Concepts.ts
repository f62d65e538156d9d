/** The frame all strategies share: concept by concept, from drafts to ranked boxes. */
import type { Detection } from "../Detection.ts"
import type { Harmonization, HarmonizationInput, HarmonizedBox, RejectedDetection } from "../Harmonization.ts"
import type { Concept, ServiceId } from "../Identifiers.ts"
import * as Candidates from "./Candidates.ts"
import * as Fusion from "./Fusion.ts"
import type { Judgment } from "./Gate.ts"
import * as Reporters from "./Reporters.ts"

/** What became of the detections of one concept: each is a member of one draft or is rejected. */
export interface Fused {
  readonly drafts: ReadonlyArray<Fusion.Draft>
  readonly rejected: ReadonlyArray<RejectedDetection>
}

/** Fuses the detections of one concept, which come most confident first; never none. */
export type Fuse = (detections: ReadonlyArray<Detection>, panel: Reporters.Panel, concept: Concept) => Fused

/** Decides whether the services stand behind a box. */
export type Judge = (draft: Fusion.Draft, dissenters: ReadonlyArray<ServiceId>, panel: Reporters.Panel) => Judgment

/** Harmonizes concept by concept: different concepts never merge and never suppress each other. */
export const harmonize = (input: HarmonizationInput, fuse: Fuse, judge: Judge = keep): Harmonization => {
  const { byConcept, panel, setAside } = Candidates.prepare(input)
  const boxes: Array<HarmonizedBox> = []
  const rejected: Array<RejectedDetection> = [...setAside]
  for (const [concept, detections] of byConcept) {
    const fused = fuse(detections, panel, concept)
    for (const detection of fused.rejected) rejected.push(detection)
    for (const draft of fused.drafts) {
      const silent = Reporters.silentOn(panel, concept, draft.services)
      boxes.push(Fusion.record(draft, silent, judge(draft, silent.dissenters, panel)))
    }
  }
  return { boxes: boxes.sort(Fusion.strongestFirst), rejected: Candidates.sortRejected(rejected) }
}

const keep: Judge = ({ services }, dissenters) => ({
  status: "confirmed",
  reason: `${services.length} of ${services.length + dissenters.length} services see it; the strategy has no gate`
})
