/** How people look: skin, hair and clothes, chosen by a person's `look`. */
import * as Random from "../../../domain/simulation/Random.ts"
import type { Person } from "../../../domain/simulation/Scene.ts"
import { darker, lighter, mix } from "./Svg.ts"

export interface Appearance {
  readonly skin: string
  readonly hair: string
  readonly hairstyle: "short" | "side part" | "long" | "bun" | "curly" | "ponytail" | "cap" | "beanie"
  readonly beard: boolean
  readonly glasses: boolean
  readonly top: string
  readonly sleeves: "long" | "short" | "none"
  /** Open over a shirt: a suit or a coat. */
  readonly jacket: boolean
  readonly bottom: string
  readonly legs: "trousers" | "shorts" | "skirt" | "bare"
  readonly shoes: string
}

/** The appearance that belongs to a look. */
export const appearance = (person: Person, look: number): Appearance => {
  const random = Random.make("appearance", look)
  const masculine = person.kind === "man" || person.kind === "boy"
  const grown = person.kind === "man" || person.kind === "woman"
  const skin = random.pick(["#f6cfb0", "#eebd98", "#d99f73", "#b97f55", "#8d5a3a", "#6b432c"])
  const hair = random.pick([
    "#2b2024",
    "#4a2f23",
    "#6e4528",
    "#a8703a",
    "#d8a94f",
    "#8c3b1f",
    ...(grown ? ["#8f9197"] : [])
  ])
  const base: Pick<Appearance, "skin" | "hair" | "hairstyle" | "beard" | "glasses"> = {
    skin,
    hair,
    hairstyle: masculine
      ? random.pick(["short", "side part", "curly", "short", "cap"])
      : random.pick(["long", "bun", "ponytail", "long", "curly"]),
    beard: person.kind === "man" && random.chance(0.35),
    glasses: random.chance(0.18)
  }
  const bright = random.pick(brights)
  const muted = random.pick(muteds)
  switch (person.outfit) {
    case "casual": {
      const skirted = !masculine && random.chance(0.4)
      return {
        ...base,
        top: random.chance(0.75) ? bright : "#f4f1ea",
        ...(random.chance(0.5)
          ? { sleeves: "long", jacket: grown && random.chance(0.3) }
          : { sleeves: "short", jacket: false }),
        bottom: skirted ? random.pick(brights) : muted,
        legs: skirted ? "skirt" : random.chance(grown ? 0.12 : 0.4) ? "shorts" : "trousers",
        shoes: random.pick(["#3b3340", "#f2efe9", "#8c4a2f", "#d94f4f"])
      }
    }
    case "formal": {
      const suit = random.pick(["#2f3e5c", "#3d3f4a", "#55606e", "#4b3a4e", "#7a6a58"])
      const skirted = !masculine && random.chance(0.5)
      return {
        ...base,
        top: suit,
        sleeves: "long",
        jacket: true,
        bottom: darker(suit, 0.15),
        legs: skirted ? "skirt" : "trousers",
        shoes: "#2a2226"
      }
    }
    case "sport":
      return {
        ...base,
        glasses: false,
        hairstyle: base.hairstyle === "long" ? "ponytail" : base.hairstyle === "cap" ? "short" : base.hairstyle,
        // Two teams: the parity of the look says for which one somebody plays.
        top: look % 2 === 0 ? "#e4483f" : "#2f6fd6",
        sleeves: "short",
        jacket: false,
        bottom: look % 2 === 0 ? "#f5f3ee" : "#1d3f86",
        legs: "shorts",
        shoes: look % 2 === 0 ? "#2b2b33" : "#f4f4f4"
      }
    case "swim":
      return {
        ...base,
        glasses: false,
        top: masculine ? skin : bright,
        sleeves: "none",
        jacket: false,
        bottom: bright,
        legs: masculine ? "shorts" : "bare",
        shoes: mix(skin, "#7a4a30", 0.12)
      }
    case "winter":
      return {
        ...base,
        hairstyle: random.chance(0.7) ? "beanie" : base.hairstyle,
        top: bright,
        sleeves: "long",
        jacket: random.chance(0.5),
        bottom: muted,
        legs: "trousers",
        shoes: "#4a3a34"
      }
  }
}

/** A color for what is worn with `color`: lighter on dark and darker on light. */
export const contrast = (color: string): string =>
  Number.parseInt(color.slice(3, 5), 16) > 140 ? darker(color, 0.35) : lighter(color, 0.45)

const brights = [
  "#e4573d",
  "#f2a33a",
  "#2f8f83",
  "#3f72c4",
  "#8a4fa3",
  "#d9557f",
  "#5a9e4b",
  "#f0c04a",
  "#33b0c7",
  "#b5473c"
] as const
const muteds = ["#2f3f5f", "#3c4a6e", "#4a4a55", "#6d6456", "#7c5a45", "#54704f", "#3b3b46"] as const
