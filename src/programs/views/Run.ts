/** A run that has ended, with all that is shown of it. */
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { LeftOut, ServiceTotals } from "../../domain/archive/Report.ts"
import type { Counts } from "../../services/Progress.ts"
import type { ImageFindings } from "./ImageFindings.ts"

export interface Run {
  /** The images of the run, or the first of them when there are very many, in the order in which they are shown. */
  readonly images: ReadonlyArray<ImageFindings>
  readonly progress: Counts
  /** Images that were complete before the run began. */
  readonly doneBefore: number
  /** Pictures that could not be submitted, and why. */
  readonly unusable: ReadonlyArray<LeftOut>
  /** Images whose picture could not be drawn or shown, and why. The rest of their results is there. */
  readonly undrawn: ReadonlyArray<LeftOut>
  readonly seconds: number
  /** Whether the answers were invented by the simulated farm. */
  readonly simulated: boolean
  /** Services, or what they would say, that are not in the run, and the remedy. */
  readonly absent: ReadonlyArray<{ readonly service: string; readonly reason: string }>
  /** Where things were written; a place that is absent was not written. */
  readonly places: { readonly overlays?: string; readonly report?: string }
  /** A command that opens the database. */
  readonly database: string
}

/** The services that had something to do, in name order. */
export const serviceTotals = ({ images, progress }: Run): ReadonlyArray<ServiceTotals> => {
  const crops = new Map<ServiceId, number>()
  for (const service of images.flatMap(({ cropAnswers }) => cropAnswers)) {
    crops.set(service, (crops.get(service) ?? 0) + 1)
  }
  const isComplete = images.length >= progress.images
  const nothing = { requested: 0, succeeded: 0, failed: 0 }
  return [...new Set([...progress.services.map(({ service }) => service), ...crops.keys()])]
    .toSorted()
    .map((service) => {
      const { failed, requested, succeeded } = progress.services.find((counts) => counts.service === service) ?? nothing
      return {
        service,
        requested,
        succeeded,
        failed,
        ...(isComplete ? { crops: crops.get(service) ?? 0 } : {})
      }
    })
    .filter(({ requested, crops: some = 0 }) => requested + some > 0)
}

/**
 * What is not in the run, those with one reason together: `face, pose: onnxruntime-node is not installed…`. Models that are only
 * to be added are one command.
 */
export const absentServices = (absent: Run["absent"]): ReadonlyArray<string> => {
  const toAdd = absent.flatMap(({ reason, service }) => {
    const model = /^run npx windmill models add (\S+) to have it\.$/.exec(reason)?.[1]
    return model === undefined ? [] : [{ service, model }]
  })
  const others = absent.filter(({ service }) => !toAdd.some((each) => each.service === service))
  const reasons = [...new Set(others.map(({ reason }) => reason))]
  return [
    ...reasons.map((reason) => {
      const services = others.filter((each) => each.reason === reason).map(({ service }) => service)
      return `${services.join(", ")}: ${reason}`
    }),
    ...(toAdd.length === 0
      ? []
      : [
          `${toAdd.map(({ service }) => service).join(", ")}: run npx windmill models add ${toAdd.map(({ model }) => model).join(" ")} to have ${toAdd.length === 1 ? "it" : "them"}.`
        ])
  ]
}
