/**
 * What is in a picture: the truth that the simulated services look at.
 *
 * Sample images carry their scene inside the file, as JSON: the boxes, the people and the words that are drawn in their
 * pixels. The files hold more, which only the drawing needed; it is not read. All coordinates are pixels of the stored
 * image, `width` x `height`.
 */
import { Schema } from "effect"
import * as BoundingBox from "#domain/BoundingBox"
import { Concept } from "#domain/Identifiers"

const Fraction = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Pixels = Schema.Int.check(Schema.isBetween({ minimum: 16, maximum: 16_384 }))

/** What a person does, seen from the front (`standing` … `seated`) or from the side (`walking` … `lounging`). */
export const Posture = Schema.Literals([
  "standing",
  "waving",
  "cheering",
  "reaching",
  "holding",
  "seated",
  "walking",
  "running",
  "leading",
  "kicking",
  "skating",
  "sitting",
  "typing",
  "riding",
  "cycling",
  "lounging"
])
export type Posture = typeof Posture.Type

/** A human being, as far as it can be seen. */
export const Person = Schema.Struct({
  kind: Schema.Literals(["man", "woman", "boy", "girl"]),
  posture: Posture,
  outfit: Schema.Literals(["casual", "formal", "sport", "swim", "winter"]),
  /** Seen from behind: there is no face to find. */
  away: Schema.optionalKey(Schema.Boolean)
})
export type Person = typeof Person.Type

/** A thing, an animal or a person. */
export const SceneObject = Schema.Struct({
  concept: Concept,
  /** Around the whole object, also where another one covers it; inside the image. */
  box: BoundingBox.ImageBox,
  /** Drawn as seen in a mirror: facing left. */
  mirrored: Schema.optionalKey(Schema.Boolean),
  person: Schema.optionalKey(Person)
})
export type SceneObject = typeof SceneObject.Type

/** Words that can be read in the picture. */
export const SceneText = Schema.Struct({
  text: Schema.NonEmptyString,
  /** Around the letters. */
  box: BoundingBox.ImageBox
})
export type SceneText = typeof SceneText.Type

/** The kind of place. */
export const Setting = Schema.Literals([
  "airport",
  "beach",
  "bedroom",
  "city",
  "court",
  "field",
  "harbor",
  "kitchen",
  "living room",
  "market",
  "mountains",
  "office",
  "park",
  "pitch",
  "savanna",
  "sky",
  "snow",
  "square",
  "station",
  "street",
  "table"
])
export type Setting = typeof Setting.Type

/** A picture. Objects are listed from the farthest to the nearest: later ones cover earlier ones. */
export const Scene = Schema.Struct({
  version: Schema.Literal(1),
  name: Schema.NonEmptyString,
  width: Pixels,
  height: Pixels,
  setting: Setting,
  light: Schema.Literals(["day", "evening", "night"]),
  objects: Schema.Array(SceneObject),
  texts: Schema.Array(SceneText),
  /** The picture in a phrase without an article for the picture itself: `a man leading a horse on a beach`. */
  caption: Schema.NonEmptyString,
  /** The picture in one or more sentences. */
  description: Schema.NonEmptyString,
  /** How explicit a classifier finds the picture. */
  explicitness: Fraction
})
export type Scene = typeof Scene.Type

/** The scene as it stands in an image file. */
export const SceneJson = Schema.fromJsonString(Scene)

/**
 * How much of an object can be seen, in `[0, 1]`: the share of its box, inside `frame`, that no nearer object covers.
 *
 * Objects do not fill their boxes, so a covered point counts as still visible with the share of a typical box that is
 * air (a third). Estimated on a grid of 8 x 8 points.
 */
export const visibility = (self: Scene, index: number, frame: BoundingBox.ImageBox): number => {
  const object = self.objects[index]
  if (object === undefined) return 0
  const nearer = self.objects
    .slice(index + 1)
    .filter((other) => BoundingBox.intersectionArea(object.box, other.box) > 0)
  let seen = 0
  for (let row = 0; row < grid; row++) {
    for (let column = 0; column < grid; column++) {
      const x = object.box.x + ((column + 0.5) / grid) * object.box.width
      const y = object.box.y + ((row + 0.5) / grid) * object.box.height
      if (!contains(frame, x, y)) continue
      seen += air ** nearer.filter((other) => contains(other.box, x, y)).length
    }
  }
  return seen / grid ** 2
}

const grid = 8
const air = 1 / 3

const contains = (box: BoundingBox.ImageBox, x: number, y: number): boolean =>
  x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height
