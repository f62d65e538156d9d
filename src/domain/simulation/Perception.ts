/** What each model would say about a view of a scene. */
import type { JsonObject, SimulatedService } from "./Contract.ts"
import type { View } from "./View.ts"

/** The services that look at the scene instead of the pixels. */
export type PerceivingService = Exclude<SimulatedService, "colors" | "metadata">

/** The predictions of the service's reply. The same view always gets the same predictions. */
export const predictions = (service: PerceivingService, _view: View): ReadonlyArray<JsonObject> => nothing(service)

/** The predictions of the service's reply about a picture in which there is nothing it knows. */
export const nothing = (service: PerceivingService): ReadonlyArray<JsonObject> => {
  switch (service) {
    case "ocr":
      return [{ text: "", emoji: "", has_text: false, text_regions: [], emoji_mappings: [] }]
    case "nsfw2":
      return [{ confidence: 0.5, emoji: "", nsfw: false }]
    default:
      return []
  }
}
