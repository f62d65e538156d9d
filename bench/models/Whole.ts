/**
 * The whole program on photos, from files to the report: what it costs beside the services that it asks.
 *
 * The services run in a process of their own, so that one sees whose the CPU is. Others like them are asked the same again by a
 * loop that does nothing else (`Alone.ts`).
 */
import { Result } from "effect"
import { spawn } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { extname, join } from "node:path"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import * as ServiceCatalog from "../../src/domain/ServiceCatalog.ts"
import { oneDecimal, table } from "../accuracy/Table.ts"
import * as Alone from "./Alone.ts"
import type { Findings } from "./Probe.ts"

export interface Options {
  readonly count: number
  readonly services: string
  /** The models run in the process of the program, as they do for whoever starts it, and not in one of their own. */
  readonly together: boolean
}

/** Runs the program on as many photos, each taken as often as it needs, and says what was measured. */
export const measure = async (
  photos: ReadonlyArray<string>,
  { count, services, together }: Options
): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "windmill-bench-models-"))
  try {
    const images = join(folder, "images")
    mkdirSync(images)
    for (let index = 0; index < count; index++) {
      const photo = photos[index % photos.length]!
      copyFileSync(photo, join(images, `${String(index).padStart(6, "0")}${extname(photo)}`))
    }
    const run = async (...answering: ReadonlyArray<string>) => {
      // A process with nothing to do: how late an event loop is because of the machine.
      const idle = monitorEventLoopDelay({ resolution: 5 })
      idle.enable()
      const began = performance.now()
      const options = [...answering, "--images", images, "--services", services, "--no-dashboard"]
      await start("start", options, folder).ended
      idle.disable()
      return { count, seconds: (performance.now() - began) / 1000, idle: idle.percentile(99) / 1e6 }
    }
    if (together) {
      const ran = await run("--farm", "models")
      return describeTogether(findingsOf("start", folder), ran)
    }
    const ran = await withFarm(folder, (config) => run("--farm", "none", "--config", config))
    const cpu = describe(findingsOf("farm", folder), findingsOf("start", folder), ran)
    const { asked, seconds } = await Alone.read(join(folder, "start"))
    const alone = await withFarm(folder, (config) => Alone.answer(asked, addressesIn(config)))
    return [cpu, describeAlone({ asked, seconds, alone })].join("\n\n")
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Services in a process of their own, as long as `use` takes; it gets the file that says where they are. */
const withFarm = async <A>(folder: string, use: (config: string) => Promise<A>): Promise<A> => {
  const config = join(folder, "service_config.json")
  rmSync(config, { force: true })
  const farm = start("farm", ["--models", "--port-base", "0", "--write-config", config], folder)
  try {
    await until(() => existsSync(config))
    return await use(config)
  } finally {
    farm.stop()
    await farm.ended
  }
}

const addressesIn = (config: string): Readonly<Record<string, string>> => {
  const catalog = Result.getOrThrow(ServiceCatalog.decode(JSON.parse(readFileSync(config, "utf8"))))
  return Object.fromEntries(catalog.map((service) => [service.id, ServiceCatalog.analyzeUrl(service)]))
}

const probe = new URL("./Probe.js", import.meta.url)

/** Starts a program, which leaves what was measured of it in the folder when it ends. */
const start = (program: "farm" | "start", options: ReadonlyArray<string>, folder: string) => {
  const path = fileURLToPath(new URL(`../../../programs/${program}.js`, import.meta.url))
  const child = spawn(process.execPath, ["--import", probe.href, path, "--data", join(folder, program), ...options], {
    env: { ...process.env, PROBE: join(folder, `${program}.json`) },
    stdio: ["ignore", "ignore", "inherit"]
  })
  return {
    stop: () => void child.kill("SIGTERM"),
    ended: new Promise<void>((resume, fail) => {
      child.on("error", fail)
      child.on("exit", (code) => (code === 0 ? resume() : fail(new Error(`${program} ended with ${code}.`))))
    })
  }
}

const findingsOf = (program: string, folder: string): Findings =>
  JSON.parse(readFileSync(join(folder, `${program}.json`), "utf8")) as Findings

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await setTimeout(100)
}

interface Ran {
  readonly count: number
  readonly seconds: number
  /** Milliseconds. */
  readonly idle: number
}

const describe = (farm: Findings, windmill: Findings, ran: Ran): string =>
  text(
    ran,
    [
      ["services: networks, their decoders, what is measured", farm.models],
      ["services: decoding and scaling pictures, HTTP", farm.process - farm.models],
      ["Windmill", windmill.process],
      ["PostgreSQL", windmill.children]
    ],
    [
      ["services", farm],
      ["Windmill", windmill]
    ]
  )

const describeAlone = ({ alone, asked, seconds }: Alone.Run & { readonly alone: number }): string => {
  const crops = asked.reduce((sum, { crops }) => sum + crops.length, 0)
  const questions = asked.reduce((sum, { services }) => sum + services.length, crops)
  const perPhoto = (all: number) => oneDecimal((1000 * all) / asked.length)
  return [
    `${questions} questions, ${crops} of them about crops. Asked by a loop that does nothing else, models take ${(alone / seconds).toFixed(2)} of the time:`,
    table(
      ["from the first answer to the last", "ms per photo"],
      [
        ["whole program", perPhoto(seconds)],
        ["the same questions, forms and crops made before", perPhoto(alone)]
      ]
    )
  ].join("\n\n")
}

const describeTogether = (all: Findings, ran: Ran): string =>
  text(
    ran,
    [
      ["services: networks, their decoders, what is measured", all.models],
      ["all else of the process", all.process - all.models],
      ["PostgreSQL", all.children]
    ],
    [["all", all]]
  )

const text = (
  { count, idle, seconds }: Ran,
  parts: ReadonlyArray<readonly [name: string, seconds: number]>,
  processes: ReadonlyArray<readonly [name: string, findings: Findings]>
): string => {
  const total = parts.reduce((sum, [, part]) => sum + part, 0)
  const at = ({ memory }: Findings, part: number) =>
    String(Math.round(memory[Math.min(memory.length - 1, Math.floor(part * memory.length))]! / 1e6))
  return [
    `# The whole program\n\n${count} photos in ${Math.round(seconds)} s, from files to the report, with the start of everything.`,
    table(
      ["CPU", "ms per photo", "share"],
      parts.map(([name, part]) => [name, oneDecimal((1000 * part) / count), `${oneDecimal((100 * part) / total)} %`])
    ),
    table(
      ["process", "event loop late p50 ms", "p99", "RSS MB at each fifth"],
      [
        ...processes.map(([name, findings]) => [
          name,
          oneDecimal(findings.delayP50),
          oneDecimal(findings.delayP99),
          [0.2, 0.4, 0.6, 0.8, 1].map((part) => at(findings, part)).join(", ")
        ]),
        ["nothing to do", "", oneDecimal(idle), ""]
      ]
    )
  ].join("\n\n")
}
