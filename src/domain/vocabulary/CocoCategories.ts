/**
 * The numbers of categories in COCO files: COCO's own for its 80, and for any other concept one that is made of its name. The
 * same name has the same number in every file, so that files can be merged.
 *
 * @see https://cocodataset.org/#format-data
 */
import type { Concept } from "../Identifiers.ts"

export interface CocoCategory {
  readonly id: number
  readonly name: string
  readonly supercategory: string
}

/** The category of a concept. Numbers of others than COCO's 80 are from 1,000 up to 2,147,483,647. */
export const of = (concept: Concept): CocoCategory =>
  coco.get(concept) ?? { id: 1000 + (fnv1a(concept) % (0x7fffffff - 999)), name: concept, supercategory: "other" }

/**
 * 32 bits of the name, which must never change: FNV-1a of its UTF-16 code units.
 *
 * @see Fowler, Noll, Vo: "The FNV Non-Cryptographic Hash Algorithm", RFC 9923
 */
const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return hash
}

const bySupercategory: Readonly<Record<string, string>> = {
  person: "1 person",
  vehicle: "2 bicycle, 3 car, 4 motorcycle, 5 airplane, 6 bus, 7 train, 8 truck, 9 boat",
  outdoor: "10 traffic light, 11 fire hydrant, 13 stop sign, 14 parking meter, 15 bench",
  animal: "16 bird, 17 cat, 18 dog, 19 horse, 20 sheep, 21 cow, 22 elephant, 23 bear, 24 zebra, 25 giraffe",
  accessory: "27 backpack, 28 umbrella, 31 handbag, 32 tie, 33 suitcase",
  sports:
    "34 frisbee, 35 skis, 36 snowboard, 37 sports ball, 38 kite, 39 baseball bat, 40 baseball glove, 41 skateboard, " +
    "42 surfboard, 43 tennis racket",
  kitchen: "44 bottle, 46 wine glass, 47 cup, 48 fork, 49 knife, 50 spoon, 51 bowl",
  food: "52 banana, 53 apple, 54 sandwich, 55 orange, 56 broccoli, 57 carrot, 58 hot dog, 59 pizza, 60 donut, 61 cake",
  furniture: "62 chair, 63 couch, 64 potted plant, 65 bed, 67 dining table, 70 toilet",
  electronic: "72 tv, 73 laptop, 74 mouse, 75 remote, 76 keyboard, 77 cell phone",
  appliance: "78 microwave, 79 oven, 80 toaster, 81 sink, 82 refrigerator",
  indoor: "84 book, 85 clock, 86 vase, 87 scissors, 88 teddy bear, 89 hair drier, 90 toothbrush"
}

/** COCO's 80, in their order. */
export const standard: ReadonlyArray<CocoCategory> = Object.entries(bySupercategory).flatMap(([supercategory, list]) =>
  list.split(", ").map((entry) => {
    const [, id, name] = /^(\d+) (.+)$/.exec(entry)!
    return { id: Number(id), name: name!, supercategory }
  })
)

const coco: ReadonlyMap<string, CocoCategory> = new Map(standard.map((category) => [category.name, category]))
