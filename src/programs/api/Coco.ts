/**
 * Images and their confirmed boxes as COCO JSON, written while they are read.
 *
 * @see https://cocodataset.org/#format-data
 */
import { Predicate, Stream } from "effect"
import { points } from "../../domain/Mask.ts"
import type { ImageRecord } from "../../services/ResultStore.ts"

/**
 * The document, as text. All images come before all annotations, so `records` is read twice; an image that is new the
 * second time is left out. Categories are numbered in the order in which they come up.
 */
export const document = <E, R>(records: Stream.Stream<ImageRecord, E, R>, created: Date): Stream.Stream<string, E, R> =>
  Stream.suspend(() => {
    const listed = new Set<number>()
    const categories = new Map<string, number>()
    let annotations = 0

    const image = (record: ImageRecord) => {
      listed.add(record.imageId)
      return { id: record.imageId, file_name: record.reference.filename, ...sizeOf(record) }
    }
    const category = (concept: string) => {
      const id = categories.get(concept) ?? categories.size + 1
      categories.set(concept, id)
      return id
    }
    const annotationsOf = ({ boxes, imageId }: ImageRecord) =>
      boxes
        .filter(({ box }) => listed.has(imageId) && box.status === "confirmed")
        .map(({ box: { box, concept, confidence, keypoints, mask } }) => ({
          id: ++annotations,
          image_id: imageId,
          category_id: category(concept),
          bbox: [box.x, box.y, box.width, box.height],
          area: box.width * box.height,
          iscrowd: 0,
          score: confidence,
          ...(mask === undefined ? {} : { segmentation: mask }),
          ...(keypoints === undefined ? {} : { keypoints, num_keypoints: points(keypoints).length })
        }))

    const info = { description: "Boxes harmonized by windmill", date_created: created }
    return Stream.make(`{"info":${JSON.stringify(info)},"images":[`).pipe(
      Stream.concat(commaSeparated(Stream.map(records, image))),
      Stream.concat(Stream.make('],"annotations":[')),
      Stream.concat(commaSeparated(Stream.flattenIterable(Stream.map(records, annotationsOf)))),
      Stream.concat(Stream.sync(() => `],"categories":${JSON.stringify(named(categories))}}\n`))
    )
  })

/** Width and height in pixels, when the service that reads metadata has said. */
const sizeOf = ({ facts }: ImageRecord): { readonly width?: number; readonly height?: number } => {
  for (const { outcome } of facts.results) {
    if (outcome._tag === "Failure") continue
    const predictions = at(outcome.data, "predictions")
    const dimensions = Array.isArray(predictions) ? at(predictions[0], "dimensions") : undefined
    const width = at(dimensions, "width")
    const height = at(dimensions, "height")
    if (typeof width === "number" && typeof height === "number") return { width, height }
  }
  return {}
}

const at = (value: unknown, key: string): unknown => (Predicate.hasProperty(value, key) ? value[key] : undefined)

const named = (categories: ReadonlyMap<string, number>) => Array.from(categories, ([name, id]) => ({ id, name }))

const commaSeparated = <A, E, R>(values: Stream.Stream<A, E, R>): Stream.Stream<string, E, R> =>
  Stream.zipWithIndex(values).pipe(Stream.map(([value, index]) => (index === 0 ? "" : ",\n") + JSON.stringify(value)))
