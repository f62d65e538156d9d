import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as Envelope from "#farm/http/Envelope"
import * as CocoLabels from "#farm/simulated/CocoLabels"
import * as Contract from "#farm/simulated/Contract"
import * as Perception from "#farm/simulated/Perception"
import type { View } from "#farm/simulated/View"
import * as Figure from "#farm/simulated/perception/Figure"
import * as BoundingBox from "../../../src/domain/BoundingBox.ts"
import * as Reply from "../../../src/domain/Reply.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import type { Concept } from "../../../src/domain/Identifiers.ts"
import { checkPredictions } from "../../support/FarmReplies.ts"
import * as SceneViews from "../../support/SceneViews.ts"

const perceiving = Contract.services.filter(
  (id): id is Perception.PerceivingService => id !== "colors" && id !== "metadata"
)
const detectors = perceiving.filter(CocoLabels.isDetector)
const service = Schema.Literals(perceiving)
const detector = Schema.Literals(detectors)

const Detected = Schema.Array(
  Schema.Struct({ label: Schema.String, confidence: Schema.Finite, bbox: BoundingBox.BoundingBox })
)

const detect = (id: Perception.PerceivingService, view: View) =>
  Schema.decodeUnknownSync(Detected)(Perception.predictions(id, view))

const { named, samples } = SceneViews

const wholeOf = (name: string): View => SceneViews.whole(named(name))

/** The crops that the persons of a scene make. */
const people = (name: string) =>
  named(name).objects.flatMap((object) => (object.person === undefined ? [] : [{ object, person: object.person }]))

describe("predictions", () => {
  it.prop(
    "have the form of the contract, of a whole picture and of a crop",
    [service, SceneViews.view],
    ([id, view]) => {
      checkPredictions(id, Perception.predictions(id, view))
    }
  )

  it.prop("are the same every time", [service, SceneViews.view], ([id, view]) => {
    assert.deepEqual(Perception.predictions(id, view), Perception.predictions(id, view))
  })

  it.prop("are read by windmill without a complaint", [service, SceneViews.view], ([id, view]) => {
    const kind = ServiceCatalog.find(ServiceCatalog.standard, id)?.kind
    assert(kind !== undefined)
    const predictions = Perception.predictions(id, view)
    const reply = Reply.decode(Envelope.success(Contract.terms[id], predictions, 0.1), kind)
    assert(Result.isSuccess(reply))
    assert.deepEqual(reply.success.diagnostics, [])
    assert.strictEqual(reply.success.predictions.length, predictions.length)
  })

  it("are read where a crop shows a small part of somebody large", () => {
    for (const { object } of people("crowd")) {
      const { x, y, width, height } = object.box
      const part = { x: x + width / 2, y: y + height / 10, width: width / 6, height: height / 12 }
      const view = { ...SceneViews.crop(named("crowd"), BoundingBox.imageBox(part)), width: 400, height: 400 }
      const predictions = Perception.predictions("pose", view)
      const reply = Result.getOrThrow(
        Reply.decode(Envelope.success(Contract.terms.pose, predictions, 0.1), "specialized")
      )
      assert.deepEqual(reply.diagnostics, [])
    }
  })

  it("differ between the detectors", () => {
    const replies = detectors.map((id) => JSON.stringify(Perception.predictions(id, wholeOf("street"))))
    assert.strictEqual(new Set(replies).size, detectors.length)
  })
})

