/** The eighty labels of COCO that the detectors know, in the order of their classes, and the emoji each one gives. */
import type { SimulatedService } from "./Contract.ts"

/** The services that detect objects. */
export type Detector = Extract<SimulatedService, "detectron2" | "rtdetr" | "yolov8">

export const isDetector = (service: SimulatedService): service is Detector =>
  service === "detectron2" || service === "rtdetr" || service === "yolov8"

/**
 * Label by label: the emoji that detectron2 finds after turning spaces into `_`, and the one yolov8 and rtdetr find
 * without, where it differs (`-`: none).
 */
const table = `
  person 🧑
  bicycle 🚲
  car 🚙
  motorcycle 🏍
  airplane 🛩
  bus 🚌
  train 🚂
  truck 🚚
  boat 🚤
  traffic_light 🚥 🚦
  fire_hydrant 🧯 🚒
  stop_sign 🛑
  parking_meter 🚦 🅿️
  bench 🪑
  bird 🕊
  cat 😺
  dog 🐶
  horse 🐴
  sheep 🐏
  cow 🐄
  elephant 🐘
  bear 🐻
  zebra 🦓
  giraffe 🦒
  backpack 🎒
  umbrella ☂️
  handbag 👜
  tie 👔
  suitcase 👜
  frisbee 🥏
  skis 🎿
  snowboard 🎿
  sports_ball ⚽
  kite 🪁
  baseball_bat ⚾ 🏏
  baseball_glove ⚾ 🥎
  skateboard 🛹
  surfboard 🏄
  tennis_racket 🏓
  bottle 🏺
  wine_glass 🍷
  cup 🥛
  fork 🍴
  knife 🗡
  spoon 🥄
  bowl 🍝
  banana 🍌
  apple 🍏
  sandwich 🥪
  orange 🍊
  broccoli 🥦
  carrot 🥕
  hot_dog 🌭
  pizza 🍕
  donut 🍩
  cake 🍰
  chair 🪑
  couch 🪑
  potted_plant 🌱 🪴
  bed 🛏
  dining_table 🪑 -
  toilet 🚽
  tv 🖥
  laptop 💻
  mouse 🖱
  remote 📱
  keyboard ⌨️
  cell_phone 📱
  microwave 📻
  oven 🍳
  toaster 🍞
  sink 🚰
  refrigerator 🗄
  book 📚
  clock ⏰
  vase 🏺
  scissors ✂️
  teddy_bear 🧸
  hair_drier 📠 💨
  toothbrush 🪥
`

const entries = table
  .trim()
  .split("\n")
  .map((line) => {
    const [key = "", underscored = "", spaced = underscored] = line.trim().split(" ")
    return { label: key.replaceAll("_", " "), underscored, spaced: spaced === "-" ? undefined : spaced }
  })

const byLabel = new Map(entries.map((entry) => [entry.label, entry]))

/** All labels, in class order. */
export const labels: ReadonlyArray<string> = entries.map(({ label }) => label)

/** Position of a label among the classes; after all others when it is none. */
export const classOf = (label: string): number => (byLabel.has(label) ? labels.indexOf(label) : labels.length)

/** The emoji a detector sends with a label; `undefined` when it finds none. */
export const emoji = (detector: Detector, label: string): string | undefined =>
  detector === "detectron2" ? byLabel.get(label)?.underscored : byLabel.get(label)?.spaced
