/**
 * Scrolls through many images in a real browser and looks at how long its frames take.
 *
 *     npm run bench:frames -- --images 100000
 *
 * The images are those of the samples, again and again, with all that is known of them. Frames are *long animation frames* as browsers
 * report them: from the first task to the end of its painting, 50 ms or more; they are *blocked* when one of their tasks takes that
 * long. Needs Chromium (`CHROMIUM`), which draws without a GPU here. The API, which makes the pictures small and has a machine of its
 * own elsewhere, gives way to it. `--passes` how often the same is done (3), `--out` where to write (bench/results).
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { constants, setPriority, tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Pool } from "pg"
import { chromium, type Page } from "playwright-core"
import { table } from "../accuracy/Table.ts"
import * as Machine from "../Machine.ts"
import * as Processes from "../speed/Processes.ts"

const { values: flags } = parseArgs({
  options: {
    images: { type: "string", default: "100000" },
    passes: { type: "string", default: "3" },
    out: { type: "string", default: "bench/results" }
  }
})
const images = Number(flags.images)

/** Tables of what is known of an image. */
const known = ["boxes", "box_details", "findings", "image_words", "derivations", "image_changes"]

/** Copies the images of the samples, with all that is known of them, until there are enough. */
const multiply = async (database: Pool): Promise<void> => {
  const client = await database.connect()
  const columnsOf = async (name: string): Promise<ReadonlyArray<string>> =>
    (
      await client.query<{ name: string }>(
        "SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 AND is_generated = 'NEVER'",
        [name]
      )
    ).rows.map((row) => row.name)
  try {
    // What triggers would note is copied as well.
    await client.query("SET session_replication_role = replica")
    const { rows } = await client.query<{ samples: number; last: number }>(
      "SELECT count(*)::int AS samples, max(image_id)::int AS last FROM images"
    )
    const { last, samples } = rows[0]!
    const rounds = Math.ceil(images / samples) - 1
    for (const name of ["images", ...known]) {
      const columns = await columnsOf(name)
      const values = columns.map((column) => {
        if (column === "image_id") return `image_id + ${last} * round`
        if (column === "source_key") return "source_key || '#' || round"
        return column
      })
      await client.query(
        `INSERT INTO ${name} (${columns.join(", ")}) ${name === "images" ? "OVERRIDING SYSTEM VALUE" : ""}
         SELECT ${values.join(", ")} FROM ${name}, generate_series(1, ${rounds}) AS round
         WHERE image_id <= ${last}`
      )
    }
    await client.query("ANALYZE")
  } finally {
    client.release()
  }
}

interface Frames {
  /** All that were painted. */
  readonly painted: number
  /** Milliseconds of those of 50 and more. */
  readonly long: ReadonlyArray<number>
  /** Those of them in which one task took that long. */
  readonly blocked: number
}

/** Ways to go through the list. */
const ways = {
  "wheel, 1,000 px/s": (page: Page) => gesture(page, 1000, 10_000),
  "wheel, 3,000 px/s": (page: Page) => gesture(page, 3000, 30_000),
  "wheel, 15,000 px/s": (page: Page) => gesture(page, 15_000, 150_000),
  "jumps with the scroll bar": async (page: Page) => {
    for (let jump = 1; jump <= 20; jump++) {
      const share = ((jump * 7) % 20) / 20
      await page.evaluate(`scrollTo(0, ${share} * document.documentElement.scrollHeight)`)
      await page.waitForTimeout(400)
    }
  }
}

const gesture = async (page: Page, speed: number, distance: number): Promise<void> => {
  const input = await page.context().newCDPSession(page)
  await input.send("Input.synthesizeScrollGesture", {
    x: 700,
    y: 500,
    yDistance: -distance,
    speed,
    gestureSourceType: "mouse"
  })
}

/** Counts frames in the page. */
const counting = `
  frames = { painted: 0, long: [], blocked: 0, isOver: false }
  const observer = new PerformanceObserver((list) => {
    for (const { blockingDuration, duration } of list.getEntries()) {
      frames.long.push(duration)
      if (blockingDuration > 0) frames.blocked++
    }
  })
  observer.observe({ type: "long-animation-frame" })
  const count = () => {
    if (frames.isOver) return observer.disconnect()
    frames.painted++
    requestAnimationFrame(count)
  }
  requestAnimationFrame(count)`

/** The frames while something is done in the page. */
const framesWhile = async (page: Page, act: (page: Page) => Promise<void>): Promise<Frames> => {
  await page.evaluate(`{ ${counting} }`)
  await act(page)
  await page.waitForTimeout(1000)
  return page.evaluate<Frames>("frames.isOver = true, frames")
}

const environment = { PATH: process.env["PATH"] ?? "" }
const folder = mkdtempSync(join(tmpdir(), "windmill-bench-frames-"))
try {
  const data = join(folder, "data")
  const run = Processes.program("start", ["--data", data, "--no-dashboard"], environment)
  await Processes.wrote(run, /report {2}/)
  await run.ended
  const opened = Processes.program("sql", ["--data", data], environment)
  const [, host, user, name] = await Processes.wrote(opened, /psql -h (\S+) -U (\S+) (\S+)/)
  const url = `postgres://${user}@localhost/${name}?host=${encodeURIComponent(host!)}`
  const pool = new Pool({ connectionString: url })
  try {
    await multiply(pool)
    const api = Processes.program("api", ["--port", "0"], {
      ...environment,
      DATABASE_URL: url,
      AMQP_URL: process.env["AMQP_URL"] ?? "amqp://guest:guest@127.0.0.1:5672",
      QUEUE_PREFIX: "bench.frames."
    })
    const [address] = await Processes.wrote(api, /http:[^\s,]+/)
    setPriority(api.pid, constants.priority.PRIORITY_LOW)
    const browser = await chromium.launch({
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    })
    try {
      const rows: Array<ReadonlyArray<string>> = []
      for (let pass = 1; pass <= Number(flags.passes); pass++) {
        const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage()
        await page.goto(`${address}/#/images`)
        await page.locator(".tile b").nth(10).waitFor()
        for (const [way, act] of Object.entries(ways)) {
          const { blocked, long, painted } = await framesWhile(page, act)
          const longest = Math.max(0, ...long)
          const row = [way, String(painted), String(long.length), longest.toFixed(0), String(blocked)]
          rows.push(row)
          process.stderr.write(`${row.join("  ")}\n`)
          await page.evaluate("scrollTo(0, 0)")
          await page.waitForTimeout(1000)
        }
        await page.context().close()
      }
      const text = [
        "# Frames of the list of images",
        `Written by \`npm run bench:frames -- --images ${images}\` on ${new Date().toISOString().slice(0, 10)}: ${Machine.describe()}; ` +
          "the database, the API (which gives way) and Chromium, which draws without a GPU, share them. *Blocked* are long frames with a task of 50 ms and more.",
        table(["way through the list", "frames", "of 50 ms and more", "longest, ms", "blocked"], rows)
      ].join("\n\n")
      process.stdout.write(`${text}\n`)
      mkdirSync(flags.out, { recursive: true })
      writeFileSync(join(flags.out, "frames.md"), `${text}\n`)
    } finally {
      await browser.close()
      await api.stop()
    }
  } finally {
    await pool.end()
    await opened.stop()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
