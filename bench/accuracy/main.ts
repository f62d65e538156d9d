/**
 * Measures every harmonization strategy on real detections with ground truth.
 *
 *     npm run bench:accuracy
 *     npm run bench:accuracy -- --gt annotations.json --dets yolo.json,detr.json,rcnn.json
 *
 * Options: `--gt` a COCO annotation file, `--dets` COCO results files, one per detector, separated by commas (the file's
 * name up to its first dot names the detector); `--samples` bootstrap samples (1000); `--out` where to write (bench/results);
 * `--tune` also varies each of the default's parameters on the tuning half.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { parseArgs } from "node:util"
import * as Aligning from "./Aligning.ts"
import * as Coco from "./Coco.ts"
import * as Comparison from "./Comparison.ts"
import * as Ensemble from "./Ensemble.ts"
import * as Plot from "./Plot.ts"
import * as Report from "./Report.ts"
import * as Tuning from "./Tuning.ts"

const shared = "../shared/data/coco393"
const names = ["picodet_s", "yolox_nano", "nanodet_m"]

const { values: flags } = parseArgs({
  options: {
    gt: { type: "string" },
    dets: { type: "string" },
    samples: { type: "string", default: "1000" },
    out: { type: "string", default: "bench/results" },
    tune: { type: "boolean", default: false }
  }
})

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const read = <A>(file: string, decode: (json: unknown) => A): A => {
  try {
    return decode(JSON.parse(readFileSync(file, "utf8")))
  } catch (cause) {
    say(`Cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`)
    return process.exit(1)
  }
}

const toThousandths = (_: string, value: unknown): unknown =>
  typeof value === "number" ? Math.round(value * 1000) / 1000 : value

const nameOf = (file: string): string => basename(file).split(".")[0]!

const dataset = (title: string, gt: string, dets: ReadonlyArray<string>): Comparison.Dataset => ({
  title,
  truth: read(gt, Coco.groundTruth),
  detectors: dets.map((file) => Ensemble.detector(nameOf(file), read(file, Coco.predictions)))
})

/** What the flags ask for: the user's own files, or both forms of the shared data; or why there is nothing to measure. */
const datasets = (): ReadonlyArray<Comparison.Dataset> | string => {
  if (!/^[1-9]\d*$/.test(flags.samples)) return `--samples must be a whole number from 1, not ${flags.samples}`
  if (flags.gt !== undefined && flags.dets !== undefined) {
    const files = flags.dets.split(",")
    const isAmbiguous = new Set(files.map(nameOf)).size < files.length
    return isAmbiguous
      ? "Two files of --dets name the same detector: rename one"
      : [dataset("Your detectors", flags.gt, files)]
  }
  if (flags.gt !== undefined || flags.dets !== undefined) return "--gt and --dets belong together"
  if (!existsSync(shared)) {
    return `Nothing to measure: ${shared} is absent. Give your own: --gt annotations.json --dets a.json,b.json,c.json`
  }
  const form = (form: string, title: string) =>
    dataset(
      title,
      join(shared, "ground_truth.json"),
      names.map((name) => join(shared, `${name}.${form}.json`))
    )
  return [form("service", "COCO, as services send it"), form("raw", "COCO, raw: all boxes from confidence 0.05")]
}

const chosen = datasets()
if (typeof chosen === "string") {
  say(chosen)
  process.exitCode = 1
} else {
  const comparisons = chosen.map((dataset) => {
    const comparison = Comparison.compare(dataset, Number(flags.samples))
    say(`${Report.report(comparison)}\n`)
    if (flags.tune) say(`${Tuning.report(dataset)}\n`)
    return comparison
  })
  const aligning = chosen.map((dataset) => Aligning.report(dataset, Number(flags.samples)))
  say(`${aligning.join("\n\n")}\n`)
  mkdirSync(flags.out, { recursive: true })
  writeFileSync(join(flags.out, "accuracy.md"), Report.document(comparisons, Number(flags.samples)))
  writeFileSync(join(flags.out, "alignment.md"), Aligning.document(aligning, Number(flags.samples)))
  writeFileSync(
    join(flags.out, "accuracy.json"),
    `${JSON.stringify(comparisons.map(Report.numbers), toThousandths, 1)}\n`
  )
  writeFileSync(join(flags.out, "accuracy.svg"), Plot.plot(comparisons[0]!))
  say(`Written: ${join(flags.out, "accuracy.{md,json,svg}")} and alignment.md`)
}
