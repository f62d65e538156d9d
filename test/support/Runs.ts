/** Runs in progress, and what can happen in them. */
import { Brand, Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import type { BoxId, ImageId, ServiceId } from "../../src/domain/Identifiers.ts"
import { PipelineEvent } from "../../src/domain/PipelineEvent.ts"
import { revision } from "../../src/domain/Staleness.ts"
import type { Run } from "../../src/programs/views/Run.ts"
import type { Counts } from "../../src/services/Progress.ts"
import { hostileText } from "./HostileText.ts"

export const imageId = Brand.nominal<ImageId>()
export const serviceId = Brand.nominal<ServiceId>()
export const boxId = Brand.nominal<BoxId>()

/** Counts of a store: nothing done of four images, four answers owed by each of two services, unless said otherwise. */
export const progressOf = (changes: Partial<Counts> = {}): Counts => ({
  images: 4,
  answered: 0,
  done: 0,
  services: [
    { service: serviceId("clip"), requested: 4, succeeded: 0, failed: 0, failedCrops: 0 },
    { service: serviceId("ocr"), requested: 4, succeeded: 0, failed: 0, failedCrops: 0 }
  ],
  stale: { harmonize: 0, consensus: 0, enrich: 0 },
  boxes: 0,
  crops: 0,
  ...changes
})

/** A run that completed 2 of 4 images after 1 was complete before, unless said otherwise. */
export const runOf = (changes: Partial<Run> = {}): Run => ({
  images: [],
  progress: progressOf({
    done: 3,
    boxes: 12,
    crops: 30,
    services: [
      { service: serviceId("clip"), requested: 4, succeeded: 3, failed: 0, failedCrops: 0 },
      { service: serviceId("ocr"), requested: 4, succeeded: 2, failed: 2, failedCrops: 0 }
    ]
  }),
  doneBefore: 1,
  unusable: [],
  undrawn: [],
  seconds: 8,
  simulated: false,
  absent: [],
  places: { report: ".windmill/report.html", overlays: ".windmill/overlays" },
  database: "psql windmill",
  ...changes
})

export const answered = (service: string, succeeded = true, reason = "it broke") =>
  PipelineEvent.Answered({
    imageId: imageId(1),
    service: serviceId(service),
    succeeded,
    ...(succeeded ? {} : { reason })
  })

export const harmonized = (
  services: ReadonlyArray<string>,
  boxes: number,
  options: { readonly revision?: number; readonly changed?: boolean; readonly image?: number } = {}
) =>
  PipelineEvent.Harmonized({
    imageId: imageId(options.image ?? 1),
    revision: revision(options.revision ?? services.length),
    services: services.map(serviceId),
    boxes,
    changed: options.changed ?? true
  })

const small = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 4 })))
const service = Arbitrary.schema(Schema.Literals(["clip", "ocr", "rtdetr", "yolov8", "face"]))

/** Any event about images 1 to 4, with reasons and emojis that may be hostile. */
export const anyEvent: Arbitrary.Arbitrary<PipelineEvent> = Arbitrary.map(
  Arbitrary.all([small, small, service, Arbitrary.schema(Schema.Boolean), hostileText, Arbitrary.array(service)]),
  ([kind, n, id, flag, text, services]): PipelineEvent => {
    switch (kind) {
      case 1:
        return answered(id, flag, text)
      case 2:
        return harmonized(services, n, { revision: n, changed: flag, image: n })
      case 3:
        return PipelineEvent.Postponed({ imageId: imageId(n), service: serviceId(id), reason: text })
      default:
        return PipelineEvent.Enriched({
          imageId: imageId(n),
          boxId: boxId("person_1"),
          service: serviceId(id),
          succeeded: flag,
          reason: text
        })
    }
  }
)
