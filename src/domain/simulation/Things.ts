/** How large things are: what makes a cup a cup and a bus a bus in one picture. */

/** Centimeters. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** Width and height in centimeters, by concept or by `concept/variant`. People are measured by their posture instead. */
const sizes = {
  bicycle: [172, 102],
  car: [430, 148],
  motorcycle: [205, 118],
  airplane: [3600, 1150],
  bus: [1080, 310],
  train: [2000, 390],
  truck: [720, 300],
  boat: [620, 640],
  "boat/motor": [560, 190],
  "traffic light": [40, 108],
  "fire hydrant": [46, 80],
  "stop sign": [78, 78],
  "parking meter": [26, 130],
  bench: [172, 84],
  bird: [36, 26],
  "bird/flying": [110, 44],
  cat: [38, 46],
  "cat/lying": [64, 28],
  dog: [96, 70],
  horse: [236, 178],
  sheep: [118, 88],
  cow: [240, 150],
  elephant: [460, 310],
  bear: [200, 122],
  zebra: [222, 156],
  giraffe: [320, 480],
  backpack: [36, 48],
  umbrella: [108, 96],
  "umbrella/parasol": [230, 240],
  handbag: [36, 38],
  suitcase: [46, 74],
  frisbee: [27, 9],
  skis: [172, 18],
  snowboard: [150, 20],
  "sports ball": [22, 22],
  kite: [120, 150],
  skateboard: [80, 20],
  surfboard: [56, 210],
  "surfboard/flat": [210, 22],
  "tennis racket": [30, 69],
  bottle: [8, 30],
  "wine glass": [9, 21],
  cup: [12, 10],
  "cup/top": [12, 10],
  fork: [3, 20],
  knife: [3, 22],
  spoon: [4, 18],
  bowl: [20, 11],
  "bowl/top": [20, 20],
  banana: [20, 11],
  apple: [8.4, 9],
  sandwich: [16, 11],
  orange: [8.4, 8.4],
  broccoli: [13, 13],
  carrot: [21, 6],
  "hot dog": [19, 8],
  pizza: [33, 33],
  donut: [10, 10],
  cake: [28, 24],
  chair: [46, 94],
  couch: [214, 90],
  "potted plant": [80, 112],
  bed: [212, 110],
  "dining table": [172, 76],
  toilet: [44, 78],
  tv: [124, 76],
  laptop: [36, 25],
  mouse: [11, 4.4],
  remote: [17, 4.6],
  keyboard: [44, 7],
  "cell phone": [7.6, 15],
  microwave: [52, 30],
  oven: [60, 88],
  toaster: [30, 21],
  sink: [62, 34],
  refrigerator: [74, 180],
  book: [15, 22],
  "book/stack": [26, 18],
  clock: [32, 32],
  vase: [18, 34],
  "teddy bear": [40, 48]
} as const satisfies Readonly<Record<string, readonly [width: number, height: number]>>

/** A thing there is a size and a drawing for: a concept, or a variant of one. */
export type Thing = keyof typeof sizes

/** All things. */
export const things = Object.keys(sizes) as ReadonlyArray<Thing>

/** The thing that an object of a scene is; `undefined` for people and for what nobody knows. */
export const thingOf = (object: { readonly concept: string; readonly variant?: string }): Thing | undefined => {
  const name = object.variant === undefined ? object.concept : `${object.concept}/${object.variant}`
  return name in sizes ? (name as Thing) : undefined
}

/** The size of a thing. */
export const size = (thing: Thing): Size => ({ width: sizes[thing][0], height: sizes[thing][1] })
