/** Whether the NSFW classifier objects. */
import * as BoundingBox from "#domain/BoundingBox"
import type { JsonObject } from "../../http/Envelope.ts"
import * as Random from "../Random.ts"
import * as View from "../View.ts"
import { decimals, logistic } from "./Numbers.ts"

/** The verdict of a classifier that takes bare skin for more than it is. `confidence` is that of the verdict. */
export const predictions = (view: View.View): ReadonlyArray<JsonObject> => {
  const { region, scene } = view
  const random = Random.make("nsfw", scene.name, region.x, region.y, region.width, region.height)
  const skin = View.sightings(view)
    .filter(({ object }) => object.person?.outfit === "swim")
    .reduce((sum, { box, visibility }) => sum + (BoundingBox.area(box) * visibility) / (view.width * view.height), 0)
  const base = Math.log(scene.explicitness / (1 - Math.min(scene.explicitness, 0.999)))
  const whole = scene.width * scene.height === BoundingBox.area(region)
  const odds = whole ? base : skin === 0 ? Math.min(base, -4) : base + 2 * (skin - 0.3)
  return [verdict(logistic(odds + 0.25 * random.normal()))]
}

/** What the classifier says about a picture of which it cannot know anything. */
export const undecided: JsonObject = { confidence: 0.5, emoji: "", nsfw: false }

const verdict = (probability: number): JsonObject =>
  probability > 0.5
    ? { confidence: decimals(probability, 3), emoji: "🔞", nsfw: true }
    : { confidence: decimals(1 - probability, 3), emoji: "", nsfw: false }
