/** The services with models in the terms of `service_config.json`. */
import { Result } from "effect"
import * as ServiceCatalog from "#domain/ServiceCatalog"

/**
 * All services that a model can be had for, on their own ports. Detectors are listed under the names of their models, never
 * under those of other detectors.
 */
export const standard: ServiceCatalog.ServiceCatalog = Result.getOrThrow(
  ServiceCatalog.decode({
    services: {
      captions: { port: 7795, kind: "semantic" },
      centernet: { port: 7791, kind: "spatial", vocabulary: "coco80" },
      clip: {},
      colors: {},
      face: {},
      imagenet: { port: 7796, kind: "classification" },
      metadata: {},
      nanodet: { port: 7792, kind: "spatial", vocabulary: "coco80" },
      nanodet_g: { port: 7793, kind: "spatial", vocabulary: "coco80" },
      nsfw: { port: 7794, kind: "specialized" },
      ocr: {},
      pose: {},
      rtdetr: {}
    }
  })
)
