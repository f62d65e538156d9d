/**
 * Measures the models of the farm on photos: what they find, against ground truth, and what that costs.
 *
 *     npm run bench:models -- --images photos [--gt annotations.json]
 *
 * Options: `--images` a folder of photos; `--gt` a COCO annotation file, whose `file_name` says which photo is meant;
 * `--models` the folder of models that were added (.windmill/models); `--limit` at most so many photos; `--raw` counts all boxes from
 * confidence 0.05 and not from 0.30 as services send them; `--out` where to write (bench/results); `--whole` runs the whole
 * program on so many photos (of one's own, repeated) instead, with the services of `--services` (all); `--together` runs the
 * models in its process.
 */
import { Effect } from "effect"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as Pictures from "#farm/http/Pictures"
import * as Models from "#farm/models/Models"
import * as Weights from "#farm/models/Weights"
import * as Runtime from "#farm/models/threads/Runtime"
import * as Detector from "#farm/models/vision/Detector"
import * as Faces from "#farm/models/vision/Faces"
import type { Network } from "#farm/models/vision/Network"
import type { Picture } from "#farm/models/vision/Picture"
import * as Poses from "#farm/models/vision/Poses"
import * as Reader from "#farm/models/vision/Reader"
import { imageBox } from "../../src/domain/BoundingBox.ts"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import * as Coco from "../accuracy/Coco.ts"
import * as Ensemble from "../accuracy/Ensemble.ts"
import * as Evaluation from "../accuracy/Evaluation.ts"
import { oneDecimal, table } from "../accuracy/Table.ts"
import * as Whole from "./Whole.ts"

const { values: flags } = parseArgs({
  options: {
    images: { type: "string" },
    gt: { type: "string" },
    models: { type: "string", default: ".windmill/models" },
    limit: { type: "string", default: "1000000" },
    raw: { type: "boolean", default: false },
    whole: { type: "string" },
    services: { type: "string", default: "all" },
    together: { type: "boolean", default: false },
    out: { type: "string", default: "bench/results" }
  }
})

const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** A photo, and its number in the ground truth. */
interface Photo {
  readonly id: number
  readonly file: string
}

interface Annotated {
  readonly images: ReadonlyArray<{ readonly id: number; readonly file_name: string }>
}

const photosIn = (folder: string, annotated: Annotated | undefined): ReadonlyArray<Photo> => {
  const files = readdirSync(folder).filter((file) => /\.(jpe?g|png|webp)$/i.test(file))
  const ids = new Map(annotated?.images.map(({ file_name, id }) => [file_name.split("/").at(-1)!, id]))
  return files
    .flatMap((file, index) => {
      const id = annotated === undefined ? index : ids.get(file)
      return id === undefined ? [] : [{ id, file: join(folder, file) }]
    })
    .slice(0, Number(flags.limit))
}

const pictures = Pictures.make((picture) => picture)

const read = async ({ file }: Photo): Promise<Picture> => {
  const picture = await Effect.runPromise(pictures.read(readFileSync(file)))
  return { ...(await Effect.runPromise(picture.pixels)), full: picture }
}

/** What a model cost, photo by photo. */
interface Cost {
  readonly name: string
  readonly cpu: ReadonlyArray<number>
  readonly answers: number
  /** Bytes of the process when it was done. */
  readonly memory: number
}

/** Runs a model over the photos. CPU milliseconds are those of the whole process. */
const run = async <A>(
  name: string,
  photos: ReadonlyArray<Photo>,
  ask: (picture: Picture, photo: Photo) => Promise<ReadonlyArray<A>>
): Promise<{ readonly cost: Cost; readonly answers: ReadonlyArray<A> }> => {
  const cpu: Array<number> = []
  const answers: Array<A> = []
  await ask(await read(photos[0]!), photos[0]!)
  for (const photo of photos) {
    const picture = await read(photo)
    const before = process.cpuUsage()
    answers.push(...(await ask(picture, photo)))
    const { system, user } = process.cpuUsage(before)
    cpu.push((system + user) / 1000)
  }
  return { cost: { name, cpu, answers: answers.length, memory: process.memoryUsage.rss() }, answers }
}

