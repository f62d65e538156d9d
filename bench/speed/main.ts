/**
 * Measures how fast the programs are, each against the shortest program that does the same, on this machine.
 *
 *     npm run bench
 *
 * Rounds are interleaved, so that whatever else the machine does meets all alike; what counts is the ratio. Takes half an hour
 * and needs Linux and the RabbitMQ of `AMQP_URL`, or of this machine. What was measured is written after each part. `--only` parts
 * (worker, utilization, producer, postprocess, latency, crops, pipeline), `--rounds` 5, `--jobs` 4000 of each contestant in each round,
 * `--images` 100000 for the producer, `--out` where to write (bench/results).
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { table } from "../accuracy/Table.ts"
import * as Machine from "../Machine.ts"
import * as Crops from "./Crops.ts"
import * as Latency from "./Latency.ts"
import * as Postprocess from "./Postprocess.ts"
import * as Pipeline from "./Pipeline.ts"
import type { Pace } from "./Processes.ts"
import * as Producer from "./Producer.ts"
import { type Servers, withServers } from "./Servers.ts"
import * as Worker from "./Worker.ts"

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", default: "worker,utilization,producer,postprocess,latency,crops,pipeline" },
    rounds: { type: "string", default: "5" },
    jobs: { type: "string", default: "4000" },
    images: { type: "string", default: "100000" },
    out: { type: "string", default: "bench/results" }
  }
})
const rounds = Number(flags.rounds)
const jobs = Number(flags.jobs)
const images = Number(flags.images)

/** A line of the table: what was measured, what the shortest program does, and what is wanted. */
interface Row {
  readonly what: string
  readonly windmill: string
  readonly bare?: string
  readonly ratio?: string
  readonly target?: string
}

/** Images in the database when the last postprocessing is measured. */
const many = 100_000

const parts: Readonly<Record<string, (servers: Servers) => Promise<ReadonlyArray<Row>>>> = {
  worker: async (servers) => {
    const { bare, crowding, sampled, tight, traced, untraced } = await Worker.paces(servers, { rounds, jobs })
    const rate = (paces: ReadonlyArray<Pace>) => paces.map(({ rate }) => rate)
    const cpu = (paces: ReadonlyArray<Pace>) => paces.map(({ cpu }) => cpu)
    return [
      against("worker, no tracing, jobs/s", rate(untraced), rate(bare), ">= 1.5"),
      against("the same, against a bare loop of 32 requests at once", rate(untraced), rate(crowding)),
      against("the same, against a loop written for speed alone", rate(untraced), rate(tight), ">= 0.7"),
      against("worker, one image in ten traced, jobs/s", rate(sampled), rate(bare)),
      against("worker, every image traced, jobs/s", rate(traced), rate(bare), ">= 1"),
      against("worker, no tracing, µs CPU per job", cpu(untraced), cpu(bare)),
      against("the same, against a loop written for speed alone", cpu(untraced), cpu(tight), "<= 2"),
      against("worker, every image traced, µs CPU per job, against no tracing", cpu(traced), cpu(untraced), "<= 1.3"),
      against("worker, one image in ten traced, µs CPU per job", cpu(sampled), cpu(bare)),
      against("worker, every image traced, µs CPU per job", cpu(traced), cpu(bare))
    ]
  },
  utilization: async (servers) => {
    const found: Array<Worker.Utilization> = []
    for (let round = 0; round < rounds; round++) found.push(await Worker.utilization(servers, jobs))
    const percent = (share: (found: Worker.Utilization) => number) => found.map((one) => 100 * share(one))
    const ours = percent(({ windmill }) => windmill)
    return [
      against(
        "service of 20 ms, 8 at once, % of its time in use",
        ours,
        percent(({ bare }) => bare),
        ">= 98"
      ),
      against(
        "the same, against 8 requests at once and nothing else",
        ours,
        percent(({ most }) => most)
      )
    ]
  },
  producer: async (servers) => {
    const { memory, ...long } = await Producer.produce(servers, images)
    const paces: Array<Pick<Producer.Production, "bare" | "windmill">> = [long]
    while (paces.length < rounds) paces.push(await Producer.produce(servers, images / 5))
    const [early, late] = memory.map((bytes) => `${Math.round(bytes / 1024 / 1024)}`)
    return [
      against(
        "producer, confirmed messages/s",
        paces.map(({ windmill }) => windmill),
        paces.map(({ bare }) => bare),
        ">= 0.9, or 20000/s"
      ),
      {
        what: `producer, MB in the first and second half of ${images * Producer.messages} messages`,
        windmill: `${early}, ${late}`,
        target: "flat"
      }
    ]
  },
  postprocess: async (servers) => {
    const three = await Postprocess.postprocess(servers, jobs, Postprocess.answers[3])
    const thirteen = await Postprocess.postprocess(servers, jobs, Postprocess.answers[13])
    const again = await Postprocess.recompute(servers, jobs, Postprocess.answers[3])
    await Postprocess.grow(servers, many)
    const later = await Postprocess.postprocess(servers, jobs, Postprocess.answers[3])
    const ratio = (three.rate / later.rate).toFixed(2)
    return [
      alone("harmonize and vote, 3 results per image, images/s", [three.rate]),
      alone("harmonize and vote, 13 results per image, images/s", [thirteen.rate]),
      {
        ...alone("the same, 3 results, where another algorithm has derived", [again.rate], "ratio >= 0.8"),
        ratio: (again.rate / three.rate).toFixed(2)
      },
      { ...alone(`the same, 3 results, among ${many} images`, [later.rate], "ratio <= 1.2"), ratio },
      alone("µs CPU per image: 3 results", [three.cpu]),
      alone("µs CPU per image: 13 results", [thirteen.cpu]),
      {
        ...alone(`µs CPU per image: 3 results, among ${many} images`, [later.cpu], "ratio <= 1.2"),
        ratio: (later.cpu / three.cpu).toFixed(2)
      },
      {
        what: `scans of whole tables among ${many} images; of indexes`,
        windmill: `${later.scans.sequential}; ${later.scans.index}`,
        target: "0"
      }
    ]
  },
  latency: async (servers) => {
    const { full, median, p99 } = await Latency.measure(servers, jobs)
    return [
      alone("worker and postprocess together, images/s", [full]),
      alone("answer committed to boxes committed at half that rate, ms, median", [median]),
      alone("the same, 99th percentile", [p99])
    ]
  },
  crops: async () => {
    const { bare, windmill } = await Crops.cut(rounds)
    return [against("200 crops of 48 megapixels for 3 services, ms; bare cuts each once", windmill, bare, "<= 1.1")]
  },
  pipeline: async (servers) => {
    const costs = await Pipeline.measure(servers, { alone: jobs / 40, loaded: jobs / 5 })
    return [
      ...costRows("image with 13 services and its crops, alone", costs.alone, "<= 60"),
      ...costRows("the same under load", costs.loaded, "<= 15")
    ]
  }
}

