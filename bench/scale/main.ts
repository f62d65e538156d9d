/**
 * Rehearses many images: whether the rate stays, and what grows, from the first image to the last.
 *
 *     npm run bench:scale -- --images 100000
 *
 * Thirteen services without latency answer, crops included. Needs Linux, the RabbitMQ of `AMQP_URL`, or of this machine, and 100 KB of
 * disk for each image; two cores do five to thirty of them in a second. `--ahead` 1000 images are known and not done at most, `--every`
 * images there is a look at everything (a twentieth of them), `--out` where to write (bench/results). What the file says from *On
 * paper* on is written by people, and stays.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { table } from "../accuracy/Table.ts"
import * as Machine from "../Machine.ts"
import { withServers } from "../speed/Servers.ts"
import * as Rehearsal from "./Rehearsal.ts"

const { values: flags } = parseArgs({
  options: {
    images: { type: "string", default: "100000" },
    ahead: { type: "string", default: "1000" },
    every: { type: "string" },
    out: { type: "string", default: "bench/results" }
  }
})
const images = Number(flags.images)
const ahead = Number(flags.ahead)
const every = Number(flags.every ?? Math.ceil(images / 20))

const megabytes = (bytes: number | undefined): string => (bytes === undefined ? "–" : (bytes / 1024 ** 2).toFixed(0))

const total = (tables: ReadonlyArray<Rehearsal.Table>, part: (table: Rehearsal.Table) => number): number =>
  tables.reduce((sum, table) => sum + part(table), 0)

const bytesOf = ({ indexes, rows }: Rehearsal.Table): number => rows + indexes

/** Images per second from one moment to another. */
const rate = (from: Rehearsal.Moment, to: Rehearsal.Moment): number =>
  (1000 * (to.done - from.done)) / (to.at - from.at)

const tell = ({ at, done, hints, jobs }: Rehearsal.Moment) =>
  process.stderr.write(`${(at / 1000).toFixed(0)} s: ${done} done, ${jobs} jobs and ${hints} hints wait\n`)

const { bloats, moments } = await withServers((servers) => Rehearsal.rehearse(servers, { images, ahead, every, tell }))
const [start, ...later] = moments as [Rehearsal.Moment, ...Array<Rehearsal.Moment>]

const growth = table(
  [
    "images",
    "per s",
    "MB",
    "of it indexes",
    "KB each",
    "dead rows",
    "jobs",
    "hints",
    "broker MB",
    "worker",
    "postprocess"
  ],
  later.map((moment, i) => [
    String(moment.done),
    rate(moments[i]!, moment).toFixed(1),
    megabytes(total(moment.tables, bytesOf)),
    megabytes(total(moment.tables, ({ indexes }) => indexes)),
    ((total(moment.tables, bytesOf) - total(start.tables, bytesOf)) / 1024 / moment.done).toFixed(1),
    String(total(moment.tables, ({ dead }) => dead)),
    String(moment.jobs),
    String(moment.hints),
    megabytes(moment.memory.broker),
    megabytes(moment.memory.worker),
    megabytes(moment.memory.postprocess)
  ])
)

const named = new Map(moments.at(-1)!.tables.map((one) => [one.name, one]))
const sizes = table(
  ["table", "KB per image", "of it indexes", "dead rows", "size / written anew"],
  bloats.map(({ fresh, grown, name }) => [
    `\`${name}\``,
    (grown / 1024 / images).toFixed(1),
    (named.get(name)!.indexes / 1024 / images).toFixed(1),
    String(named.get(name)!.dead),
    (grown / fresh).toFixed(2)
  ])
)

/** The moments that are closest to two shares of all images. */
const between = (low: number, high: number): number => {
  const near = (share: number) =>
    moments.reduce((best, moment) =>
      Math.abs(moment.done - share * images) < Math.abs(best.done - share * images) ? moment : best
    )
  return rate(near(low), near(high))
}
const [early, late] = [between(0.1, 0.35), between(0.7, 0.95)]
const end = moments.at(-1)!
const cpu = (name: keyof Rehearsal.Moment["cpu"]) => ((end.cpu[name] - start.cpu[name]) / 1000 / images).toFixed(1)
const sum = (part: "grown" | "fresh") => bloats.reduce((sum, bloat) => sum + bloat[part], 0)

const measured = [
  "# Many images",
  `Written by \`npm run bench:scale -- --images ${images}\` on ${new Date().toISOString().slice(0, 10)}: ${Machine.describe()}; ` +
    "PostgreSQL, RabbitMQ, the " +
    `services, a worker, a postprocessor and the producer share them. At most ${ahead} images are known and not done. Thirteen services ` +
    "without latency answer about each, and about its crops.",
  table(
    ["", "measured", "target"],
    [
      ["images/s from 10 to 35 % of the images", early.toFixed(1), ""],
      ["images/s from 70 to 95 %", late.toFixed(1), ""],
      ["ratio", (late / early).toFixed(2), ">= 0.85"],
      ["KB per image", (sum("grown") / 1024 / images).toFixed(1), "<= 40"],
      ["size / written anew", (sum("grown") / sum("fresh")).toFixed(2), "<= 1.2"],
      [
        "ms CPU per image: worker, postprocess, PostgreSQL",
        [cpu("worker"), cpu("postprocess"), cpu("postgres")].join(", "),
        ""
      ]
    ]
  ),
  "## As images are done",
  growth,
  "## Tables in the end",
  sizes
].join("\n\n")

process.stdout.write(`${measured}\n`)

/** What people wrote below the tables. */
const written = (file: string): string => {
  try {
    const [, text] = readFileSync(file, "utf8").split(/^(?=## On paper)/m)
    return text === undefined ? "" : `\n${text}`
  } catch {
    return ""
  }
}
mkdirSync(flags.out, { recursive: true })
const file = join(flags.out, "scale.md")
writeFileSync(file, `${measured}\n${written(file)}`)
