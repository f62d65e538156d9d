/** Images as a file of one of the formats. */
import { Effect, Stream } from "effect"
import type { ExportFormat } from "../../domain/archive/ExportFormat.ts"
import type { ImageFilter } from "../../domain/archive/ImageFilter.ts"
import { Archive } from "../../services/Archive.ts"
import * as Export from "../flows/Export.ts"
import * as Coco from "./Coco.ts"
import * as Csv from "./Csv.ts"
import * as Cvat from "./Cvat.ts"
import * as FiftyOne from "./FiftyOne.ts"
import * as JsonLines from "./JsonLines.ts"
import * as LabelStudio from "./LabelStudio.ts"
import * as Yolo from "./Yolo.ts"

/**
 * The images that meet the filter as a file, written while they are read; and those that were left out, once it is. The same
 * images make the same bytes.
 */
export const file = Effect.fnUntraced(function* (format: ExportFormat, filter: ImageFilter) {
  const archive = yield* Archive
  const { images, leftOut } = yield* Export.images(filter)
  const text = Stream.encodeText
  const formats = {
    coco: () => text(Coco.document(images)),
    csv: () => text(Csv.document(images)),
    cvat: () => text(Cvat.document(images)),
    fiftyone: () => FiftyOne.document(images),
    jsonl: () => text(Stream.map(archive.records(filter), JsonLines.line)),
    labelstudio: () => text(LabelStudio.document(images)),
    yolo: () => Yolo.document(images)
  }
  return { content: formats[format](), leftOut }
})
