/**
 * Puts things into a picture where they belong, in true perspective.
 *
 * The camera looks horizontally from `eye` centimeters above flat ground. Then everything that stands at height `y` of
 * the picture has the same scale, `(y - horizon) / eye` pixels per centimeter: things shrink towards the horizon, which
 * runs through whatever is as high as the camera. Positions are fractions of the picture's width and height.
 */
import * as BoundingBox from "../BoundingBox.ts"
import type { Concept } from "../Identifiers.ts"
import * as Figure from "./Figure.ts"
import * as Random from "./Random.ts"
import type { Person, Scene, SceneObject, SceneText } from "./Scene.ts"
import * as Things from "./Things.ts"

/** What a picture is, before anything is in it. */
export type Frame = Pick<Scene, "name" | "width" | "height" | "setting" | "light" | "horizon"> & {
  /** Height of the camera above the ground, in centimeters. */
  readonly eye: number
}

/** A position in the picture, as fractions of its width and height. */
export type Spot = readonly [x: number, y: number]

/** An object in the picture with the scale it is seen at, in pixels per centimeter. */
export interface Placed {
  readonly object: SceneObject
  readonly scale: number
}

interface Choices {
  readonly mirrored?: boolean
  /** How much larger than life. */
  readonly enlarged?: number
  readonly look?: number
  /** Centimeters above the ground, for what stands on a pole. */
  readonly raised?: number
}

/** What the picture is about, in words. */
export type Words = Pick<Scene, "caption" | "description"> & { readonly explicitness?: number }

export interface Stage {
  /** For everything about the picture that may be one way or another. */
  readonly random: Random.Random
  /** Puts a thing on the ground: the middle of its lower edge is at the spot. */
  readonly stand: (thing: Things.Thing, spot: Spot, choices?: Choices) => Placed
  /** Puts a person on the ground, the middle of the lower edge at the spot. */
  readonly person: (person: Person, spot: Spot, choices?: Choices) => Placed
  /** Puts a thing upon another: `x` is a fraction of the lower one's width, `sunk` centimeters below its upper edge. */
  readonly put: (
    thing: Things.Thing,
    on: Placed,
    x: number,
    choices?: Choices & { readonly sunk?: number; readonly covered?: boolean }
  ) => Placed
  /** Seats a person on something, at `x` of its width with the hips `hips` centimeters above the ground it stands on. */
  readonly seat: (person: Person, on: Placed, x: number, hips: number, choices?: Choices) => Placed
  /** Lets a person stand on something, at `x` of its width, the feet `sunk` centimeters below its upper edge. */
  readonly mount: (person: Person, on: Placed, x: number, choices?: Choices & { readonly sunk?: number }) => Placed
  /** Gives a thing into a hand: its middle is at the hand, or its top when it hangs. */
  readonly give: (
    thing: Things.Thing,
    to: Placed,
    hand: "left" | "right",
    choices?: Choices & { readonly grip?: "top" | "middle" | "bottom" }
  ) => Placed
  /** Lets a thing hang or float around a spot, `scale` pixels per centimeter. */
  readonly float: (thing: Things.Thing, spot: Spot, scale: number, choices?: Choices) => Placed
  /** Writes letters `height` of the picture high around a spot. */
  readonly write: (
    text: string,
    spot: Spot,
    height: number,
    colors: { readonly ink: string; readonly board?: string }
  ) => void
  /** Pixels per centimeter on the ground at a height of the picture. */
  readonly scaleAt: (y: number) => number
  /** The finished picture. */
  readonly finish: (words: Words) => Scene
}

