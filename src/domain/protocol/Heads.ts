/** What the outputs of common models mean: detectors with boxes, detectors of the YOLO family, classifiers. */
import { Order, Result, Schema } from "effect"
import * as BoundingBox from "../BoundingBox.ts"
import { coco } from "../vocabulary/Coco.ts"
import * as BoxEncoding from "./BoxEncoding.ts"
import type { Four, Size } from "./BoxEncoding.ts"
import type { Tensor } from "./Tensors.ts"
import * as Wire from "./Wire.ts"

const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Name = Schema.NonEmptyString

/**
 * - `boxes`: one output each of boxes, scores and classes, as torchvision and TensorFlow detectors have. Class numbers begin
 *   with `firstClass`.
 * - `yolo`: one output whose rows or columns are a box (`cx, cy, w, h` in pixels of the input) and scores of classes;
 *   with `objectness` (YOLOv5, YOLOX) these are multiplied with that of the box. Overlapping boxes of a class are dropped.
 * - `classifier`: one output of scores of classes.
 */
export const Head = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("boxes"),
    boxes: Name,
    scores: Name,
    classes: Name,
    /** How the model writes boxes; `xyxy` in pixels of the input unless given. */
    form: Schema.optionalKey(BoxEncoding.BoxForm),
    unit: Schema.optionalKey(BoxEncoding.BoxUnit),
    firstClass: Schema.optionalKey(Schema.Int),
    minScore: Schema.optionalKey(Share)
  }),
  Schema.Struct({
    type: Schema.Literal("yolo"),
    output: Name,
    objectness: Schema.optionalKey(Schema.Boolean),
    minScore: Schema.optionalKey(Share),
    /** Boxes of a class that share more, as IoU, are one object. */
    maxIou: Schema.optionalKey(Share)
  }),
  Schema.Struct({
    type: Schema.Literal("classifier"),
    output: Name,
    /** What makes scores of outputs; `softmax` unless given. */
    activation: Schema.optionalKey(Schema.Literals(["softmax", "sigmoid", "none"])),
    minScore: Schema.optionalKey(Share),
    /** The most labels. */
    top: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0)))
  })
])
export type Head = typeof Head.Type

/** The names of classes, by number. */
export const Classes = Schema.Union([Schema.Literal("coco80"), Schema.NonEmptyArray(Schema.String)])
export type Classes = typeof Classes.Type

/** A detection in pixels of the model's input, or a label when there is no box. */
export interface Found {
  readonly label: string
  readonly score: number
  readonly box?: Four
}

/** What the tensors say was found. `input` is the size of what the model was given. */
export const decode = (
  head: Head,
  tensors: ReadonlyMap<string, Tensor>,
  { classes, input }: { readonly classes: Classes; readonly input: Size }
): Wire.Read<ReadonlyArray<Found>> => {
  const names = classes === "coco80" ? coco80 : classes
  const labelOf = (index: number): string => names[index] ?? `class ${index}`
  switch (head.type) {
    case "boxes":
      return ofBoxes(head, tensors, input, labelOf)
    case "yolo":
      return ofYolo(head, tensors, names.length, labelOf)
    case "classifier":
      return ofClassifier(head, tensors, labelOf)
  }
}

const coco80 = Object.keys(coco)

const defaultMinScore = 0.25

const ofBoxes = (
  head: Extract<Head, { type: "boxes" }>,
  tensors: ReadonlyMap<string, Tensor>,
  input: Size,
  labelOf: (index: number) => string
): Wire.Read<ReadonlyArray<Found>> =>
  Result.gen(function* () {
    const boxes = yield* numbers(tensors, head.boxes)
    const scores = yield* numbers(tensors, head.scores)
    const classes = yield* output(tensors, head.classes)
    if (boxes.data.length !== 4 * scores.data.length || classes.data.length !== scores.data.length) {
      return yield* Wire.unreadable(
        `${head.boxes}, ${head.scores} and ${head.classes} have ${boxes.data.length}, ${scores.data.length} and ` +
          `${classes.data.length} values, which are not those of one list of boxes`
      )
    }
    const scale = BoxEncoding.scaleOf(head.unit ?? "pixels", input)
    const { firstClass = 0, form = "xyxy", minScore = defaultMinScore } = head
    return scores.data.flatMap((score, i): ReadonlyArray<Found> => {
      const four = boxes.data.slice(4 * i, 4 * i + 4) as unknown as Four
      if (!(score >= minScore) || !four.every(Number.isFinite)) return []
      const named = classes.data[i]!
      const label = typeof named === "string" ? named : labelOf(named - firstClass)
      const [x, y, width, height] = BoxEncoding.toCornerAndSize(four, form)
      return [{ label, score, box: [x * scale.x, y * scale.y, width * scale.x, height * scale.y] }]
    })
  })