/** What an image costs, in all and in parts. */
const costRows = (what: string, cost: Pipeline.Cost, statements: string): ReadonlyArray<Row> => {
  const { broker, hot, postgres, postprocess, updates, worker } = cost
  const parts = [worker, postprocess, postgres, broker]
  const digits = (value: number) => value.toFixed(value < 100 ? 1 : 0)
  return [
    alone(`${what}: µs CPU`, [parts.reduce((sum, part) => sum + part)]),
    { what: "of that worker, postprocess, PostgreSQL, RabbitMQ", windmill: parts.map(digits).join(", ") },
    { ...alone("SQL statements", [cost.statements], statements) },
    { ...alone("transactions", [cost.transactions], statements) },
    {
      what: "updates of its row in `images`, without touching an index",
      windmill: [updates, hot].map(digits).join(", ")
    },
    alone("KB by which the database grows", [cost.bytes / 1024], "<= 40")
  ]
}

const middle = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** The middle of the rounds, and from where to where they go. */
const spread = (values: ReadonlyArray<number>): string => {
  const digits = middle(values) < 100 ? 1 : 0
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits))
  return values.length === 1 ? low! : `${middle(values).toFixed(digits)} (${low} to ${high})`
}

const alone = (what: string, values: ReadonlyArray<number>, target?: string): Row => ({
  what,
  windmill: spread(values),
  ...(target === undefined ? {} : { target })
})

/** With the middle of the ratios of each round. */
const against = (what: string, ours: ReadonlyArray<number>, bare: ReadonlyArray<number>, target?: string): Row => ({
  ...alone(what, ours, target),
  bare: spread(bare),
  ratio: middle(ours.map((value, i) => value / bare[i]!)).toFixed(2)
})

/**
 * What fills the tables comes after what is measured on small ones; what leaves images whose crops are still to be asked about comes
 * after what asks about crops.
 */
const order = ["crops", "pipeline", "latency", "postprocess", "producer", "worker", "utilization"]

const wanted = flags.only.split(",")
for (const name of wanted) {
  if (parts[name] === undefined) throw new Error(`There is no part "${name}": ${Object.keys(parts).join(", ")}`)
}

/** What was measured so far: a part takes minutes, and one that fails costs no other. */
const report = (rows: ReadonlyArray<Row>): string =>
  [
    "# Speed of the programs",
    `Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${Machine.describe()}; ` +
      "PostgreSQL, RabbitMQ, the service and the " +
      `program share them. Middle of ${rounds} rounds (lowest to highest), ${jobs} jobs each. *bare* is what ` +
      "`bench/speed/contestants` has: amqplib, fetch and one insert per message, never more of them at once than the " +
      "service may be sent, unless it says so; or confirmed batches.",
    table(
      ["", "windmill", "bare", "ratio", "target"],
      rows.map(({ bare = "", ratio = "", target = "", what, windmill }) => [what, windmill, bare, ratio, target])
    )
  ].join("\n\n")

mkdirSync(flags.out, { recursive: true })
await withServers(async (servers) => {
  const found: Record<string, ReadonlyArray<Row>> = {}
  for (const name of order.filter((name) => wanted.includes(name))) {
    process.stderr.write(`${name} ...\n`)
    found[name] = await parts[name]!(servers)
    writeFileSync(join(flags.out, "speed.md"), `${report(Object.keys(parts).flatMap((name) => found[name] ?? []))}\n`)
  }
})
process.stdout.write(readFileSync(join(flags.out, "speed.md"), "utf8"))