describe("a detector", () => {
  it.prop("reports boxes of at least a pixel inside the view", [detector, SceneViews.view], ([id, view]) => {
    for (const { bbox } of detect(id, view)) {
      assert.isTrue(bbox.x >= 0 && bbox.y >= 0 && bbox.width >= 1 && bbox.height >= 1)
      assert.isTrue(bbox.x + bbox.width <= view.width && bbox.y + bbox.height <= view.height)
    }
  })

  it.prop("suppresses what overlaps within a class", [detector, SceneViews.view], ([id, view]) => {
    const found = detect(id, view)
    for (const [index, { bbox, label }] of found.entries()) {
      for (const other of found.slice(index + 1)) {
        assert.isTrue(other.label !== label || BoundingBox.iou(other.bbox, bbox) <= 0.3)
      }
    }
  })

  it.prop("keeps to its own threshold, limit and order", [detector, SceneViews.view], ([id, view]) => {
    const found = detect(id, view)
    assert.isTrue(found.every(({ confidence }) => confidence >= (id === "detectron2" ? 0.5 : 0.25)))
    if (id === "detectron2") assert.isAtMost(found.length, 20)
    const ranks = found.map(({ confidence, label }) => (id === "detectron2" ? -CocoLabels.classOf(label) : confidence))
    assert.deepEqual(
      ranks,
      ranks.toSorted((a, b) => b - a)
    )
  })

  it("finds most of what is there, not all, and now and then what is not there", () => {
    for (const id of detectors) {
      let [truths, hits, misses, phantoms] = [0, 0, 0, 0]
      for (const scene of samples) {
        const found = detect(id, SceneViews.whole(scene))
        const matches = ({ bbox, label }: (typeof found)[number]) =>
          scene.objects.some(({ box, concept }) => concept === label && BoundingBox.iou(box, bbox) >= 0.5)
        truths += scene.objects.length
        hits += found.filter(matches).length
        phantoms += found.filter((detection) => !matches(detection)).length
        misses += scene.objects.filter(
          ({ box, concept }) => !found.some(({ bbox, label }) => label === concept && BoundingBox.iou(box, bbox) >= 0.5)
        ).length
      }
      assert.isAbove(hits / truths, 0.6)
      assert.isAbove(misses, 10)
      assert.isAbove(phantoms, 10)
    }
  })

  it("is surer of an object the larger and the more open it is", () => {
    const confidence = (size: number, covered: boolean) => {
      const truck = {
        concept: "truck" as Concept,
        box: BoundingBox.imageBox({ x: 10, y: 10, width: size, height: size })
      }
      const found = Array.from({ length: 100 }, (_, index) => {
        const scene = {
          ...named("mountain-lake"),
          name: `truck-${index}`,
          objects: covered ? [truck, { ...truck, concept: "car" as Concept }] : [truck]
        }
        return detect("yolov8", SceneViews.whole(scene)).find(({ label }) => label === "truck")?.confidence ?? 0
      })
      return found.reduce((sum, value) => sum + value, 0) / found.length
    }
    assert.isAbove(confidence(90, false), confidence(45, false) + 0.1)
    assert.isAbove(confidence(90, false), confidence(90, true) + 0.1)
  })

  it("sees in a crop what is there, in pixels of the crop", () => {
    const scene = named("beach-rider")
    const horse = scene.objects.find(({ concept }) => concept === "horse")
    assert(horse !== undefined)
    const view = { ...SceneViews.crop(scene, horse.box), width: horse.box.width * 2, height: horse.box.height * 2 }
    const found = detect("rtdetr", view).find(({ label }) => label === "horse")
    assert(found !== undefined)
    assert.isAbove(BoundingBox.iou(found.bbox, { x: 0, y: 0, width: view.width, height: view.height }), 0.8)
  })

  it("gives labels of two words the emoji its own lookup finds", () => {
    assert.deepEqual(
      detectors.map((id) => CocoLabels.emoji(id, "dining table")),
      ["🪑", undefined, undefined]
    )
    assert.deepEqual(
      detectors.map((id) => CocoLabels.emoji(id, "traffic light")),
      ["🚥", "🚦", "🚦"]
    )
    assert.deepEqual(
      detectors.map((id) => CocoLabels.emoji(id, "dog")),
      ["🐶", "🐶", "🐶"]
    )
  })
})

describe("the face service", () => {
  const Faces = Schema.Array(Schema.Struct({ bbox: Schema.Tuple([Schema.Int, Schema.Int, Schema.Int, Schema.Int]) }))
  const faces = (view: View) => Schema.decodeUnknownSync(Faces)(Perception.predictions("face", view))

  it("finds the face of somebody who looks at us where it is in the crop", () => {
    const [first] = people("family")
    assert(first !== undefined)
    const { head } = Figure.of(first.object, first.person)
    const { box } = first.object
    const distances = faces(SceneViews.crop(named("family"), box)).map(({ bbox: [x, y, width, height] }) =>
      Math.hypot(box.x + x + width / 2 - head.center.x, box.y + y + height / 2 - head.center.y)
    )
    assert.isBelow(Math.min(...distances), 0.25 * head.height)
  })

  it("finds more faces in the crops of a crowd than in the whole picture", () => {
    const crops = people("crowd").map(({ object }) => faces(SceneViews.crop(named("crowd"), object.box)).length)
    const found = crops.reduce((sum, count) => sum + Math.min(1, count), 0)
    assert.isAbove(found, faces(wholeOf("crowd")).length + 10)
  })

  it("finds no face of somebody who turns the back to us", () => {
    const away = people("harbor").find(({ person }) => person.away)
    assert(away !== undefined)
    assert.deepEqual(faces(SceneViews.crop(named("harbor"), away.object.box)), [])
  })
})

describe("the pose service", () => {
  const Poses = Schema.Array(
    Schema.Struct({ landmarks: Schema.Record(Schema.String, Schema.Struct({ x: Schema.Finite, y: Schema.Finite })) })
  )
  const poses = (view: View) => Schema.decodeUnknownSync(Poses)(Perception.predictions("pose", view))

  it("reports at most one person, with all 33 landmarks", () => {
    for (const scene of samples) {
      const found = poses(SceneViews.whole(scene))
      assert.isAtMost(found.length, 1)
      for (const { landmarks } of found) assert.strictEqual(Object.keys(landmarks).length, 33)
    }
  })

  it("puts the joints where they are, normalized to the crop", () => {
    const [first] = people("soccer").toReversed()
    assert(first !== undefined)
    const { box } = first.object
    const figure = Figure.of(first.object, first.person)
    const [pose] = poses(SceneViews.crop(named("soccer"), box))
    assert(pose !== undefined)
    for (const [name, joint] of [
      ["left_wrist", figure.left.wrist],
      ["right_ankle", figure.right.ankle],
      ["left_shoulder", figure.left.shoulder]
    ] as const) {
      const landmark = pose.landmarks[name]
      assert(landmark !== undefined)
      assert.closeTo(box.x + landmark.x * box.width, joint.x, 0.05 * figure.height)
      assert.closeTo(box.y + landmark.y * box.height, joint.y, 0.05 * figure.height)
    }
  })

  it("finds nobody where nobody is", () => {
    assert.deepEqual(poses(wholeOf("mountain-lake")), [])
    assert.deepEqual(poses(wholeOf("dinner-table")), [])
  })
})

