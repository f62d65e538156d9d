import { assert, describe, it } from "@effect/vitest"
import { type ChildProcess, spawn } from "node:child_process"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll } from "vitest"

/** The built command: `npm test` builds first. */
const program = (name: string) => fileURLToPath(new URL(`../../../dist/programs/${name}.js`, import.meta.url))

const folder = mkdtempSync(join(tmpdir(), "windmill-start-"))
const runs = new Set<ChildProcess>()

beforeAll(() => assert.isTrue(existsSync(program("start")), "dist is missing: npm run build"))
afterAll(() => {
  for (const run of runs) run.kill("SIGKILL")
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** Runs a program in the folder to its end; `onOutput` sees all that was written so far. */
const run = (
  name: string,
  args: ReadonlyArray<string>,
  onOutput?: (output: string, run: ChildProcess) => void,
  env: Readonly<Record<string, string>> = {}
) =>
  new Promise<Ended>((resolve) => {
    const child = spawn(process.execPath, [program(name), ...args], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env }
    })
    runs.add(child)
    let output = ""
    let errors = ""
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString()
      onOutput?.(output, child)
    })
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString()
    })
    child.on("close", (code) => {
      runs.delete(child)
      resolve({ code, output, errors })
    })
  })

const start = (...args: ReadonlyArray<string>) => run("start", ["--no-dashboard", ...args])

