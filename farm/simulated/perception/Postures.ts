/** How bodies are built and how they hold their limbs. */
import type { Person, Posture } from "../Scene.ts"

/** Lengths as fractions of the standing height. `shoulder` and `hip` are half the distance between left and right. */
export interface Build {
  readonly head: { readonly width: number; readonly height: number }
  readonly neck: number
  readonly torso: number
  readonly shoulder: number
  readonly hip: number
  readonly upperArm: number
  readonly forearm: number
  readonly hand: number
  readonly thigh: number
  readonly shin: number
  readonly foot: number
}

/** An upper and a lower bone: degrees from straight down, positive forwards (seen from the side) or outwards (front). */
export type Limb = readonly [upper: number, lower: number]

/** How a body is held. Seen from the side it faces right, so the right limbs are the near ones. */
export interface Stance {
  readonly view: "front" | "side"
  /** Degrees the torso leans forwards. */
  readonly lean: number
  readonly arms: { readonly left: Limb; readonly right: Limb }
  readonly legs: { readonly left: Limb; readonly right: Limb }
  /** How long the thighs look; less than 1 when they point at the viewer. */
  readonly thighs?: number
}

const adult: Build = {
  head: { width: 0.112, height: 0.148 },
  neck: 0.028,
  torso: 0.3,
  shoulder: 0.098,
  hip: 0.055,
  upperArm: 0.155,
  forearm: 0.135,
  hand: 0.035,
  thigh: 0.24,
  shin: 0.24,
  foot: 0.12
}

const builds: Readonly<Record<Person["kind"], Build>> = {
  man: adult,
  woman: { ...adult, shoulder: 0.084, torso: 0.29 },
  boy: childOf({ shoulder: 0.09 }),
  girl: childOf({ shoulder: 0.084 })
}

/** The build of a person of that kind. */
export const build = (kind: Person["kind"]): Build => builds[kind]

/** How a posture holds the body. */
export const stance = (posture: Posture): Stance => stances[posture]

function childOf({ shoulder }: { readonly shoulder: number }): Build {
  return {
    ...adult,
    head: { width: 0.16, height: 0.2 },
    neck: 0.02,
    torso: 0.29,
    shoulder,
    upperArm: 0.14,
    forearm: 0.12,
    thigh: 0.215,
    shin: 0.21
  }
}

const both = (limb: Limb) => ({ left: limb, right: limb })

const stances: Readonly<Record<Posture, Stance>> = {
  standing: { view: "front", lean: 0, arms: both([11, 5]), legs: both([5, 2]) },
  waving: { view: "front", lean: 0, arms: { left: [138, 172], right: [12, 6] }, legs: both([6, 3]) },
  cheering: { view: "front", lean: 0, arms: both([148, 166]), legs: both([10, 4]) },
  reaching: {
    view: "front",
    lean: 0,
    arms: { left: [128, 140], right: [48, 70] },
    legs: { left: [24, 6], right: [16, 4] }
  },
  holding: { view: "front", lean: 0, arms: both([14, -118]), legs: both([5, 2]) },
  seated: { view: "front", lean: 0, arms: both([16, -38]), legs: both([14, 2]), thighs: 0.34 },
  walking: {
    view: "side",
    lean: 3,
    arms: { left: [26, 44], right: [-24, -4] },
    legs: { left: [-14, -34], right: [24, 10] }
  },
  running: {
    view: "side",
    lean: 13,
    arms: { left: [42, 128], right: [-52, 34] },
    legs: { left: [-16, -78], right: [58, -8] }
  },
  leading: {
    view: "side",
    lean: 4,
    arms: { left: [22, 40], right: [-58, -66] },
    legs: { left: [-14, -34], right: [24, 10] }
  },
  kicking: {
    view: "side",
    lean: -9,
    arms: { left: [62, 92], right: [-48, -30] },
    legs: { left: [-6, -18], right: [64, 40] }
  },
  skating: {
    view: "side",
    lean: 14,
    arms: { left: [78, 92], right: [-64, -58] },
    legs: { left: [52, -14], right: [8, -44] }
  },
  sitting: { view: "side", lean: -3, arms: both([20, 72]), legs: both([86, 2]) },
  typing: { view: "side", lean: 5, arms: both([24, 84]), legs: both([88, 0]) },
  riding: { view: "side", lean: 2, arms: both([34, 72]), legs: both([52, -14]) },
  cycling: {
    view: "side",
    lean: 34,
    arms: both([62, 50]),
    legs: { left: [78, -4], right: [34, -14] }
  },
  lounging: { view: "side", lean: -30, arms: both([-46, -22]), legs: { left: [112, 34], right: [96, 62] } }
}
