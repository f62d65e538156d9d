/** The services that answer with models of a hub: each model loaded by the library, its answers read by our own decoders. */
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as BoundingBox from "#domain/BoundingBox"
import { coco } from "#domain/vocabulary/Coco"
import { words } from "#domain/vocabulary/Words"
import * as Likelihoods from "../decoding/Likelihoods.ts"
import * as Queries from "../decoding/Queries.ts"
import * as Models from "../Models.ts"
import * as Detector from "../vision/Detector.ts"
import { emojiFor, mentions } from "../vision/Mentions.ts"
import type { Picture } from "../vision/Picture.ts"
import type { Observer } from "./HubModels.ts"
import type { Library, LoadOptions, Model } from "./Library.ts"

/** Where a model lies, and whom to tell of the files that arrive. */
export interface Place {
  readonly folder: string
  readonly arrived?: (file: string) => void
}

/** Loads the model of a service. */
type Open = (library: Library, place: Place) => Promise<Observer>

const optionsFor = ({ arrived }: Place): LoadOptions => ({
  device: "cpu",
  // A thread of the farm has one core.
  session_options: { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: "sequential" },
  ...(arrived !== undefined && {
    progress_callback: ({ file, status }) => {
      if (status === "done" && file !== undefined) arrived(file)
    }
  })
})

/** The model, once it says that it is of the kind the service has. */
const loaded = async (name: Models.HubServiceName, model: Promise<Model>): Promise<Model> => {
  const { config } = await model
  const { architecture, repository } = Models.hubServices[name]
  if (config.model_type !== architecture) {
    throw new Error(`${repository} is a model of type ${config.model_type}, not ${architecture}`)
  }
  return model
}

/** The library shares no memory with other threads: the picture is copied. */
const pictureFor = (library: Library, { data, height, width }: Picture) =>
  new library.RawImage(new Uint8ClampedArray(data), width, height, 3)

const rounded = (confidence: number): number => Math.round(confidence * 1000) / 1000

const labeled = (label: string, confidence: number) => {
  const emoji = emojiFor(label)
  return { label, confidence: rounded(confidence), ...(emoji !== undefined && { emoji }) }
}

/** A sentence about the whole picture. */
const captions: Open = async (library, place) => {
  const { repository } = Models.hubServices.captions
  const options = optionsFor(place)
  const processor = await library.AutoImageProcessor.from_pretrained(repository, options)
  const tokenizer = await library.AutoTokenizer.from_pretrained(repository, options)
  const model = await loaded(
    "captions",
    library.AutoModelForVision2Seq.from_pretrained(repository, { ...options, dtype: "q8" })
  )
  return async (picture) => {
    const { pixel_values: inputs } = await processor(pictureFor(library, picture))
    const tokens = await model.generate({ inputs, max_new_tokens: 24 })
    const text = tokenizer.batch_decode(tokens, { skip_special_tokens: true })[0]?.trim() ?? ""
    return text === "" ? [] : [{ text, emoji_mappings: [...mentions(text)] }]
  }
}

/** What a picture may be called: all that the vocabulary has an emoji for but what only other services tell. */
const vocabulary: ReadonlyArray<string> = [
  ...new Set([...Object.keys(coco), ...Object.keys(words)].filter((word) => !["face", "text", "nsfw"].includes(word)))
]

/** How much more alike two directions must be to be e times as likely, as CLIP was trained. */
const sharpness = 100

/** Names out of the vocabulary, by how well `a photo of a …` fits the picture. */
const clip: Open = async (library, place) => {
  const { repository } = Models.hubServices.clip
  const options = optionsFor(place)
  const processor = await library.AutoImageProcessor.from_pretrained(repository, options)
  const model = await loaded(
    "clip",
    library.CLIPVisionModelWithProjection.from_pretrained(repository, { ...options, dtype: "q8" })
  )
  const directions = await directionsOf(library, place)
  return async (picture) => {
    const { image_embeds: embedding } = await model(await processor(pictureFor(library, picture)))
    const direction = normalized(embedding!.data)
    const scores = directions.map(
      (other) => sharpness * other.reduce((sum, value, at) => sum + value * direction[at]!, 0)
    )
    return Likelihoods.likeliest(Likelihoods.softmax(scores), { least: 0.03, most: 10 }).map(({ index, likelihood }) =>
      labeled(vocabulary[index]!, likelihood)
    )
  }
}

