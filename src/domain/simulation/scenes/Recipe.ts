/** How a picture is put together. */
import type { Random } from "../Random.ts"
import type { Person, Posture } from "../Scene.ts"
import type { Frame, Stage, Words } from "../Stage.ts"

/** A frame and what goes into it. Every seed gives another picture of the same kind. */
export interface Recipe {
  readonly frame: Frame
  readonly compose: (stage: Stage) => Words
}

/** A grown-up, as likely a man as a woman. */
export const adult = (random: Random, posture: Posture, outfit: Person["outfit"] = "casual"): Person => ({
  kind: random.pick(["man", "woman"]),
  posture,
  outfit
})

export const man = (posture: Posture, outfit: Person["outfit"] = "casual"): Person => ({ kind: "man", posture, outfit })
export const woman = (posture: Posture, outfit: Person["outfit"] = "casual"): Person => ({
  kind: "woman",
  posture,
  outfit
})
export const boy = (posture: Posture, outfit: Person["outfit"] = "casual"): Person => ({ kind: "boy", posture, outfit })
export const girl = (posture: Posture, outfit: Person["outfit"] = "casual"): Person => ({
  kind: "girl",
  posture,
  outfit
})