describe("the text service", () => {
  const Texts = Schema.Tuple([
    Schema.Struct({
      text: Schema.String,
      has_text: Schema.Boolean,
      text_regions: Schema.Array(Schema.Struct({ bbox: BoundingBox.BoundingBox }))
    })
  ])
  const read = (view: View) => Schema.decodeUnknownSync(Texts)(Perception.predictions("ocr", view))[0]

  it("reads what is written, in reading order", () => {
    const { has_text, text, text_regions } = read(wholeOf("city-night"))
    assert.deepEqual({ has_text, text }, { has_text: true, text: "HOTEL CINEMA" })
    const [hotel] = named("city-night").texts
    assert(hotel !== undefined && text_regions[0] !== undefined)
    assert.isAbove(BoundingBox.iou(hotel.box, text_regions[0].bbox), 0.6)
  })

  it("reads a stop sign, and only the part of a text that a crop shows", () => {
    const corner = {
      ...named("mountain-lake"),
      objects: [
        { concept: "stop sign" as Concept, box: BoundingBox.imageBox({ x: 100, y: 100, width: 120, height: 120 }) }
      ]
    }
    assert.strictEqual(read(SceneViews.whole(corner)).text, "STOP")
    const scene = named("station")
    const [sign] = scene.texts
    assert(sign !== undefined)
    const { height, width, x, y } = sign.box
    const left = BoundingBox.imageBox({ x: x - 20, y: y - 10, width: 20 + width / 2, height: height + 20 })
    assert.strictEqual(read(SceneViews.crop(scene, left)).text, "PLATF")
  })

  it("says so when there is nothing to read", () => {
    assert.deepEqual(read(wholeOf("mountain-lake")), { text: "", has_text: false, text_regions: [] })
  })
})

describe("the other services", () => {
  it("describe the whole picture as its author did, most of the time", () => {
    const captions = samples.filter((scene) => {
      const [prediction] = Perception.predictions("blip", SceneViews.whole(scene))
      return prediction?.["text"] === scene.caption
    })
    assert.isAbove(captions.length, samples.length / 2)
    assert.isBelow(captions.length, samples.length)
  })

  it("name in a caption of a crop what the crop shows", () => {
    const scene = named("savanna")
    const elephant = scene.objects.find(({ concept }) => concept === "elephant")
    assert(elephant !== undefined)
    const view = SceneViews.crop(scene, elephant.box)
    assert.include(JSON.stringify(Perception.predictions("blip", view)), "elephant")
    assert.include(JSON.stringify(Perception.predictions("ollama", view)), "🐘")
  })

  it.prop("share out at most one whole among the labels of clip, best first", [SceneViews.view], ([view]) => {
    const Labels = Schema.Array(Schema.Struct({ confidence: Schema.Finite }))
    const confidences = Schema.decodeUnknownSync(Labels)(Perception.predictions("clip", view)).map(
      ({ confidence }) => confidence
    )
    assert.isTrue(confidences.length >= 1 && confidences.length <= 10)
    assert.isAtMost(
      confidences.reduce((sum, confidence) => sum + confidence, 0),
      1.01
    )
    assert.deepEqual(
      confidences,
      confidences.toSorted((a, b) => b - a)
    )
  })

  it.prop("give each emoji one label of inception, and all labels without emoji one", [SceneViews.view], ([view]) => {
    const emojis = Perception.predictions("inception_v3", view).map(({ emoji }) => emoji ?? "none")
    assert.strictEqual(new Set(emojis).size, emojis.length)
  })

  it("raise an alarm about swimsuits on the beach, and not about the street", () => {
    const verdict = (name: string) => Perception.predictions("nsfw2", wholeOf(name))[0]
    assert.deepInclude(verdict("beach-summer"), { nsfw: true, emoji: "🔞" })
    assert.deepInclude(verdict("street"), { nsfw: false, emoji: "" })
  })
})

describe("nothing", () => {
  it.prop("has the form of the contract", [service], ([id]) => {
    checkPredictions(id, Perception.nothing(id))
  })

  it("is no prediction, except for the services that always make one", () => {
    const counts = perceiving.filter((id) => Perception.nothing(id).length > 0)
    assert.deepEqual(counts, ["nsfw2", "ocr"])
  })
})