/** The networks of a service; `undefined`, with the reason said, when they cannot be used here. */
const open = async (service: keyof typeof Models.services): Promise<ReadonlyArray<Network> | undefined> => {
  try {
    return await Promise.all(
      Models.services[service].networks.map(async (name) =>
        Runtime.open(await Weights.load(Models.networks[name], flags.models), name)
      )
    )
  } catch (problem) {
    say(`${service} is left out: ${(problem as Error).message}`)
    return undefined
  }
}

const detectors = { centernet: Detector.centernet, nanodet: Detector.nanodet, nanodet_g: Detector.nanodet } as const

const quantile = (values: ReadonlyArray<number>, share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!

const measure = async (folder: string): Promise<string> => {
  const json: unknown = flags.gt === undefined ? undefined : JSON.parse(readFileSync(flags.gt, "utf8"))
  const photos = photosIn(folder, json as Annotated | undefined)
  if (photos.length === 0) return `No photo of ${flags.gt ?? "any kind"} is in ${folder}.`
  const all = json === undefined ? undefined : Coco.groundTruth(json)
  const truth =
    all &&
    Coco.restrict(
      all,
      photos.map(({ id }) => id).sort((a, b) => a - b)
    )
  const categories = new Map([...(truth?.categories ?? [])].map(([id, name]) => [name, id]))

  const costs: Array<Cost> = []
  const found: Array<Ensemble.Detector> = []
  for (const [name, detector] of Object.entries(detectors)) {
    const [network] = (await open(name as keyof typeof detectors)) ?? []
    if (network === undefined) continue
    const { answers, cost } = await run(
      name,
      photos,
      async (picture, { id }): Promise<ReadonlyArray<Coco.Prediction>> => {
        const objects = await Detector.detect(detector, network, picture, flags.raw ? 0.05 : undefined)
        return objects.map(({ box, confidence, label }) => ({
          image: id,
          category: categories.get(label) ?? -1,
          box: imageBox(box),
          score: confidence
        }))
      }
    )
    costs.push(cost)
    found.push(Ensemble.detector(name, answers))
  }
  const [face] = (await open("face")) ?? []
  if (face !== undefined) costs.push((await run("face", photos, (picture) => Faces.predictions(face, picture))).cost)
  const [pose] = (await open("pose")) ?? []
  if (pose !== undefined) costs.push((await run("pose", photos, (picture) => Poses.predictions(pose, picture))).cost)
  const [lines, characters] = (await open("ocr")) ?? []
  if (lines !== undefined && characters !== undefined) {
    const { file, package: from } = Models.alphabet
    const alphabet = [...(await Weights.read(from, file, flags.models)).toString().trimEnd().split("\n"), " "]
    const regions = async (picture: Picture) =>
      (await Reader.predictions({ lines, characters, alphabet }, picture)).flatMap(({ text_regions }) => text_regions)
    costs.push((await run("ocr", photos, regions)).cost)
  }

  const cost = table(
    ["model", "CPU ms p50", "p95", "answers", "RSS MB"],
    costs.map(({ answers, cpu, memory, name }) => [
      name,
      oneDecimal(quantile(cpu, 0.5)),
      oneDecimal(quantile(cpu, 0.95)),
      String(answers),
      String(Math.round(memory / 1e6))
    ])
  )
  const accuracy =
    truth === undefined
      ? "No ground truth was given (--gt), so nothing is said about accuracy."
      : table(
          ["detectors", "AP", "AP50", "best F1"],
          Evaluation.evaluate({ name: "quorum", strategy: Strategies.defaultStrategy }, found, truth).choices.map(
            ({ scores, services }) => [
              services.join(" + "),
              oneDecimal(scores.ap),
              oneDecimal(scores.ap50),
              oneDecimal(scores.bestF1)
            ]
          )
        )
  const form = flags.raw ? "all boxes from confidence 0.05" : "as services send them"
  return `# Models\n\n${photos.length} photos, ${form}. CPU is of one thread that scales, runs and decodes; RSS grows from model to model.\n\n${cost}\n\n${accuracy}\n`
}

if (flags.images === undefined) {
  say("Nothing to measure: name a folder of photos with --images, and what is on them with --gt.")
  process.exitCode = 1
} else {
  const report =
    flags.whole === undefined
      ? await measure(flags.images)
      : await Whole.measure(
          photosIn(flags.images, undefined).map((photo) => photo.file),
          { count: Number(flags.whole), services: flags.services, together: flags.together }
        )
  say(report)
  mkdirSync(flags.out, { recursive: true })
  writeFileSync(join(flags.out, "models.md"), report)
}