/** Labels that are read at once. */
const together = 32

/** Where the labels of the vocabulary point. Found once, and kept with the model. */
const directionsOf = async (library: Library, place: Place): Promise<ReadonlyArray<Float32Array>> => {
  const known = createHash("sha256").update(JSON.stringify(vocabulary)).digest("hex")
  const path = join(place.folder, `labels-${known.slice(0, 16)}.bin`)
  if (existsSync(path)) {
    const bytes = readFileSync(path)
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
    return inRows(values, values.length / vocabulary.length)
  }
  const { repository } = Models.hubServices.clip
  const options = optionsFor(place)
  const tokenizer = await library.AutoTokenizer.from_pretrained(repository, options)
  const model = await library.CLIPTextModelWithProjection.from_pretrained(repository, { ...options, dtype: "q8" })
  const directions: Array<Float32Array> = []
  for (let from = 0; from < vocabulary.length; from += together) {
    const texts = vocabulary.slice(from, from + together).map((label) => `a photo of a ${label}`)
    const { text_embeds: embeddings } = await model(tokenizer(texts, { padding: true, truncation: true }))
    directions.push(...inRows(embeddings!.data, embeddings!.dims.at(-1)!).map(normalized))
  }
  await writeFile(path, Buffer.concat(directions.map((row) => Buffer.from(row.buffer)))).catch(() => undefined)
  return directions
}

const inRows = (values: Float32Array, length: number): ReadonlyArray<Float32Array> =>
  Array.from({ length: values.length / length }, (_, row) => values.slice(row * length, (row + 1) * length))

/** The direction of a vector. */
const normalized = (vector: Float32Array): Float32Array => {
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

/** What fills the picture, among the thousand classes of ImageNet. */
const imagenet: Open = async (library, place) => {
  const { repository } = Models.hubServices.imagenet
  const options = optionsFor(place)
  const processor = await library.AutoImageProcessor.from_pretrained(repository, options)
  const model = await loaded(
    "imagenet",
    library.AutoModelForImageClassification.from_pretrained(repository, { ...options, dtype: "q8" })
  )
  return async (picture) => {
    const { logits } = await model(await processor(pictureFor(library, picture)))
    return Likelihoods.likeliest(Likelihoods.softmax(logits!.data), { least: 0.1, most: 5 }).map(
      ({ index, likelihood }) => labeled(firstName(model.config.id2label?.[index] ?? `class ${index}`), likelihood)
    )
  }
}

/** ImageNet gives a class several names: `tabby, tabby cat`. */
const firstName = (names: string): string => names.split(",")[0]!.trim()

/** Least confidence of an answer of RT-DETR, as its authors use it. */
const certainty = 0.5

/** Objects of the eighty classes of COCO. */
const rtdetr: Open = async (library, place) => {
  const { repository } = Models.hubServices.rtdetr
  const options = optionsFor(place)
  const processor = await library.AutoImageProcessor.from_pretrained(repository, options)
  const model = await loaded(
    "rtdetr",
    library.AutoModelForObjectDetection.from_pretrained(repository, { ...options, dtype: "fp32" })
  )
  const classes = Object.keys(coco)
  return async (picture) => {
    const { logits, pred_boxes: boxes } = await model(await processor(pictureFor(library, picture)))
    if (logits!.dims.at(-1) !== classes.length) {
      throw new Error(`RT-DETR knows ${logits!.dims.at(-1)} classes, not the ${classes.length} of COCO.`)
    }
    const { height, width } = picture.full
    const found = Queries.decode({ scores: logits!.data, boxes: boxes!.data, classes: classes.length }, certainty)
    return Detector.predictions(
      found.flatMap(({ box, confidence, label }) => {
        const scaled = { x: box.x * width, y: box.y * height, width: box.width * width, height: box.height * height }
        const inside = BoundingBox.clamp(scaled, picture.full)
        return inside.width < 1 || inside.height < 1
          ? []
          : [{ label: classes[label]!, index: label, confidence, box: inside }]
      })
    )
  }
}

/** What each service is loaded with. */
export const open: Readonly<Record<Models.HubServiceName, Open>> = { captions, clip, imagenet, rtdetr }