/** An empty picture. The same frame and seed always come to the same picture. */
export const open = ({ eye, ...frame }: Frame, seed: number): Stage => {
  const random = Random.make("scene", frame.name, seed)
  const entries: Array<{ readonly object: SceneObject; readonly depth: number }> = []
  const texts: Array<SceneText> = []
  const scaleAt = (y: number) => (frame.height * (y - frame.horizon)) / eye

  const add = (
    object: Omit<SceneObject, "look" | "box">,
    at: BoundingBox.BoundingBox,
    depth: number,
    choices: Choices
  ) => {
    const placed: SceneObject = {
      ...object,
      box: inside(at, frame),
      look: choices.look ?? random.integer(0, 9999),
      ...(choices.mirrored && { mirrored: true })
    }
    entries.push({ object: placed, depth })
    return placed
  }

  const depthOf = (placed: Placed) => entries.find(({ object }) => object === placed.object)?.depth ?? 0

  const thing = (
    name: Things.Thing,
    place: (size: Things.Size) => Point,
    scale: number,
    depth: number,
    choices: Choices & Traits
  ) => {
    const enlarged = scale * (choices.enlarged ?? 1)
    const { height, width } = Things.size(name)
    const size = { width: width * enlarged, height: height * enlarged }
    const [concept = "", variant] = name.split("/")
    const identity = {
      concept: concept as Concept,
      ...(variant !== undefined && { variant }),
      ...(choices.airborne && { airborne: true })
    }
    return { object: add(identity, { ...place(size), ...size }, depth, choices), scale: enlarged }
  }

  const figure = (
    person: Person,
    place: (size: Things.Size) => Point,
    scale: number,
    depth: number,
    choices: Choices & Traits
  ) => {
    const height = Figure.boxHeight(person) * 100 * scale
    const size = { width: height * Figure.aspect(person), height }
    const identity = { concept: "person" as Concept, person, ...(choices.airborne && { airborne: true }) }
    return { object: add(identity, { ...place(size), ...size }, depth, choices), scale }
  }

  const standing =
    ([x, y]: Spot) =>
    ({ height, width }: Things.Size): Point => ({ x: x * frame.width - width / 2, y: y * frame.height - height })

  return {
    random,
    scaleAt,
    stand: (name, [x, y], { raised = 0, ...choices } = {}) => {
      const spot: Spot = [x, y - (raised * scaleAt(y)) / frame.height]
      return thing(name, standing(spot), scaleAt(y), y, { ...choices, airborne: raised > 0 })
    },
    person: (person, spot, choices = {}) => figure(person, standing(spot), scaleAt(spot[1]), spot[1], choices),
    put: (name, on, x, { covered = false, sunk = 0, ...choices } = {}) => {
      const { box } = on.object
      const place = ({ height, width }: Things.Size) => ({
        x: box.x + x * box.width - width / 2,
        y: box.y + sunk * on.scale - height
      })
      return thing(name, place, on.scale, depthOf(on) + (covered ? -nearer : nearer), {
        ...choices,
        airborne: !covered
      })
    },
    seat: (person, on, x, hips, choices = {}) => {
      const { box } = on.object
      const seated = { person, mirrored: choices.mirrored ?? false }
      const place = (size: Things.Size) => {
        const anchor = hipsWithin(seated, size)
        return { x: box.x + x * box.width - anchor.x, y: box.y + box.height - hips * on.scale - anchor.y }
      }
      return figure(person, place, on.scale, depthOf(on) + nearer, { ...choices, airborne: true })
    },
    mount: (person, on, x, { sunk = 0, ...choices } = {}) => {
      const { box } = on.object
      const place = ({ height, width }: Things.Size) => ({
        x: box.x + x * box.width - width / 2,
        y: box.y + sunk * on.scale - height
      })
      return figure(person, place, on.scale, depthOf(on) + nearer, { ...choices, airborne: true })
    },
    give: (name, to, hand, { grip = "middle", ...choices } = {}) => {
      const holder = to.object.person
      const { x, y } = holder === undefined ? to.object.box : Figure.of(to.object, holder)[hand].hand
      const share = { top: 0, middle: 0.5, bottom: 1 }[grip]
      const place = ({ height, width }: Things.Size) => ({ x: x - width / 2, y: y - share * height })
      return thing(name, place, to.scale, depthOf(to) + nearer, { ...choices, airborne: true })
    },
    float: (name, [x, y], scale, choices = {}) => {
      const place = ({ height, width }: Things.Size) => ({
        x: x * frame.width - width / 2,
        y: y * frame.height - height / 2
      })
      return thing(name, place, scale, 0, { ...choices, airborne: true })
    },
    write: (text, [x, y], height, colors) => {
      const letters = height * frame.height
      const width = text.length * letters * 0.86
      const at = { x: x * frame.width - width / 2, y: y * frame.height - letters / 2, width, height: letters }
      texts.push({ text, box: inside(at, frame), ...colors })
    },
    finish: ({ caption, description, explicitness = 0.02 }) => ({
      version: 1,
      ...frame,
      look: random.integer(0, 9999),
      objects: entries.toSorted((a, b) => a.depth - b.depth).map(({ object }) => object),
      texts,
      caption,
      description,
      explicitness
    })
  }
}

type Point = Figure.Point

interface Traits {
  readonly airborne?: boolean
}

/** How much nearer than what it is attached to a thing lies. */
const nearer = 1e-6

/** Where the hips are in the bounding box of a figure. */
const hipsWithin = (
  seated: Pick<SceneObject, "person" | "mirrored"> & { readonly person: Person },
  size: Things.Size
): Point => {
  const box = BoundingBox.imageBox({ x: 0, y: 0, ...size })
  const { left, right } = Figure.of({ concept: "person" as Concept, box, look: 0, ...seated }, seated.person)
  return { x: (left.hip.x + right.hip.x) / 2, y: (left.hip.y + right.hip.y) / 2 }
}

/** The box in whole pixels, moved (and shrunk if it must be) so that all of it is in the picture. */
const inside = (box: BoundingBox.BoundingBox, frame: Pick<Scene, "width" | "height">): BoundingBox.ImageBox => {
  const shrink = Math.min(1, frame.width / box.width, frame.height / box.height)
  const width = Math.max(2, Math.floor(box.width * shrink))
  const height = Math.max(2, Math.floor(box.height * shrink))
  return BoundingBox.imageBox({
    x: Math.round(Math.min(Math.max(box.x, 0), frame.width - width)),
    y: Math.round(Math.min(Math.max(box.y, 0), frame.height - height)),
    width,
    height
  })
}
