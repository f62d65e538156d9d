/** What the two captioners write. */
import * as BoundingBox from "#domain/BoundingBox"
import type { JsonObject } from "../../http/Envelope.ts"
import * as Random from "../Random.ts"
import type { Posture, SceneObject, Setting } from "../Scene.ts"
import * as View from "../View.ts"
import * as Words from "./Words.ts"

/** BLIP: one short phrase, at most twenty words. Its words keep their casing, and an emoji may repeat. */
export const blip = (view: View.View): ReadonlyArray<JsonObject> => {
  const random = randomOf("blip", view)
  const subjects = prominent(view)
  const whole = showsAll(view)
  const thought =
    whole && random.chance(0.72)
      ? view.scene.caption
      : subjects.length === 0
        ? `a view of ${where[view.scene.setting].replace(/^\w+ /, "")}`
        : `${phrase(subjects, random)} ${where[view.scene.setting]}`
  const text = thought.split(" ").slice(0, 20).join(" ")
  return [{ text, emoji_mappings: Words.mappings(text).map(({ emoji, word }) => ({ word, emoji })) }]
}

/** A vision language model: sentences, now and then with something made up. No `emoji_mappings` when nothing maps. */
export const ollama = (view: View.View): ReadonlyArray<JsonObject> => {
  const random = randomOf("ollama", view)
  const subjects = prominent(view)
  const seen = showsAll(view)
    ? view.scene.description
    : subjects.length === 0
      ? `The image shows a part of ${where[view.scene.setting].replace(/^\w+ /, "")}.`
      : `The image shows ${phrase(subjects, random)} ${where[view.scene.setting]}.`
  const text = random.chance(0.14) ? `${seen} ${random.pick(inventions)}` : seen
  const mappings = Words.mappings(text).map(({ emoji, word }) => ({ word: word.toLowerCase(), emoji }))
  return [{ text, ...(mappings.length > 0 && { emoji_mappings: mappings }) }]
}

const inventions = [
  "A bird can be seen in the background.",
  "There is a clock on the wall.",
  "Another person stands in the distance.",
  "A small dog is nearby."
] as const

const randomOf = (service: string, { region, scene }: View.View): Random.Random =>
  Random.make(service, scene.name, region.x, region.y, region.width, region.height)

/** Whether the view is the picture itself and not a small part of it. */
const showsAll = ({ region, scene }: View.View): boolean => BoundingBox.area(region) > 0.8 * scene.width * scene.height

/** The objects that strike the eye, the most striking first. */
const prominent = (view: View.View): ReadonlyArray<SceneObject> =>
  View.sightings(view)
    .filter(({ box }) => BoundingBox.area(box) > 0.01 * view.width * view.height)
    .toSorted(
      (a, b) => BoundingBox.area(b.box) * b.visibility - BoundingBox.area(a.box) * a.visibility || a.index - b.index
    )
    .map(({ object }) => object)

/** `a man walking`, `two dogs`, `a horse and a cow`. */
const phrase = (subjects: ReadonlyArray<SceneObject>, random: Random.Random): string => {
  const [first, ...others] = subjects
  if (first === undefined) return "something"
  const noun = nounOf(first)
  const alike = others.filter((other) => nounOf(other) === noun).length
  if (alike > 2) return `a group of ${plural(noun)}`
  if (alike > 0) return `${alike === 1 ? "two" : "three"} ${plural(noun)}`
  const other = others.find((candidate) => nounOf(candidate) !== noun)
  const doing = first.person === undefined ? "" : ` ${activities[first.person.posture]}`
  return other !== undefined && random.chance(0.6)
    ? `${article(noun)}${doing} next to ${article(nounOf(other))}`
    : `${article(noun)}${doing}`
}

const nounOf = ({ concept, person }: SceneObject): string => person?.kind ?? concept

const article = (noun: string): string => `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`

const plural = (noun: string): string =>
  ({
    man: "men",
    woman: "women",
    sheep: "sheep",
    skis: "skis",
    bus: "buses",
    bench: "benches",
    sandwich: "sandwiches",
    couch: "couches",
    knife: "knives"
  })[noun] ?? `${noun}s`

const activities: Readonly<Record<Posture, string>> = {
  standing: "standing",
  waving: "waving",
  cheering: "cheering",
  reaching: "with outstretched arms",
  holding: "holding something",
  seated: "sitting",
  walking: "walking",
  running: "running",
  leading: "walking",
  kicking: "kicking a ball",
  skating: "riding a board",
  sitting: "sitting",
  typing: "sitting at a desk",
  riding: "riding",
  cycling: "riding a bicycle",
  lounging: "lying"
}

const where: Readonly<Record<Setting, string>> = {
  airport: "at an airport",
  beach: "on a beach",
  bedroom: "in a bedroom",
  city: "in a city at night",
  court: "on a tennis court",
  field: "in a field",
  harbor: "in a harbor",
  kitchen: "in a kitchen",
  "living room": "in a living room",
  market: "at a market",
  mountains: "near a mountain lake",
  office: "in an office",
  park: "in a park",
  pitch: "on a soccer field",
  savanna: "in a dry field",
  sky: "under a blue sky",
  snow: "in the snow",
  square: "in a city square",
  station: "at a train station",
  street: "on a city street",
  table: "on a wooden table"
}
