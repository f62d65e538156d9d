/** What the face detector finds. */
import type { BoundingBox } from "#domain/BoundingBox"
import type { JsonObject } from "../../http/Envelope.ts"
import * as Faces from "./FaceParts.ts"
import * as Figure from "./Figure.ts"
import * as Random from "../Random.ts"
import type { Person } from "../Scene.ts"
import * as View from "../View.ts"
import { decimals, logistic } from "./Numbers.ts"

/** Side in pixels to which the model scales an image. */
const input = 192

/** Least confidence of a prediction. */
const threshold = 0.2

/**
 * The predictions of the reply, best first: a face needs to be turned to the viewer, uncovered, and large enough for the
 * model. Boxes are `[x, y, width, height]` and may leave the image.
 */
export const predictions = (view: View.View): ReadonlyArray<JsonObject> =>
  View.sightings(view)
    .flatMap((sighting) => {
      const { person } = sighting.object
      return person === undefined ? [] : perceive(view, sighting, person)
    })
    .filter(({ confidence }) => confidence >= threshold)
    .toSorted((a, b) => b.confidence - a.confidence)

const perceive = (view: View.View, { index, object }: View.Sighting, person: Person) => {
  const figure = Figure.of(object, person)
  const box = Faces.box(figure.head)
  const points = Faces.keypoints(figure.head)
  if (box === undefined || points === undefined || !isInView(view, center(box))) return []
  const random = Random.make("face", view.scene.name, index)
  const seen = View.project(view, box)
  const size = seen.width * (input / Math.max(view.width, view.height))
  const covered = view.scene.objects.slice(index + 1).some((other) => contains(other.box, center(box)))
  const odds =
    0.6 +
    2 * Math.log(size / 8) -
    (figure.head.turn === "front" ? 0 : 0.9) -
    (covered ? 2.4 : 0) +
    0.5 * random.normal()
  const move = (value: number) => Math.trunc(value + random.normal() * 0.03 * seen.width)
  const pixel = (point: Figure.Point): [number, number] => {
    const { x, y } = View.projectPoint(view, point)
    return [move(x), move(y)]
  }
  return [
    {
      label: "face",
      emoji: "🙂",
      confidence: decimals(0.98 * logistic(odds), 3),
      bbox: [move(seen.x), move(seen.y), Math.max(1, move(seen.width)), Math.max(1, move(seen.height))],
      keypoints: {
        right_eye: pixel(points.right_eye),
        left_eye: pixel(points.left_eye),
        nose_tip: pixel(points.nose_tip),
        mouth_center: pixel(points.mouth_center),
        right_ear_tragion: pixel(points.right_ear_tragion),
        left_ear_tragion: pixel(points.left_ear_tragion)
      }
    }
  ]
}

const center = ({ height, width, x, y }: BoundingBox): Figure.Point => ({
  x: x + width / 2,
  y: y + height / 2
})

const isInView = (view: View.View, point: Figure.Point): boolean => contains(view.region, point)

const contains = (box: BoundingBox, { x, y }: Figure.Point): boolean =>
  x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height
