/**
 * Confirmed boxes as tasks of Label Studio with predictions, for a project whose labeling interface has an `Image` named `image`
 * and `RectangleLabels` named `label`.
 *
 * @see https://labelstud.io/guide/predictions
 */
import { Stream } from "effect"
import { commaSeparated } from "./Coco.ts"
import type { Exported } from "../flows/Export.ts"
import * as Image from "./Image.ts"

export const document = <E, R>(images: Stream.Stream<Exported, E, R>): Stream.Stream<string, E, R> =>
  Stream.make("[").pipe(Stream.concat(commaSeparated(Stream.map(images, task))), Stream.concat(Stream.make("]\n")))

const task = ({ record, size }: Exported) => {
  const boxes = Image.confirmed(record)
  return {
    data: { image: Image.place(record), image_id: record.imageId, file_name: Image.name(record) },
    predictions: [
      {
        model_version: "windmill",
        score: boxes.length === 0 ? 0 : Math.min(...boxes.map(({ confidence }) => confidence)),
        result: boxes.map(({ box, concept, confidence, correction }, index) => ({
          id: `${record.imageId}_${index}`,
          type: "rectanglelabels",
          from_name: "label",
          to_name: "image",
          original_width: size.width,
          original_height: size.height,
          image_rotation: 0,
          score: confidence,
          ...(correction === undefined ? {} : { meta: { text: [`${correction.kind} by ${correction.by}`] } }),
          // Percent of the picture.
          value: {
            x: (100 * box.x) / size.width,
            y: (100 * box.y) / size.height,
            width: (100 * box.width) / size.width,
            height: (100 * box.height) / size.height,
            rotation: 0,
            rectanglelabels: [concept]
          }
        }))
      }
    ]
  }
}
