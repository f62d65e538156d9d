/**
 * What tracing costs: CPU time of a worker per job, without a collector, with one job in ten traced, and with all of them.
 *
 * Real workers over RabbitMQ and PostgreSQL, one after the other, in turns, so that whatever else the machine does meets
 * all alike; a service that answers at once, so that nothing hides the cost. Only ratios mean something elsewhere.
 *
 * Usage: npm run build && node bench/telemetry/overhead.mjs [jobs [rounds]]. Linux. Servers as in `AMQP_URL` and
 * `TEST_DATABASE_URL`, or on this machine.
 */
import { PgConnection } from "@effect/sql-pg"
import * as Amqp from "amqplib"
import { Effect, Redacted } from "effect"
import { spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import fs from "node:fs"
import http from "node:http"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import sharp from "sharp"
import { namesOf } from "../../dist/layers/rabbitmq/Topology.js"

const jobs = Number(process.argv[2] ?? 1000)
const rounds = Number(process.argv[3] ?? 5)

const server = process.env.TEST_DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/postgres"
const broker = process.env.AMQP_URL ?? "amqp://guest:guest@127.0.0.1:5672"
const name = `windmill_bench_${randomUUID().slice(0, 8)}`
const database = Object.assign(new URL(server), { pathname: `/${name}` }).href
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "windmill-bench-"))

const query = (url, statement) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(PgConnection.make({ url: Redacted.make(url) }), (connection) =>
        connection.query(statement, [], false)
      )
    )
  )

const listen = (handler) =>
  new Promise((resolve) => {
    const listening = http.createServer((request, response) => {
      let bytes = 0
      request.on("data", (chunk) => (bytes += chunk.length))
      request.on("end", () => handler(response, bytes))
    })
    listening.listen(0, "127.0.0.1", () => resolve(listening))
  })

const answer = JSON.stringify({
  service: "ocr",
  status: "success",
  predictions: [{ text: "a" }],
  metadata: { processing_time: 0 }
})
const service = await listen((response) => response.writeHead(200, { "content-type": "application/json" }).end(answer))
let exported = 0
const collector = await listen((response, bytes) => {
  exported += bytes
  response.writeHead(200, { "content-type": "application/json" }).end("{}")
})
const portOf = (listening) => listening.address().port

const config = path.join(folder, "services.json")
fs.writeFileSync(config, JSON.stringify({ services: { ocr: { port: portOf(service), concurrency: 8 } } }))
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${portOf(collector)}` }

const modes = {
  none: {},
  "one in ten": {
    ...endpoint,
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0.1"
  },
  all: endpoint
}

const start = (program, args, env) => {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL(`../../dist/programs/${program}.js`, import.meta.url)), ...args],
    {
      env: {
        PATH: process.env.PATH,
        AMQP_URL: broker,
        DATABASE_URL: database,
        QUEUE_PREFIX: `${name}.`,
        SERVICE_CONFIG: config,
        ...env
      },
      stdio: ["ignore", "ignore", "pipe"]
    }
  )
  const words = []
  child.stderr.on("data", (chunk) => words.push(chunk.toString()))
  const said = new Promise((resolve) => child.stderr.once("data", resolve))
  const ended = new Promise((resolve) => child.once("close", resolve))
  return { child, said, ended, words }
}

/** Microseconds of CPU a process has used. */
const cpuOf = (pid) => {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ")
  return ((Number(fields[11]) + Number(fields[12])) / 100) * 1e6
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const picture = await sharp({ create: { width: 640, height: 480, channels: 3, background: "teal" } })
  .jpeg()
  .toBuffer()
fs.writeFileSync(path.join(folder, "picture.jpg"), picture)
let submitted = 0

/** Microseconds of CPU per job of a worker in this mode. */
const measure = async (env) => {
  const pictures = fs.mkdtempSync(path.join(folder, "round-"))
  for (let i = 0; i < jobs; i++) fs.linkSync(path.join(folder, "picture.jpg"), path.join(pictures, `${i}.jpg`))
  // The producer decides what is sampled, so it is told the same.
  const producer = start("producer", ["--services", "ocr", "--images", pictures], env)
  if ((await producer.ended) !== 0) throw new Error(`The producer failed: ${producer.words.join("")}`)
  submitted += jobs
  const worker = start("worker", ["--service", "ocr"], env)
  await worker.said
  const before = cpuOf(worker.child.pid)
  for (;;) {
    const { rows } = await query(database, "SELECT count(*)::int AS n FROM results")
    if (Number(rows[0].n) >= submitted) break
    await pause(100)
  }
  const after = cpuOf(worker.child.pid)
  worker.child.kill("SIGTERM")
  await worker.ended
  return (after - before) / jobs
}

/** Deletes what the programs have left in the broker. */
const deleteQueues = async () => {
  const connection = await Amqp.connect(broker)
  const channel = await connection.createChannel()
  for (const queue of ["queue_ocr", "queue_bbox_merge", "queue_consensus", "queue_spatial_enrichment"]) {
    const { dead, retries, work } = namesOf(`${name}.`, queue)
    for (const each of [work, dead, ...retries]) await channel.deleteQueue(each)
  }
  await connection.close()
}

try {
  await query(server, `CREATE DATABASE ${name} TEMPLATE template0`)
  const costs = Object.fromEntries(Object.keys(modes).map((mode) => [mode, []]))
  await measure(modes.none)
  for (let round = 0; round < rounds; round++) {
    for (const [mode, env] of Object.entries(modes)) costs[mode].push(await measure(env))
  }
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
  const none = median(costs.none)
  console.log(`${jobs} jobs, ${rounds} rounds, ${Math.round(exported / 1024)} KiB exported; CPU of the worker per job`)
  for (const [mode, values] of Object.entries(costs)) {
    const range = `${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))}`
    console.log(
      `${mode.padEnd(12)}${String(Math.round(median(values))).padStart(6)} µs (${range})  x ${(median(values) / none).toFixed(2)}`
    )
  }
} finally {
  await query(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  await deleteQueues()
  fs.rmSync(folder, { recursive: true })
  service.close()
  collector.close()
}
