/**
 * What the thirteen services promise over HTTP, beyond their predictions: names, refusals, health.
 *
 * They look alike and differ in details a client has to live with, so each detail that differs is a column here.
 */
import { Array, Record } from "effect"
import type { Terms } from "../http/Envelope.ts"

/** The services the farm knows, in name order. */
export const services = [
  "blip",
  "clip",
  "colors",
  "detectron2",
  "face",
  "inception_v3",
  "metadata",
  "nsfw2",
  "ocr",
  "ollama",
  "pose",
  "rtdetr",
  "yolov8"
] as const
export type SimulatedService = (typeof services)[number]

/** Whether the farm can play a service of that name. */
export const isSimulated = (id: string): id is SimulatedService => Array.contains(services, id)

/** How a service that is simulated differs from the others. */
export interface SimulatedTerms extends Terms {
  /** Time a typical answer takes, in milliseconds. */
  readonly typicalLatency: number
  /** Runs an inference before `/health` answers. */
  readonly healthInfers?: true
}

const usual = { undecodable: 500, unreachableUrl: 400, missingFile: 400 } as const

const habits: Readonly<Record<SimulatedService, SimulatedTerms>> = {
  blip: {
    ...usual,
    replyName: "blip",
    modelInfo: { framework: "BLIP (Bootstrapping Language-Image Pre-training)" },
    typicalLatency: 600,
    checksExtension: true,
    flatTooLarge: true,
    health: { model_status: "loaded", device: "cpu" }
  },
  clip: {
    ...usual,
    replyName: "clip",
    modelInfo: { framework: "OpenAI" },
    typicalLatency: 80,
    checksExtension: true,
    checksMediaType: true,
    flatTooLarge: true,
    unreachableUrl: 500,
    health: { model_status: "loaded", device: "cpu" }
  },
  colors: {
    ...usual,
    replyName: "colors",
    modelInfo: { framework: "Haishoku" },
    typicalLatency: 50,
    health: {
      service: "Color Analysis",
      features: { color_systems: ["copic"] },
      endpoints: ["/analyze", "/v3/analyze"]
    }
  },
  detectron2: {
    ...usual,
    replyName: "detectron2",
    modelInfo: { framework: "Facebook AI Research" },
    typicalLatency: 190,
    checksExtension: true,
    checksMediaType: true,
    flatTooLarge: true,
    health: { service: "detectron2", capabilities: ["object_detection"], supported_classes: 80 },
    healthInfers: true
  },
  face: {
    ...usual,
    replyName: "face",
    modelInfo: { framework: "MediaPipe" },
    typicalLatency: 30,
    checksExtension: true,
    health: {
      capabilities: ["face_detection"],
      models: { face_detection: { status: "ready", version: "full-range", keypoints: 6 } }
    }
  },
  inception_v3: {
    ...usual,
    replyName: "inception",
    modelInfo: { framework: "TensorFlow" },
    typicalLatency: 200,
    checksExtension: true,
    checksMediaType: true,
    flatTooLarge: true,
    health: { model_status: "loaded" }
  },
  metadata: {
    ...usual,
    replyName: "metadata",
    modelInfo: { framework: "ExifTool + PIL + OpenCV + NumPy" },
    typicalLatency: 120,
    undecodable: 400,
    modelInfoOnError: true,
    health: { service: "metadata" }
  },
  nsfw2: {
    ...usual,
    replyName: "nsfw2",
    modelInfo: { framework: "TensorFlow" },
    typicalLatency: 50,
    health: { service: "nsfw2" },
    healthInfers: true
  },
  ocr: {
    ...usual,
    replyName: "ocr",
    modelInfo: { framework: "PaddleOCR" },
    typicalLatency: 400,
    health: { service: "ocr" },
    healthInfers: true
  },
  ollama: {
    ...usual,
    replyName: "ollama",
    modelInfo: { framework: "Ollama", model: "llava", prompt: "Describe this image." },
    typicalLatency: 900,
    health: { service: "ollama", model: "llava" },
    healthInfers: true
  },
  pose: {
    ...usual,
    replyName: "pose",
    modelInfo: { framework: "MediaPipe Pose" },
    typicalLatency: 90,
    undecodable: 400,
    modelInfoOnError: true,
    health: { service: "pose" },
    healthInfers: true
  },
  rtdetr: {
    ...usual,
    replyName: "rtdetr",
    modelInfo: { framework: "RT-DETR PyTorch" },
    typicalLatency: 120,
    checksMediaType: true,
    health: { service: "rtdetr" },
    healthInfers: true
  },
  yolov8: {
    ...usual,
    replyName: "yolo",
    modelInfo: { framework: "Ultralytics YOLOv8" },
    typicalLatency: 70,
    checksMediaType: true,
    flatTooLarge: true,
    missingFile: 404,
    health: { service: "yolov8", supported_classes: 80 },
    healthInfers: true
  }
}

/** Services that measure the pixels; the others invent their answers. */
const measuring: ReadonlyArray<string> = ["colors", "metadata"]

/** The habits of each service. What invents its answers says so in every reply. */
export const terms = Record.map(habits, (terms, service) =>
  measuring.includes(service) ? terms : { ...terms, modelInfo: { ...terms.modelInfo, simulated: true } }
)
