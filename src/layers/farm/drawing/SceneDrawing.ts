/** A scene as an SVG picture. */
import * as Random from "../../../domain/simulation/Random.ts"
import type { Scene, SceneObject, SceneText, Setting } from "../../../domain/simulation/Scene.ts"
import * as Things from "../../../domain/simulation/Things.ts"
import { textPath, textWidth } from "../../pictures/VectorText.ts"
import { type Backdrop, of as canvasOf } from "./Canvas.ts"
import * as Grounds from "./Grounds.ts"
import * as Nature from "./Nature.ts"
import * as People from "./People.ts"
import * as Rooms from "./Rooms.ts"
import * as Shore from "./Shore.ts"
import { kiteTail } from "./Sports.ts"
import { pole } from "./StreetFurniture.ts"
import { definitions, ellipse, group, n, path, rect, type Svg } from "./Svg.ts"
import { drawings } from "./Things.ts"
import * as Town from "./Town.ts"

/** Draws the scene, in its own size. The same scene always gives the same text. */
export const draw = (scene: Scene): Svg => {
  const { height, light, setting, width } = scene
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    definitions,
    backdrops[setting](canvasOf(scene)),
    ...scene.objects.map(
      (object) => shadow(object) + drawObject(object) + (light === "night" ? headlights(object) : "")
    ),
    light === "night" ? veil(scene, "#0b1440", 0.24) : light === "evening" ? veil(scene, "#e0703a", 0.1) : "",
    ...scene.texts.map((text) => drawText(text, light === "night")),
    "</svg>"
  ].join("")
}

/** The color of the light, over everything. */
const veil = ({ height, width }: Scene, color: string, opacity: number): Svg =>
  `<g opacity="${opacity}">${rect(0, 0, width, height, color)}</g>`

const backdrops: Readonly<Record<Setting, Backdrop>> = {
  airport: Grounds.airport,
  beach: Shore.beach,
  bedroom: Rooms.bedroom,
  city: Town.city,
  court: Grounds.court,
  field: Nature.field,
  harbor: Shore.harbor,
  kitchen: Rooms.kitchen,
  "living room": Rooms.livingRoom,
  market: Town.market,
  mountains: Nature.mountains,
  office: Rooms.office,
  park: Nature.park,
  pitch: Grounds.pitch,
  savanna: Nature.savanna,
  sky: Nature.openSky,
  snow: Nature.snow,
  square: Town.square,
  station: Grounds.station,
  street: Town.street,
  table: Rooms.table
}

const drawObject = (object: SceneObject): Svg => {
  if (object.person !== undefined) return People.draw(object, object.person)
  const thing = Things.thingOf(object)
  if (thing === undefined) return ""
  const { box, look, mirrored } = object
  const size = Things.size(thing)
  const [sx, sy] = [box.width / size.width, box.height / size.height]
  const place = mirrored
    ? `translate(${box.x + box.width} ${box.y}) scale(${(-sx).toFixed(4)} ${sy.toFixed(4)})`
    : `translate(${box.x} ${box.y}) scale(${sx.toFixed(4)} ${sy.toFixed(4)})`
  const random = Random.make(thing, look)
  return group(place, appendage(thing, look), drawings[thing](random))
}

/** What belongs to a thing but not to its box. */
const appendage = (thing: Things.Thing, look: number): Svg => {
  switch (thing) {
    case "traffic light":
      return pole(20, 100, 250)
    case "stop sign":
      return pole(39, 70, 190)
    case "kite":
      return kiteTail(Random.make("tail", look))
    default:
      return ""
  }
}

const shadow = ({ airborne, box }: SceneObject): Svg => {
  if (airborne) return ""
  const ry = Math.min(box.width * 0.1, box.height * 0.14)
  return ellipse(box.x + box.width / 2, box.y + box.height - ry * 0.15, box.width * 0.56, ry, "url(#shadow)")
}

const headlights = ({ box, concept, mirrored }: SceneObject): Svg => {
  if (!["car", "bus", "truck", "motorcycle", "train"].includes(concept)) return ""
  const x = mirrored ? box.x + box.width * 0.03 : box.x + box.width * 0.97
  return ellipse(
    x,
    box.y + box.height * (concept === "bus" || concept === "truck" ? 0.7 : 0.57),
    box.height * 0.4,
    box.height * 0.3,
    "url(#glow)"
  )
}

/** Letters as outlines, as wide as the box whatever the font says, on their board if they have one. */
const drawText = ({ board, box, ink, text }: SceneText, neon: boolean): Svg => {
  const size = box.height / capHeight
  const stretch = box.width / textWidth(text, size)
  const letters = path(textPath(text, { x: 0, y: 0, size }), ink, "flat")
  const margin = box.height * 0.55
  return [
    board === undefined
      ? ""
      : rect(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin, board, {
          r: margin * 0.4,
          shading: "form"
        }),
    neon
      ? ellipse(box.x + box.width / 2, box.y + box.height / 2, box.width * 0.8, box.height * 2.6, "url(#glow)").replace(
          "/>",
          ' opacity=".5"/>'
        )
      : "",
    group(`translate(${box.x} ${box.y + box.height}) scale(${n(stretch)} 1)`, letters)
  ].join("")
}

/** Height of a capital letter as a fraction of the font's em. */
const capHeight = 0.727
