/** The formats in which images and what was found in them can be taken elsewhere. */
import { Schema } from "effect"

export const ExportFormat = Schema.Literals(["coco", "jsonl", "csv", "yolo", "cvat", "labelstudio", "fiftyone"])
export type ExportFormat = typeof ExportFormat.Type

/** What a file of the format is, to those who keep it. */
export const files: Readonly<
  Record<ExportFormat, { readonly extension: string; readonly mediaType: string; readonly summary: string }>
> = {
  coco: { extension: ".json", mediaType: "application/json", summary: "Confirmed boxes as COCO JSON" },
  jsonl: {
    extension: ".jsonl",
    mediaType: "application/x-ndjson",
    summary: "Everything about the images as JSON Lines"
  },
  csv: { extension: ".csv", mediaType: "text/csv; charset=utf-8", summary: "All boxes as CSV" },
  yolo: { extension: ".zip", mediaType: "application/zip", summary: "Confirmed boxes as a data set of YOLO" },
  cvat: { extension: ".xml", mediaType: "application/xml", summary: "Confirmed boxes as CVAT for images 1.1" },
  labelstudio: {
    extension: ".json",
    mediaType: "application/json",
    summary: "Confirmed boxes as tasks of Label Studio"
  },
  fiftyone: { extension: ".zip", mediaType: "application/zip", summary: "Confirmed boxes as a data set of FiftyOne" }
}