const ofYolo = (
  head: Extract<Head, { type: "yolo" }>,
  tensors: ReadonlyMap<string, Tensor>,
  classes: number,
  labelOf: (index: number) => string
): Wire.Read<ReadonlyArray<Found>> =>
  Result.gen(function* () {
    const { data, shape } = yield* numbers(tensors, head.output)
    const { maxIou = 0.45, minScore = defaultMinScore, objectness = false } = head
    const before = objectness ? 5 : 4
    const [rows, columns] = shape.filter((n, i) => n !== 1 || i >= shape.length - 2)
    // YOLOv8 and later write a column for each box, those before it a row.
    const byColumn = rows === before + classes
    if (rows === undefined || columns === undefined || (!byColumn && columns !== before + classes)) {
      return yield* Wire.unreadable(
        `Output ${head.output} is ${shape.join(" x ")}, which does not fit ${classes} classes` +
          `${objectness ? " and objectness" : ""}: check "classes" and "objectness"`
      )
    }
    const count = byColumn ? columns : rows
    const value = byColumn
      ? (box: number, i: number) => data[i * columns + box]!
      : (box: number, i: number) => data[box * columns + i]!
    const found: Array<Found> = []
    for (let box = 0; box < count; box++) {
      let [best, score] = [0, Number.NEGATIVE_INFINITY]
      for (let i = 0; i < classes; i++) {
        const scored = value(box, before + i)
        if (scored > score) [best, score] = [i, scored]
      }
      score *= objectness ? value(box, 4) : 1
      const four: Four = [value(box, 0), value(box, 1), value(box, 2), value(box, 3)]
      if (score >= minScore && four.every(Number.isFinite)) {
        found.push({ label: labelOf(best), score, box: BoxEncoding.toCornerAndSize(four, "cxcywh") })
      }
    }
    return withoutDuplicates(found, maxIou)
  })

/** The best of boxes of a class that overlap more than `maxIou`, best first. */
export const withoutDuplicates = (found: ReadonlyArray<Found>, maxIou: number): ReadonlyArray<Found> => {
  const kept = new Map<string, Array<BoundingBox.BoundingBox>>()
  return found.toSorted(bestFirst).filter(({ box: [x, y, width, height] = [0, 0, 0, 0], label }) => {
    const box = { x, y, width, height }
    const others = kept.get(label) ?? []
    if (others.some((other) => BoundingBox.iou(other, box) > maxIou)) return false
    kept.set(label, [...others, box])
    return true
  })
}

const bestFirst = Order.flip(Order.mapInput(Order.Number, ({ score }: Found) => score))

const ofClassifier = (
  { activation = "softmax", minScore = 0.01, output: name, top = 5 }: Extract<Head, { type: "classifier" }>,
  tensors: ReadonlyMap<string, Tensor>,
  labelOf: (index: number) => string
): Wire.Read<ReadonlyArray<Found>> =>
  Result.map(numbers(tensors, name), ({ data }) =>
    activations[activation](data)
      .map((score, i) => ({ label: labelOf(i), score }))
      .filter(({ score }) => score >= minScore)
      .toSorted(bestFirst)
      .slice(0, top)
  )

const activations: Readonly<
  Record<"none" | "sigmoid" | "softmax", (values: ReadonlyArray<number>) => ReadonlyArray<number>>
> = {
  none: (values) => values,
  sigmoid: (values) => values.map((value) => 1 / (1 + Math.exp(-value))),
  softmax: (values) => {
    const highest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
    const powers = values.map((value) => Math.exp(value - highest))
    const sum = powers.reduce((total, power) => total + power, 0)
    return powers.map((power) => power / sum)
  }
}

const output = (tensors: ReadonlyMap<string, Tensor>, name: string): Wire.Read<Tensor> => {
  const tensor = tensors.get(name)
  return tensor === undefined
    ? Wire.unreadable(`There is no output ${name}; there are ${[...tensors.keys()].join(", ") || "none"}`)
    : Result.succeed(tensor)
}

const numbers = (
  tensors: ReadonlyMap<string, Tensor>,
  name: string
): Wire.Read<{ readonly shape: ReadonlyArray<number>; readonly data: ReadonlyArray<number> }> =>
  Result.flatMap(output(tensors, name), ({ data, shape }) =>
    data.length > 0 && typeof data[0] === "string"
      ? Wire.unreadable(`Output ${name} holds texts, not numbers`)
      : Result.succeed({ shape, data: data as ReadonlyArray<number> })
  )
