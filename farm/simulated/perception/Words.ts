/** Words, and the emoji that the services' shared table gives them. */
import { coco } from "#domain/vocabulary/Coco"
import { words } from "#domain/vocabulary/Words"

/** A word and its emoji, as captioners and readers report it. */
export interface Mapping {
  readonly word: string
  readonly emoji: string
}

/** The emoji of a word or of words joined by `_`; `undefined` when neither it nor its singular is in the table. */
export const emoji = (word: string): string | undefined => {
  const key = word.toLowerCase()
  return table.get(key) ?? (key.length > 3 && key.endsWith("s") ? table.get(key.slice(0, -1)) : undefined)
}

/** The words of a text with those that belong together joined by `_`: `traffic_light`. Their casing is kept. */
export const tokens = (text: string): ReadonlyArray<string> =>
  expressions
    .reduce(
      (joined, expression) =>
        joined.replaceAll(new RegExp(`\\b${expression}(?=s?\\b)`, "gi"), (words) => words.replaceAll(" ", "_")),
      text
    )
    .match(/[\p{L}_]+/gu) ?? []

/** Every word of a text that has an emoji, in order, each as often as it occurs. */
export const mappings = (text: string): ReadonlyArray<Mapping> =>
  tokens(text).flatMap((word) => {
    const found = emoji(word)
    return found === undefined ? [] : [{ word, emoji: found }]
  })

/** Words of captions and classes of ImageNet that the shared table has beyond windmill's own vocabulary. */
const more = `
  airport 🛫 animal 🐾 ball ⚽ banner 🎏 bike 🚲 birthday 🎂 boy 🧑 breakfast 🍳 calf 🐄 child 🧑 children 🧑 clothes 👕
  couple 👫 court 🎾 cub 🐻 cyclist 🚴 evening 🌆 family 👪 farmer 🧑‍🌾 field 🌾 fruit 🍇 girl 🧑 harbor ⚓ hotel 🏨 light 💡
  man 🧑 market 🛒 meadow 🌿 men 🧑 metal 🔩 metallic 🔩 night 🌃 office 🏢 park 🏞 people 🧑 phone 📱 plant 🌱 rider 🏇
  rodeo 🤠 room 🚪 sailboat ⛵ sand 🏖 sea 🌊 shop 🏬 shore 🌊 skier ⛷ snowboarder 🏂 soccer ⚽ station 🚉 suit 👔 surfer 🏄
  swimsuit 👙 table 🪑 team 👥 television 📺 toast 🍞 woman 🧑 women 🧑 wood 🪵 wooden 🪵

  african_elephant 🐘 airliner 🛩 alp ⛰ american_black_bear 🐻 bald_eagle 🦅 border_collie 🐶 brown_bear 🐻 cab 🚕 carton 📦
  catamaran ⛵ desktop_computer 🖥 egyptian_cat 😺 espresso ☕ folding_chair 🪑 golden_retriever 🐶 granny_smith 🍏
  labrador_retriever 🐶 lakeside 🏞 minivan 🚐 mountain_bike 🚲 notebook 💻 ox 🐂 park_bench 🪑 passenger_car 🚃 pot 🪴 ram 🐏
  sandbar 🏖 seashore 🌊 ski ⛷ soccer_ball ⚽ sorrel 🐴 sports_car 🏎 studio_couch 🛋 tabby 😺 trailer_truck 🚚 trolleybus 🚎
  wall_clock ⏰ yawl ⛵
`

const table: ReadonlyMap<string, string> = new Map([
  ...Object.entries({ ...words, ...coco }).map(([name, found]) => [name.replaceAll(" ", "_"), found] as const),
  ...more
    .trim()
    .split(/\s+(?=[a-z_]+ )/)
    .map((entry) => {
      const [word = "", found = ""] = entry.split(" ")
      return [word, found] as const
    })
])

/** What captioners join before they look words up. */
const expressions = [...table.keys()].filter((key) => key.includes("_")).map((key) => key.replaceAll("_", " "))
