/**
 * Images and their confirmed boxes as COCO JSON, written while they are read. Files of one installation can be merged: ids of
 * images, annotations and categories are the same in each, and no two mean different things.
 *
 * @see https://cocodataset.org/#format-data
 */
import { Stream } from "effect"
import * as Mask from "../../domain/Mask.ts"
import * as CocoCategories from "../../domain/vocabulary/CocoCategories.ts"
import type { Exported } from "../flows/Export.ts"
import * as Image from "./Image.ts"

/** Boxes of an image that annotations can be numbered for. */
const mostBoxes = 10_000

/**
 * The document, as text. All images come before all annotations, so `images` is read twice; an image that is new the second
 * time is left out.
 */
export const document = <E, R>(images: Stream.Stream<Exported, E, R>): Stream.Stream<string, E, R> =>
  Stream.suspend(() => {
    const listed = new Set<number>()
    const categories = new Map<number, CocoCategories.CocoCategory>()

    const imageOf = ({ record, size }: Exported) => {
      listed.add(record.imageId)
      const { url } = record.reference
      return {
        id: record.imageId,
        file_name: Image.name(record),
        ...size,
        ...(url === undefined ? {} : { coco_url: url }),
        path: Image.place(record)
      }
    }
    const annotationsOf = ({ record }: Exported) =>
      (listed.has(record.imageId) ? Image.confirmed(record) : [])
        .slice(0, mostBoxes)
        .map(({ box: { height, width, x, y }, concept, confidence, correction, keypoints, mask }, index) => {
          const category = CocoCategories.of(concept)
          categories.set(category.id, category)
          return {
            id: record.imageId * mostBoxes + index,
            image_id: record.imageId,
            category_id: category.id,
            bbox: [x, y, width, height],
            area: width * height,
            // Where no detector drew an outline, that of the box.
            segmentation: mask ?? [[x, y, x + width, y, x + width, y + height, x, y + height]],
            iscrowd: 0,
            score: confidence,
            ...(correction === undefined ? {} : { corrected_by: correction.by, correction: correction.kind }),
            ...(keypoints === undefined ? {} : { keypoints, num_keypoints: Mask.points(keypoints).length })
          }
        })

    // Without the time: the same images make the same bytes.
    const info = { description: "Boxes harmonized by windmill" }
    const used = () => Array.from(categories.values()).toSorted((a, b) => a.id - b.id)
    return Stream.make(`{"info":${JSON.stringify(info)},"licenses":[],"images":[`).pipe(
      Stream.concat(commaSeparated(Stream.map(images, imageOf))),
      Stream.concat(Stream.make('],"annotations":[')),
      Stream.concat(commaSeparated(Stream.flattenIterable(Stream.map(images, annotationsOf)))),
      Stream.concat(Stream.sync(() => `],"categories":${JSON.stringify(used())}}\n`))
    )
  })

/** The elements of a JSON array, without its brackets. */
export const commaSeparated = <A, E, R>(values: Stream.Stream<A, E, R>): Stream.Stream<string, E, R> =>
  Stream.zipWithIndex(values).pipe(Stream.map(([value, index]) => (index === 0 ? "" : ",\n") + JSON.stringify(value)))
