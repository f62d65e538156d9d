/**
 * What the three object detectors see.
 *
 * Whether an object is found, and with what confidence, depends on how large it is after the model's own scaling, on how
 * much of it is uncovered, on the object (some are hard for everybody) and on the service. Besides missing things a
 * detector confuses similar ones, takes a part for another whole, and sees what is not there.
 */
import * as BoundingBox from "#domain/BoundingBox"
import * as CocoLabels from "../CocoLabels.ts"
import type { JsonObject } from "../../http/Envelope.ts"
import * as Random from "../Random.ts"
import * as View from "../View.ts"
import { decimals, logistic } from "./Numbers.ts"
import * as Mistakes from "./Mistakes.ts"

/** One model's strengths and weaknesses. */
interface Profile {
  /** Side in pixels to which the model scales the longer side of an image. */
  readonly input: number
  /** Least confidence of a prediction. */
  readonly threshold: number
  /** Most predictions of a reply. */
  readonly limit: number
  /** Log-odds of finding an unobstructed object that is 32 pixels wide for the model. */
  readonly skill: number
  /** Standard deviation of a box's edges as a share of its size. */
  readonly jitter: number
  /** How often an object that is hard to see gets another label. */
  readonly confusion: number
  /** How often a large object is reported a second time by one of its parts. */
  readonly parts: number
  /** How often something is seen that is not there, up to three times an image. */
  readonly phantoms: number
  readonly toPixels: (value: number) => number
  /** Groups predictions by class instead of sorting them all by confidence. */
  readonly groups: boolean
}

const profiles: Readonly<Record<CocoLabels.Detector, Profile>> = {
  detectron2: {
    input: 512,
    threshold: 0.5,
    limit: 20,
    skill: 0.7,
    jitter: 0.022,
    confusion: 0.15,
    parts: 0.06,
    phantoms: 0.3,
    toPixels: Math.round,
    groups: true
  },
  rtdetr: {
    input: 640,
    threshold: 0.25,
    limit: 300,
    skill: 0.5,
    jitter: 0.016,
    confusion: 0.11,
    parts: 0.09,
    phantoms: 0.5,
    toPixels: Math.trunc,
    groups: false
  },
  yolov8: {
    input: 640,
    threshold: 0.25,
    limit: 100,
    skill: 0.25,
    jitter: 0.026,
    confusion: 0.18,
    parts: 0.08,
    phantoms: 0.45,
    toPixels: Math.round,
    groups: false
  }
}

interface Sighting {
  readonly label: string
  readonly confidence: number
  readonly box: BoundingBox.CropBox
}

/** The predictions of a detector's reply. */
export const predictions = (detector: CocoLabels.Detector, view: View.View): ReadonlyArray<JsonObject> => {
  const profile = profiles[detector]
  const found = [
    ...View.sightings(view).flatMap((sighting) => perceive(detector, profile, view, sighting)),
    ...phantoms(detector, profile, view)
  ].filter(({ confidence }) => confidence >= profile.threshold)
  return suppress(found)
    .slice(0, profile.limit)
    .toSorted((a, b) => (profile.groups ? CocoLabels.classOf(a.label) - CocoLabels.classOf(b.label) : 0))
    .map(({ box, confidence, label }) => {
      const emoji = CocoLabels.emoji(detector, label)
      return { label, confidence: decimals(confidence, 3), bbox: { ...box }, ...(emoji !== undefined && { emoji }) }
    })
}

/** An object as the model reports it: once, under two labels, or with one of its parts; or not at all. */
const perceive = (
  detector: string,
  profile: Profile,
  view: View.View,
  sighting: View.Sighting
): ReadonlyArray<Sighting> => {
  const { box, index, object, visibility } = sighting
  if (!CocoLabels.labels.includes(object.concept)) return []
  const everybody = Random.make("object", view.scene.name, index)
  const own = Random.make(detector, view.scene.name, index)
  const size = Math.sqrt(BoundingBox.area(box)) * (profile.input / Math.max(view.width, view.height))
  const odds =
    profile.skill +
    1.3 * Math.log(Math.max(size, 1) / 32) +
    4 * (Math.min(visibility, 0.9) - 0.75) +
    0.7 * everybody.normal() +
    0.55 * own.normal()
  const confidence = 0.985 * logistic(odds)
  const shape = shake(box, profile, own, view)
  const candidate: Sighting = { label: object.concept, confidence, box: shape }
  const similar = Mistakes.similar(object.concept, own)
  if (similar !== undefined && own.chance(profile.confusion * (1.6 - confidence))) {
    const second = { ...candidate, label: similar, confidence: confidence * own.between(0.55, 0.95) }
    return own.chance(0.5) ? [second] : [candidate, second]
  }
  if (size > 90 && own.chance(profile.parts)) {
    return [
      candidate,
      { ...candidate, box: part(shape, profile, own), confidence: confidence * own.between(0.4, 0.75) }
    ]
  }
  return [candidate]
}

/** The upper quarter, such as head and shoulders: too little in common with the whole to be suppressed by it. */
const part = (box: BoundingBox.CropBox, { toPixels }: Profile, random: Random.Random): BoundingBox.CropBox => ({
  ...box,
  height: Math.max(1, toPixels(box.height * random.between(0.2, 0.28)))
})

/** Moves every edge a little, and puts the box on whole pixels inside the view. */
const shake = (
  box: BoundingBox.CropBox,
  { jitter, toPixels }: Profile,
  random: Random.Random,
  view: View.View
): BoundingBox.CropBox => {
  const move = (position: number, size: number) => position + random.normal() * (jitter * size + 0.6)
  const left = move(box.x, box.width)
  const top = move(box.y, box.height)
  const right = move(box.x + box.width, box.width)
  const bottom = move(box.y + box.height, box.height)
  const { height, width, x, y } = BoundingBox.clamp(
    BoundingBox.cropBox({ x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) }),
    view
  )
  const corner = { x: Math.min(toPixels(x), view.width - 1), y: Math.min(toPixels(y), view.height - 1) }
  return BoundingBox.cropBox({
    ...corner,
    width: Math.max(1, toPixels(x + width) - corner.x),
    height: Math.max(1, toPixels(y + height) - corner.y)
  })
}

const phantoms = (detector: string, profile: Profile, view: View.View): ReadonlyArray<Sighting> => {
  const { region, scene } = view
  const random = Random.make("phantom", detector, scene.name, region.x, region.y, region.width, region.height)
  const found: Array<Sighting> = []
  while (found.length < 3 && random.chance(profile.phantoms)) {
    const [width, height] = [random.between(0.03, 0.14) * view.width, random.between(0.04, 0.18) * view.height]
    const box = { x: random.between(0, view.width - width), y: random.between(0, view.height - height), width, height }
    found.push({
      label: Mistakes.phantom(scene.setting, random),
      confidence: profile.threshold + 0.02 + 0.35 * random.next() ** 2,
      box: shake(BoundingBox.cropBox(box), profile, random, view)
    })
  }
  return found
}

/** Greedy suppression within each class at IoU 0.3, as the services do it. Best first. */
const suppress = (candidates: ReadonlyArray<Sighting>): ReadonlyArray<Sighting> => {
  const kept: Array<Sighting> = []
  const ranked = candidates.toSorted((a, b) => b.confidence - a.confidence || BoundingBox.byPosition(a.box, b.box))
  for (const candidate of ranked) {
    const { box, label } = candidate
    if (!kept.some((other) => other.label === label && BoundingBox.iou(other.box, box) > 0.3)) kept.push(candidate)
  }
  return kept
}
