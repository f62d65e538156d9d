/** Words, and the emoji that the services' shared table gives them. */
import { labels as cocoLabels, emoji as cocoEmoji } from "../CocoLabels.ts"

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

const places = `
  airport 🛫 animal 🐾 ball ⚽ banner 🎏 beach 🌊 bike 🚲 birthday 🎂 boy 🧑 breakfast 🍳 bus_stop 🚏 calf 🐄 candle 🕯 child 🧑
  children 🧑 city 🏙 clothes 👕 coat 🧥 coffee ☕ computer 💻 couple 👫 court 🎾 cub 🐻 cyclist 🚴 desk 🪑 evening 🌆 family 👪
  farmer 🧑‍🌾 fence 🚧 field 🌾 flower 🌼 forest 🌲 fruit 🍇 garden 🏡 girl 🧑 glass 🥛 glasses 👓 grass 🌿 grapes 🍇 hat 🎩
  harbor ⚓ hotel 🏨 house 🏠 kitchen 🍽 lake 🏞 light 💡 man 🧑 market 🛒 meadow 🌿 men 🧑 metal 🔩 metallic 🔩 moon 🌙
  mountain ⛰ music 🎵 night 🌃 office 🏢 park 🏞 people 🧑 phone 📱 plant 🌱 racket 🏓 rain 🌧 restaurant 🍽 rider 🏇 river 🏞
  road 🛣 rodeo 🤠 room 🚪 sailboat ⛵ salad 🥗 sand 🏖 school 🏫 sea 🌊 seagull 🕊 shop 🏬 shore 🌊 sky 🌌 skier ⛷
  skyscraper 🏙 smile 😊 snow ❄️ snowboarder 🏂 soccer ⚽ stadium 🏟 station 🚉 street 🛣 suit 👔 sun ☀️ sunset 🌇 surfer 🏄
  swimsuit 👙 table 🪑 team 👥 television 📺 tennis 🎾 toast 🍞 town 🏘 tree 🌳 truck 🚚 umbrella ☂️ water 💧 wave 🌊
  woman 🧑 women 🧑 wood 🪵 wooden 🪵
`

/** Classes of ImageNet, which names breeds and makes. */
const imageNet = `
  african_elephant 🐘 airliner 🛩 alp ⛰ american_black_bear 🐻 bald_eagle 🦅 bikini 👙 border_collie 🐶 brown_bear 🐻 cab 🚕
  carton 📦 catamaran ⛵ desktop_computer 🖥 egyptian_cat 😺 espresso ☕ folding_chair 🪑 golden_retriever 🐶 granny_smith 🍏
  ibex 🐐 labrador_retriever 🐶 lakeside 🏞 minivan 🚐 mountain_bike 🚲 notebook 💻 ox 🐂 park_bench 🪑 passenger_car 🚃
  pot 🪴 ram 🐏 sandbar 🏖 seashore 🌊 ski ⛷ soccer_ball ⚽ sorrel 🐴 sports_car 🏎 steam_locomotive 🚂 street_sign 🚏
  studio_couch 🛋 tabby 😺 trailer_truck 🚚 trolleybus 🚎 umbrella ☂️ wall_clock ⏰ yawl ⛵ zebra 🦓
`

const table: ReadonlyMap<string, string> = new Map([
  ...cocoLabels.flatMap((label): ReadonlyArray<readonly [string, string]> => {
    const found = cocoEmoji("detectron2", label)
    return found === undefined ? [] : [[label.replaceAll(" ", "_"), found]]
  }),
  ...`${places} ${imageNet}`
    .trim()
    .split(/\s+(?=[a-z_]+ )/)
    .map((entry): readonly [string, string] => {
      const [word = "", found = ""] = entry.split(" ")
      return [word, found]
    })
])

/** What captioners join before they look words up. */
const expressions = [...table.keys()].filter((key) => key.includes("_")).map((key) => key.replaceAll("_", " "))
