/** What each model would say about a view of a scene. */
import * as CocoLabels from "./CocoLabels.ts"
import type { JsonObject } from "../http/Envelope.ts"
import type { SimulatedService } from "./Contract.ts"
import * as Captions from "./perception/Captions.ts"
import * as Detectors from "./perception/Detectors.ts"
import * as Explicitness from "./perception/Explicitness.ts"
import * as Faces from "./perception/Faces.ts"
import * as Labels from "./perception/Labels.ts"
import * as Poses from "./perception/Poses.ts"
import * as Reading from "./perception/Reading.ts"
import * as Random from "./Random.ts"
import type { View } from "./View.ts"

/** The services that look at the scene instead of the pixels. */
export type PerceivingService = Exclude<SimulatedService, "colors" | "metadata">

/** The predictions of the service's reply. The same view always gets the same predictions. */
export const predictions = (service: PerceivingService, view: View): ReadonlyArray<JsonObject> =>
  polish(service, view, CocoLabels.isDetector(service) ? Detectors.predictions(service, view) : models[service](view))

/** The predictions of the service's reply about a picture in which there is nothing it knows. */
export const nothing = (service: PerceivingService): ReadonlyArray<JsonObject> =>
  service === "ocr" ? [Reading.nothing] : service === "nsfw2" ? [Explicitness.undecided] : []

const models: Readonly<
  Record<Exclude<PerceivingService, CocoLabels.Detector>, (view: View) => ReadonlyArray<JsonObject>>
> = {
  blip: Captions.blip,
  clip: Labels.clip,
  face: Faces.predictions,
  inception_v3: Labels.inception,
  nsfw2: Explicitness.predictions,
  ocr: Reading.predictions,
  ollama: Captions.ollama,
  pose: Poses.predictions
}

/** One prediction in 2,500 shines, and in `ocr` and `ollama` as many of the mappings. */
const polish = (service: PerceivingService, { region, scene }: View, found: ReadonlyArray<JsonObject>) => {
  const random = Random.make("shiny", service, scene.name, region.x, region.y, region.width, region.height)
  const roll = (value: JsonObject): JsonObject => (random.chance(1 / 2500) ? { ...value, shiny: true } : value)
  return found.map((prediction) => {
    const { emoji_mappings: mappings } = prediction
    return (service === "ocr" || service === "ollama") && Array.isArray(mappings)
      ? { ...roll(prediction), emoji_mappings: mappings.map(roll) }
      : roll(prediction)
  })
}
