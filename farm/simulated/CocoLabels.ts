/** The eighty labels of COCO as the detectors use them, and the emoji each detector finds for a label. */
import { coco } from "#domain/vocabulary/Coco"
import type { SimulatedService } from "./Contract.ts"

/** The services that detect objects. */
export type Detector = Extract<SimulatedService, "detectron2" | "rtdetr" | "yolov8">

export const isDetector = (service: SimulatedService): service is Detector =>
  service === "detectron2" || service === "rtdetr" || service === "yolov8"

/** All labels, in class order. */
export const labels: ReadonlyArray<string> = Object.keys(coco)

/** Position of a label among the classes; -1 when it is none. */
export const classOf = (label: string): number => labels.indexOf(label)

/**
 * The emoji a detector sends with a label; `undefined` when it finds none. Only detectron2 turns spaces into `_` before
 * it looks a label up in the shared table, so the three disagree about some labels of two words.
 */
export const emoji = (detector: Detector, label: string): string | undefined =>
  detector !== "detectron2" && label in withSpaces ? withSpaces[label] : coco[label]

const withSpaces: Readonly<Record<string, string | undefined>> = {
  "traffic light": "🚦",
  "fire hydrant": "🚒",
  "parking meter": "🅿️",
  "baseball bat": "🏏",
  "baseball glove": "🥎",
  "potted plant": "🪴",
  "hair drier": "💨",
  "dining table": undefined
}
