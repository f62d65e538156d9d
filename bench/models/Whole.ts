/**
 * The whole program on photos, from files to the report: what it costs beside the services that it asks.
 *
 * The services run in a process of their own, so that one sees whose the CPU is. What they take is what models take alone.
 */
import { spawn } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { extname, join } from "node:path"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { oneDecimal, table } from "../accuracy/Table.ts"
import type { Findings } from "./Probe.ts"

/** Runs the program on as many photos, each taken as often as it needs, and says what was measured. */
export const measure = async (
  photos: ReadonlyArray<string>,
  { count, services }: { readonly count: number; readonly services: string }
): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "windmill-bench-models-"))
  try {
    const images = join(folder, "images")
    mkdirSync(images)
    for (let index = 0; index < count; index++) {
      const photo = photos[index % photos.length]!
      copyFileSync(photo, join(images, `${String(index).padStart(6, "0")}${extname(photo)}`))
    }
    const config = join(folder, "service_config.json")
    const farm = start("farm", ["--models", "--port-base", "0", "--write-config", config], folder)
    try {
      await until(() => existsSync(config))
      // A process with nothing to do: how late an event loop is because of the machine.
      const idle = monitorEventLoopDelay({ resolution: 5 })
      idle.enable()
      const began = performance.now()
      const options = [
        "--farm",
        "none",
        "--config",
        config,
        "--images",
        images,
        "--services",
        services,
        "--no-dashboard"
      ]
      await start("start", options, folder).ended
      const seconds = (performance.now() - began) / 1000
      idle.disable()
      farm.stop()
      await farm.ended
      return describe(findingsOf("farm", folder), findingsOf("start", folder), {
        count,
        seconds,
        idle: idle.percentile(99) / 1e6
      })
    } finally {
      farm.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
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

const describe = (
  farm: Findings,
  windmill: Findings,
  { count, idle, seconds }: { readonly count: number; readonly idle: number; readonly seconds: number }
): string => {
  const total = farm.process + windmill.process + windmill.children
  const row = (name: string, part: number) => [
    name,
    oneDecimal((1000 * part) / count),
    `${oneDecimal((100 * part) / total)} %`
  ]
  const at = ({ memory }: Findings, part: number) =>
    String(Math.round(memory[Math.min(memory.length - 1, Math.floor(part * memory.length))]! / 1e6))
  const process = (name: string, findings: Findings) => [
    name,
    oneDecimal(findings.delayP50),
    oneDecimal(findings.delayP99),
    [0.2, 0.4, 0.6, 0.8, 1].map((part) => at(findings, part)).join(", ")
  ]
  return [
    `# The whole program\n\n${count} photos in ${Math.round(seconds)} s, from files to the report, with the start of everything.`,
    table(
      ["CPU", "ms per photo", "share"],
      [
        row("services: networks and their decoders", farm.models),
        row("services: decoding pictures, measuring, HTTP", farm.process - farm.models),
        row("Windmill", windmill.process),
        row("PostgreSQL", windmill.children)
      ]
    ),
    table(
      ["process", "event loop late p50 ms", "p99", "RSS MB at each fifth"],
      [process("services", farm), process("Windmill", windmill), ["nothing to do", "", oneDecimal(idle), ""]]
    )
  ].join("\n\n")
}
