/**
 * Preloaded by a program that is measured: how late its event loop is, its memory, and whose the CPU is.
 *
 * Written when the program ends, to the file that `PROBE` names. Linux only: the CPU of threads is read from `/proc`.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { monitorEventLoopDelay } from "node:perf_hooks"
import worker from "node:worker_threads"

/** Seconds are of CPU, memory is in bytes, delays are in milliseconds. */
export interface Findings {
  /** Of the process, all threads together. */
  readonly process: number
  /** Of the threads that run models or measure. What the library for pictures does for them is not in it. */
  readonly models: number
  /** Of its child processes: PostgreSQL. */
  readonly children: number
  readonly delayP50: number
  readonly delayP99: number
  /** Every two seconds. */
  readonly memory: ReadonlyArray<number>
}

/** Ticks of the kernel's clock in a second. */
const ticks = 100

/** The fields of a `stat` file after the name, which may hold spaces. Field 11 is the time in user mode, in ticks. */
const fieldsOf = (path: string): ReadonlyArray<number> =>
  readFileSync(path, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")
    .map(Number)

const secondsIn = (fields: ReadonlyArray<number>, at: number): number => (fields[at]! + fields[at + 1]!) / ticks

const probe = (file: string): void => {
  const threads = () => readdirSync("/proc/self/task")
  const models = new Map<string, number>()
  const Original = worker.Worker
  worker.Worker = class extends Original {
    constructor(...options: ConstructorParameters<typeof Original>) {
      const before = new Set(threads())
      super(...options)
      for (const thread of threads()) if (!before.has(thread)) models.set(thread, 0)
    }
  }
  syncBuiltinESMExports()
  const delay = monitorEventLoopDelay({ resolution: 5 })
  // What the start takes is not what is measured.
  setTimeout(() => delay.enable(), 10_000).unref()
  const memory: Array<number> = []
  const sample = () => {
    memory.push(process.memoryUsage.rss())
    for (const thread of threads()) {
      if (models.has(thread)) models.set(thread, secondsIn(fieldsOf(`/proc/self/task/${thread}/stat`), 11))
    }
  }
  setInterval(sample, 2000).unref()
  process.on("exit", () => {
    sample()
    const { system, user } = process.cpuUsage()
    const findings: Findings = {
      process: (user + system) / 1e6,
      models: [...models.values()].reduce((sum, seconds) => sum + seconds, 0),
      children: secondsIn(fieldsOf("/proc/self/stat"), 13),
      delayP50: delay.percentile(50) / 1e6,
      delayP99: delay.percentile(99) / 1e6,
      memory
    }
    writeFileSync(file, JSON.stringify(findings))
  })
}

const file = process.env["PROBE"]
if (file !== undefined && worker.isMainThread) {
  // Programs that the program starts are not measured.
  delete process.env["PROBE"]
  probe(file)
}
