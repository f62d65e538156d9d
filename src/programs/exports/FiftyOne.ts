/**
 * Confirmed boxes as a FiftyOneImageDetectionDataset: a ZIP with `labels.json`, and `data.json`, which says where the pictures are.
 *
 * @see https://docs.voxel51.com/user_guide/dataset_creation/datasets.html#fiftyoneimagedetectiondataset
 */
import { Effect, Stream } from "effect"
import type { Exported } from "../flows/Export.ts"
import * as Image from "./Image.ts"
import * as Zip from "./Zip.ts"

export const document = <E, R>(images: Stream.Stream<Exported, E, R>): Stream.Stream<Uint8Array, E, R> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const places: Record<string, string> = {}
      const entry = ([{ record, size }, index]: readonly [Exported, number]) => {
        const name = Image.stem(record)
        places[name] = Image.place(record)
        const detections = Image.confirmed(record).map(({ box, concept, confidence, correction, services }) => ({
          label: concept,
          // Shares of the picture.
          bounding_box: [box.x / size.width, box.y / size.height, box.width / size.width, box.height / size.height],
          confidence,
          attributes: {
            services: services.join(" "),
            ...(correction === undefined ? {} : { corrected_by: correction.by, correction: correction.kind })
          }
        }))
        return `${index === 0 ? "" : ",\n"}${JSON.stringify(name)}:${JSON.stringify(detections)}`
      }
      const labels = Stream.make('{"labels":{').pipe(
        Stream.concat(Stream.map(Stream.zipWithIndex(images), entry)),
        Stream.concat(Stream.make("}}\n")),
        Stream.encodeText
      )
      const input = yield* Stream.toAsyncIterableEffect(labels)
      return Zip.archive(
        Stream.make<ReadonlyArray<Zip.File>>({ name: "labels.json", input }).pipe(
          Stream.concat(Stream.sync(() => ({ name: "data.json", input: JSON.stringify(places) })))
        )
      )
    })
  )
