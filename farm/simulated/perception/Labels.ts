/** What the two classifiers call a picture. */
import * as BoundingBox from "#domain/BoundingBox"
import type { JsonObject } from "../../http/Envelope.ts"
import * as Random from "../Random.ts"
import type { Setting } from "../Scene.ts"
import * as View from "../View.ts"
import { decimals } from "./Numbers.ts"
import * as Words from "./Words.ts"

/** CLIP against a list of labels: things, places and what goes with them, at most ten from 0.01 on, best first. */
export const clip = (view: View.View): ReadonlyArray<JsonObject> => {
  const random = randomOf("clip", view)
  const labels = new Map<string, number>()
  const add = (label: string, strength: number) => labels.set(label, Math.max(labels.get(label) ?? -Infinity, strength))
  for (const { concept, share } of presence(view)) add(concept, 3.6 + 1.2 * Math.log(share))
  for (const label of atmosphere[view.scene.setting]) add(label, 1.4)
  if (view.scene.light !== "day") add(view.scene.light, 0.8)
  for (const label of distractors) add(label, -1.6)
  const scored = [...labels].map(([label, strength]) => ({ label, score: Math.exp(strength + 0.7 * random.normal()) }))
  const total = scored.reduce((sum, { score }) => sum + score, 0)
  return scored
    .map(({ label, score }) => ({ label, confidence: score / total }))
    .filter(({ confidence }) => confidence >= 0.01)
    .toSorted((a, b) => b.confidence - a.confidence)
    .slice(0, 10)
    .map(({ confidence, label }) => labeled(label, decimals(confidence, 3)))
}

/**
 * Inception over the classes of ImageNet: what fills the picture, from 0.15 on. One label for each emoji, and one for all
 * labels without.
 */
export const inception = (view: View.View): ReadonlyArray<JsonObject> => {
  const random = randomOf("inception", view)
  const known = [
    ...presence(view).flatMap(({ concept, share }) => {
      const choices = imageNet[concept]
      return choices === undefined ? [] : [{ label: random.pick(choices), strength: 1.6 + 1.1 * Math.log(share) }]
    }),
    ...(landscapes[view.scene.setting] ?? []).map((label) => ({ label, strength: -1 }))
  ]
  const scored = known.map(({ label, strength }) => ({ label, score: Math.exp(strength + 0.8 * random.normal()) }))
  // The classes that do not fit share what is left.
  const total = scored.reduce((sum, { score }) => sum + score, 0.35)
  const seen = new Set<string | undefined>()
  return scored
    .map(({ label, score }) => labeled(label, decimals(score / total, 3)))
    .filter(({ confidence }) => confidence >= 0.15)
    .toSorted((a, b) => b.confidence - a.confidence)
    .filter(({ emoji }) => !seen.has(emoji) && seen.add(emoji))
}

const randomOf = (service: string, { region, scene }: View.View): Random.Random =>
  Random.make(service, scene.name, region.x, region.y, region.width, region.height)

const labeled = (label: string, confidence: number) => {
  const emoji = Words.emoji(label.replaceAll(" ", "_"))
  return { label, confidence, ...(emoji !== undefined && { emoji }) }
}

/** The concepts in the view, each with the share of the picture that all of its kind cover, in `(0, 1]`. */
const presence = (view: View.View): ReadonlyArray<{ readonly concept: string; readonly share: number }> => {
  const shares = new Map<string, number>()
  for (const { box, object, visibility } of View.sightings(view)) {
    const share = (BoundingBox.area(box) * visibility) / (view.width * view.height)
    shares.set(object.concept, Math.min(1, (shares.get(object.concept) ?? 0) + share))
  }
  return [...shares].map(([concept, share]) => ({ concept, share: Math.max(share, 1e-4) }))
}

type Choices = readonly [string, ...ReadonlyArray<string>]

const distractors = [
  "text",
  "cartoon",
  "toy",
  "music",
  "castle",
  "rocket",
  "robot",
  "dragon",
  "logo",
  "flower"
] as const

const atmosphere: Readonly<Record<Setting, ReadonlyArray<string>>> = {
  airport: ["airport", "travel"],
  beach: ["beach", "sea", "summer"],
  bedroom: ["bedroom", "sleep"],
  city: ["city", "street"],
  court: ["tennis", "sport"],
  field: ["farm", "field"],
  harbor: ["harbor", "sea"],
  kitchen: ["kitchen", "cooking"],
  "living room": ["living room", "home"],
  market: ["market", "fruit"],
  mountains: ["mountain", "lake", "landscape"],
  office: ["office", "work"],
  park: ["park", "picnic"],
  pitch: ["soccer", "stadium"],
  savanna: ["safari", "savanna"],
  sky: ["sky", "meadow"],
  snow: ["snow", "skiing", "mountain"],
  square: ["square", "city"],
  station: ["station", "travel"],
  street: ["street", "city", "traffic"],
  table: ["table", "food"]
}

const landscapes: Readonly<Partial<Record<Setting, ReadonlyArray<string>>>> = {
  beach: ["seashore", "sandbar"],
  mountains: ["alp", "lakeside"],
  snow: ["alp"],
  harbor: ["seashore"],
  table: ["dining_table"]
}

/** The names ImageNet has for what detectors call by one word. People have none. */
const imageNet: Readonly<Record<string, Choices>> = {
  airplane: ["airliner"],
  apple: ["Granny_Smith"],
  backpack: ["backpack"],
  banana: ["banana"],
  bear: ["brown_bear", "American_black_bear"],
  bed: ["studio_couch", "four-poster"],
  bench: ["park_bench"],
  bicycle: ["mountain_bike"],
  bird: ["bald_eagle", "albatross"],
  boat: ["catamaran", "yawl"],
  bottle: ["wine_bottle"],
  bowl: ["mixing_bowl", "soup_bowl"],
  broccoli: ["broccoli"],
  bus: ["trolleybus", "minibus"],
  cake: ["chocolate_sauce"],
  car: ["sports_car", "cab", "minivan"],
  cat: ["tabby", "Egyptian_cat"],
  chair: ["folding_chair"],
  clock: ["wall_clock", "analog_clock"],
  couch: ["studio_couch"],
  cow: ["ox"],
  cup: ["espresso", "coffee_mug"],
  "dining table": ["dining_table"],
  dog: ["golden_retriever", "Labrador_retriever", "border_collie"],
  elephant: ["African_elephant"],
  giraffe: ["gazelle"],
  handbag: ["purse"],
  horse: ["sorrel"],
  "hot dog": ["hotdog"],
  keyboard: ["computer_keyboard"],
  kite: ["balloon", "parachute"],
  laptop: ["notebook", "laptop"],
  microwave: ["microwave"],
  motorcycle: ["moped"],
  orange: ["orange"],
  oven: ["stove"],
  pizza: ["pizza"],
  "potted plant": ["pot"],
  refrigerator: ["refrigerator"],
  sheep: ["ram"],
  skis: ["ski"],
  snowboard: ["ski"],
  "sports ball": ["soccer_ball"],
  suitcase: ["carton"],
  surfboard: ["swimming_trunks"],
  "teddy bear": ["teddy"],
  "tennis racket": ["racket"],
  toaster: ["toaster"],
  "traffic light": ["traffic_light"],
  train: ["passenger_car", "bullet_train"],
  truck: ["trailer_truck", "moving_van"],
  tv: ["television", "desktop_computer"],
  umbrella: ["umbrella"],
  vase: ["vase"],
  "wine glass": ["goblet", "red_wine"],
  zebra: ["zebra"]
}
