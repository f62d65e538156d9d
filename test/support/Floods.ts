/** Replies with very many of one thing: whatever can be counted. */

const bbox = { x: 10, y: 20, width: 30, height: 40 }

const list = <A>(length: number, item: (i: number) => A): ReadonlyArray<A> => Array.from({ length }, (_, i) => item(i))

const table = <A>(length: number, value: (i: number) => A): Readonly<Record<string, A>> =>
  Object.fromEntries(list(length, (i) => [`k${i}`, value(i)]))

const deep = (levels: number): unknown => {
  let value: unknown = 0
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value }
  return value
}

type Flood<A> = Readonly<Record<string, (count: number) => A>>

const predictions: Flood<ReadonlyArray<unknown>> = {
  numbers: (count) => list(count, () => 0),
  "empty predictions": (count) => list(count, () => ({})),
  "equal boxes": (count) => list(count, () => ({ label: "dog", bbox, confidence: 0.5 })),
  "boxes of other things each": (count) =>
    list(count, (i) => ({ label: `thing ${i}`, emoji: "🐴", bbox: { ...bbox, x: i }, confidence: i / count })),
  "boxes without a number": (count) => list(count, () => ({ label: "dog", bbox, confidence: "NaN" })),
  captions: (count) => list(count, (i) => ({ text: "a dog", emoji_mappings: [{ word: `dog ${i}`, emoji: "🐶" }] })),
  "captions as they were": (count) => list(count, (i) => ({ text: "a dog", word_mappings: { [`dog ${i}`]: "🐶" } })),
  poses: (count) => list(count, () => ({ landmarks: { nose: { x: 0.1, y: 0.2 } } })),
  faces: (count) => list(count, () => ({ bbox, keypoints: { nose: { x: 1, y: 2 } } })),
  palettes: (count) => list(count, () => ({ primary: { hex: "#000000" }, palette: [{ hex: "#ffffff", copic: "W" }] })),
  masks: (count) => list(count, () => ({ label: "dog", bbox, segmentation: [[1, 2, 3, 4, 5, 6]] })),
  mentions: (count) => [{ text: "dogs", emoji_mappings: list(count, () => ({ word: "dog" })) }],
  "lines of text": (count) => [{ has_text: true, text_regions: list(count, () => ({ text: "x", bbox })) }],
  landmarks: (count) => [{ landmarks: table(count, () => ({ x: 1, y: 2 })) }],
  keypoints: (count) => [{ bbox, label: "dog", keypoints: list(count, () => [1, 2, 3]) }],
  "keypoints with names": (count) => [{ bbox, keypoints: table(count, () => ({ x: 1, y: 2 })) }],
  colors: (count) => [{ palette: list(count, () => ({ hex: "#ffffff" })) }],
  fields: (count) => [table(count, () => "NaN")],
  outlines: (count) => [{ label: "dog", bbox, segmentation: list(count, () => [1, 2, 3, 4, 5, 6]) }],
  "points of an outline": (count) => [{ label: "dog", bbox, segmentation: [list(count, (i) => i)] }],
  "run lengths": (count) => [{ label: "dog", bbox, mask: { size: [1000, 1000], counts: list(count, () => 1) } }],
  letters: (count) => [{ label: "x".repeat(count), bbox }],
  spaces: (count) => [{ label: `${" ".repeat(count)}x`, bbox }],
  emojis: (count) => [{ label: "dog", emoji: "🐶".repeat(count), bbox }],
  levels: (count) => [{ label: "dog", bbox, properties: deep(count), a: deep(count) }]
}

const success = (predictions: ReadonlyArray<unknown>) => ({ status: "success", predictions })

/** Whole replies, by what they have how many of. */
export const replies: Flood<unknown> = {
  ...Object.fromEntries(
    Object.entries(predictions).map(([what, some]) => [what, (count: number) => success(some(count))])
  ),
  "notes of what is set aside": (count) => ({
    ...success([]),
    set_aside: list(count, (index) => ({ index, problem: "far outside" }))
  }),
  "fields of a reply": (count) => ({ ...table(count, () => "x"), ...success([]) }),
  "letters of an error": (count) => ({ status: "error", error: "x".repeat(count) })
}
