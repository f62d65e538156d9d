/**
 * Measures how long harmonizing one image takes.
 *
 *     npm run bench:harmonize
 *
 * Three detectors with 10 to 300 boxes each, of one concept and of 80, in microseconds per image: median and 95th
 * percentile over pictures and repetitions on one core, after warming up. `--out` where to write (bench/results).
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import type { HarmonizationInput, Strategy } from "../../src/domain/Harmonization.ts"
import { crossServiceClusteringV1, defaultStrategy } from "../../src/domain/harmonization/Strategies.ts"
import { table } from "../accuracy/Table.ts"
import { naive } from "./Naive.ts"
import { picture } from "./Pictures.ts"

const { values: flags } = parseArgs({ options: { out: { type: "string", default: "bench/results" } } })

const strategies: ReadonlyArray<Strategy> = [defaultStrategy, naive, crossServiceClusteringV1]
const sizes = [10, 30, 100, 300]
/**
 * What one image may cost the default strategy, as a share of what the naive one costs, by concepts and boxes: 300 and
 * 2000 microseconds on a processor of its own. A busy machine slows both down.
 */
const targets: Readonly<Record<string, number>> = {
  "1 100": 300 / 131_640,
  "1 300": 2000 / 3_573_508,
  "80 100": 300 / 286,
  "80 300": 2000 / 1663
}

/** Microseconds of the tenth, the middle and the 95th of a hundred calls. The tenth is what a busy machine disturbs least. */
const measure = ({ harmonize }: Strategy, pictures: ReadonlyArray<HarmonizationInput>) => {
  const once = (i: number): number => {
    const start = process.hrtime.bigint()
    harmonize(pictures[i % pictures.length]!)
    return Number(process.hrtime.bigint() - start) / 1000
  }
  const start = performance.now()
  let warm = 0
  while (performance.now() - start < 500 || warm < 2) once(warm++)
  const times = Array.from({ length: Math.min(2000, Math.max(3, warm)) }, (_, i) => once(i)).sort((a, b) => a - b)
  return {
    early: times[Math.floor(times.length * 0.1)]!,
    median: times[Math.floor(times.length / 2)]!,
    late: times[Math.floor(times.length * 0.95)]!
  }
}

const results = [1, 80].flatMap((concepts) =>
  sizes.map((size) => {
    const pictures = Array.from({ length: 20 }, (_, seed) => picture(size, concepts, seed))
    return { concepts, size, times: strategies.map((strategy) => measure(strategy, pictures)) }
  })
)

const ratio = (n: number | undefined): string => (n === undefined ? "" : n.toPrecision(2))

const report = [
  "# Speed of harmonization",
  `Written by \`npm run bench:harmonize\`: microseconds per image, median (95th percentile), on one core of ${cpus()[0]?.model.trim() ?? "an unknown processor"}, Node ${process.versions.node}. naive is the default strategy without its shortcuts; the ratio is that of the tenth of a hundred calls.`,
  table(
    ["3 detectors of", ...strategies.map(({ name }) => name), "quorum / naive", "at most"],
    results.map(({ concepts, size, times }) => [
      `${size} boxes, ${concepts === 1 ? "one concept" : `${concepts} concepts`}`,
      ...times.map(({ late, median }) => `${median.toFixed(0)} (${late.toFixed(0)})`),
      ratio(times[0]!.early / times[1]!.early),
      ratio(targets[`${concepts} ${size}`])
    ])
  )
].join("\n\n")

process.stdout.write(`${report}\n`)
mkdirSync(flags.out, { recursive: true })
writeFileSync(join(flags.out, "harmonize.md"), `${report}\n`)
