/** What a simulated service says about a picture. */
import { Effect, Option } from "effect"
import type { JsonObject } from "../http/Envelope.ts"
import type { SimulatedService } from "./Contract.ts"
import * as Perception from "./Perception.ts"
import * as Colors from "../measured/Colors.ts"
import * as Metadata from "../measured/Metadata.ts"
import type { Picture } from "./ScenePictures.ts"

/**
 * The predictions of the service's reply. Colors and metadata are measured in the pixels; all else is perceived in the
 * scene the picture carries, and a picture without a scene shows nothing.
 */
export const about = (service: SimulatedService, picture: Picture): Effect.Effect<ReadonlyArray<JsonObject>> => {
  switch (service) {
    case "colors":
      return Effect.map(picture.pixels, Colors.predictions)
    case "metadata":
      return Effect.map(picture.pixels, (pixels) => Metadata.predictions(picture, pixels))
    default:
      return Effect.sync(() =>
        Option.match(picture.view, {
          onNone: () => Perception.nothing(service),
          onSome: (view) => Perception.predictions(service, view)
        })
      )
  }
}