describe("start", { timeout: 180_000 }, () => {
  it("stops at Ctrl-C, goes on from there, and does nothing twice", async () => {
    // What an attempt before this one left.
    rmSync(join(folder, ".windmill"), { recursive: true, force: true })
    let isStopped = false
    // More pictures than are in hands when it is stopped: those are finished first.
    const stopped = await run("start", ["--no-dashboard"], (output, child) => {
      if (!isStopped && / [1-9]\d*\/\d+ answers/.test(output)) isStopped = child.kill("SIGINT")
    })
    assert.strictEqual(stopped.code, 0, stopped.errors)
    assert.match(stopped.output, /Stopped with \d+ of \d+ images done\. The same command goes on from here\./)

    const finished = await start()
    assert.strictEqual(finished.code, 0, finished.errors)
    assert.match(finished.output, /24 of 24 images complete/, finished.output)
    assert.match(finished.output, /person .*\[detectron2 rtdetr yolov8\]/)
    assert.match(finished.output, /consensus .*votes/)
    assert.match(finished.output, /simulated/)
    assert.include(readFileSync(join(folder, ".windmill/results/report.html"), "utf8"), "beach-rider")

    const again = await start()
    assert.strictEqual(again.code, 0, again.errors)
    assert.match(again.output, /Nothing to do: all 24 images were already complete/)

    const asked = await run("sql", ["SELECT service, count(*) FROM results GROUP BY service ORDER BY service"])
    assert.match(asked.output, /^blip +24$/m)
    assert.match(asked.output, /\(13 rows\)/)
  })

  it("takes the pictures of a folder that it watches, and those that come, until Ctrl-C", async () => {
    const incoming = join(folder, "incoming")
    rmSync(incoming, { recursive: true, force: true })
    mkdirSync(incoming)
    const samples = fileURLToPath(new URL("../../../farm/samples", import.meta.url))
    copyFileSync(join(samples, "03-living-room.jpg"), join(incoming, "there.jpg"))
    let hasCome = false
    const flags = ["--no-dashboard", "--farm", "simulated", "--data", join(folder, "watching"), "--watch", incoming]
    const watched = await run("start", flags, (output, child) => {
      if (!hasCome && output.includes("there.jpg  ")) {
        hasCome = true
        copyFileSync(join(samples, "02-street.jpg"), join(incoming, "came.jpg"))
      }
      if (output.includes("came.jpg  ")) child.kill("SIGINT")
    })
    assert.strictEqual(watched.code, 0, watched.errors)
    assert.match(watched.output, /Stopped with \d of 2 images done\./)
    const report = join(folder, "watching", "results", "report.html")
    assert.include(watched.output, report)
    assert.include(readFileSync(report, "utf8"), "came.jpg")
  })

  it("derives finished images again by another strategy, without asking anything again", async () => {
    const data = join(folder, "recomputed")
    const flags = ["--limit", "2", "--data", data]
    const known = async () => {
      const query =
        "SELECT split_part(boxes_algorithm, '@', 1) AS strategy, count(*), " +
        "(SELECT max(result_id) FROM results) AS newest FROM images GROUP BY 1"
      const { output } = await run("sql", ["--data", data, query])
      return /^(\w+) +2 +(\d+)$/m.exec(output)?.slice(1)
    }
    assert.strictEqual((await start(...flags)).code, 0)
    const [first, newest] = (await known())!
    assert.strictEqual(first, "quorum")
    const again = await start(...flags, "--harmonization", "nms")
    assert.strictEqual(again.code, 0, again.errors)
    assert.deepStrictEqual(await known(), ["nms", newest])
  })

  it("leaves out what is no picture, says why, and goes on with the others", async () => {
    const text = join(folder, "text.jpg")
    writeFileSync(text, "not a picture")
    const { code, output } = await start("--images", ".windmill/samples/01-beach-rider.jpg", text)
    assert.strictEqual(code, 1)
    assert.include(output, `${text} is not a picture in a known format: convert it`)
    assert.match(output, /1 of 1 image complete|Nothing to do/)
  })

  it("writes a report for all, whatever a picture is called", async () => {
    const long = join(folder, `${"x".repeat(251)}.jpg`)
    const server = createServer((_, response) => {
      response.setHeader("content-type", "image/jpeg")
      response.end(readFileSync(join(folder, ".windmill/samples/02-street.jpg")))
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    try {
      copyFileSync(join(folder, ".windmill/samples/01-beach-rider.jpg"), long)
      const { port } = server.address() as AddressInfo
      const url = `http://127.0.0.1:${port}/${"text".repeat(200)}.jpg`
      const output = join(folder, "long")
      const ended = await start("--output", output, "--images", ".windmill/samples/02-street.jpg", long, url)
      assert.strictEqual(ended.code, 0, ended.errors)
      assert.match(ended.output, /3 of 3 images complete/)
      assert.lengthOf(readdirSync(join(output, "overlays")), 3)
      const report = readFileSync(join(output, "report.html"), "utf8")
      for (const name of ["02-street.jpg", "x".repeat(251), "text".repeat(200)]) assert.include(report, name)
    } finally {
      server.close()
    }
  })

  it("works without the collector it is told of, and says so once, in the format that is wanted", async () => {
    const { code, errors, output } = await run("start", ["--no-dashboard", "--limit", "2"], undefined, {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
      OTEL_EXPORTER_OTLP_TIMEOUT: "100",
      OTEL_BSP_SCHEDULE_DELAY: "100",
      LOG_FORMAT: "json"
    })
    assert.strictEqual(code, 0, errors)
    assert.match(output, /2 of 2 images complete|Nothing to do/)
    const lines = errors.trimEnd().split("\n")
    assert.lengthOf(lines, 1, errors)
    assert.match(JSON.parse(lines[0]!).message, /^Traces cannot be sent to http:\/\/127\.0\.0\.1:1, and are lost/)
  })

  it.each([
    [["--services", "blip,yolo"], /No such service: yolo\. There are blip, clip/],
    [["--images", "no/such/folder"], /no\/such\/folder does not exist: check the path/],
    [["--farm", "none", "--config", "none.json"], /The service catalog none\.json cannot be used/],
    [["--output", ".windmill/samples/01-beach-rider.jpg/results"], /Cannot write to .*--output/],
    [["--harmonization", "magic"], /Unknown strategy magic: expected one of quorum/]
  ])("%j is refused in words, without a stack trace", async (args, expected) => {
    const { code, errors } = await start(...args)
    assert.strictEqual(code, 1)
    assert.match(errors, expected)
    assert.notMatch(errors, /\n\s+at /)
  })

  it("explains itself", async () => {
    const { code, output } = await start("--help")
    assert.strictEqual(code, 0)
    for (const flag of ["--images", "--services", "--limit", "--farm"]) assert.include(output, flag)
  })
})
