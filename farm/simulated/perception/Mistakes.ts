/** What detectors take for what. */
import type { Random } from "../Random.ts"
import type { Setting } from "../Scene.ts"

/** A label that models confuse with this one; `undefined` when it looks like nothing else. */
export const similar = (label: string, random: Random): string | undefined => {
  const choices = lookalikes[label]
  return choices === undefined ? undefined : random.pick(choices)
}

/** A label for something that is not there, likely in such a place. */
export const phantom = (setting: Setting, random: Random): string => random.pick(expected[setting])

type Choices = readonly [string, ...ReadonlyArray<string>]

const lookalikes: Readonly<Record<string, Choices>> = {
  airplane: ["bird", "boat"],
  apple: ["orange", "sports ball"],
  backpack: ["handbag", "suitcase"],
  banana: ["orange"],
  bear: ["cow", "dog"],
  bed: ["couch"],
  bench: ["chair", "dining table"],
  bicycle: ["motorcycle"],
  bird: ["kite"],
  boat: ["surfboard"],
  book: ["laptop"],
  bottle: ["vase", "wine glass"],
  bowl: ["cup"],
  bus: ["truck", "train"],
  cake: ["sandwich"],
  car: ["truck"],
  carrot: ["knife"],
  cat: ["dog"],
  "cell phone": ["remote", "book"],
  chair: ["bench", "couch"],
  clock: ["frisbee"],
  couch: ["bed", "chair"],
  cow: ["horse", "bear"],
  cup: ["bowl", "wine glass"],
  "dining table": ["bench"],
  dog: ["cat", "horse"],
  donut: ["cake", "apple"],
  elephant: ["bear"],
  fork: ["knife", "spoon"],
  frisbee: ["sports ball"],
  handbag: ["backpack", "suitcase"],
  horse: ["cow", "zebra"],
  "hot dog": ["sandwich"],
  kite: ["umbrella", "bird"],
  knife: ["fork"],
  laptop: ["tv", "book"],
  microwave: ["oven", "tv"],
  motorcycle: ["bicycle"],
  mouse: ["remote"],
  orange: ["apple", "sports ball"],
  oven: ["microwave", "refrigerator"],
  pizza: ["cake"],
  "potted plant": ["vase"],
  remote: ["cell phone", "keyboard"],
  sandwich: ["hot dog", "cake"],
  sheep: ["dog", "cow"],
  skateboard: ["snowboard", "surfboard"],
  skis: ["snowboard", "surfboard"],
  snowboard: ["skis", "skateboard"],
  spoon: ["fork"],
  "sports ball": ["frisbee", "orange"],
  "stop sign": ["parking meter"],
  suitcase: ["backpack", "handbag"],
  surfboard: ["skateboard", "kite"],
  "teddy bear": ["dog", "bear"],
  "tennis racket": ["frisbee"],
  toaster: ["microwave"],
  train: ["bus"],
  truck: ["bus", "car"],
  tv: ["laptop", "microwave"],
  umbrella: ["kite"],
  vase: ["bottle", "potted plant"],
  "wine glass": ["cup", "vase"]
}

const expected: Readonly<Record<Setting, Choices>> = {
  airport: ["car", "truck", "bird", "person"],
  beach: ["bird", "person", "surfboard", "boat"],
  bedroom: ["book", "chair", "remote", "teddy bear"],
  city: ["car", "traffic light", "person", "clock"],
  court: ["sports ball", "person", "chair"],
  field: ["bird", "cow", "dog"],
  harbor: ["boat", "bird", "person"],
  kitchen: ["cup", "bottle", "knife", "bowl"],
  "living room": ["book", "vase", "remote", "cup"],
  market: ["person", "bottle", "orange", "handbag"],
  mountains: ["bird", "bear", "sheep"],
  office: ["book", "cup", "chair", "mouse"],
  park: ["bird", "person", "frisbee", "bench"],
  pitch: ["person", "sports ball"],
  savanna: ["bird", "giraffe", "zebra"],
  sky: ["bird", "airplane", "kite"],
  snow: ["person", "skis", "bird"],
  square: ["person", "handbag", "bird", "clock"],
  station: ["person", "clock", "suitcase", "train"],
  street: ["car", "person", "potted plant", "traffic light"],
  table: ["spoon", "cup", "knife", "cell phone"]
}
