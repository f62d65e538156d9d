/** Programs in processes of their own, and the CPU time and memory they use. Linux only, for `/proc`. */
import { spawn } from "node:child_process"
import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { fileURLToPath } from "node:url"

export interface Process {
  readonly pid: number
  /** Microseconds of CPU that the process has used, in all its threads. */
  readonly cpu: () => number
  /** Bytes of memory that the process has; none when it is gone. */
  readonly memory: () => number | undefined
  /** Ends with the exit code. */
  readonly ended: Promise<number | null>
  /** What it wrote. */
  readonly said: () => string
  readonly stop: () => Promise<void>
}

type Environment = Readonly<Record<string, string>>

/** Starts one of windmill's programs, as `npm run build` made it. */
export const program = (name: string, args: ReadonlyArray<string>, environment: Environment): Process =>
  start(fileURLToPath(new URL(`../../../programs/${name}.js`, import.meta.url)), args, environment)

/** Starts one of the programs that windmill is compared with, or a service. */
export const contestant = (name: string, environment: Environment): Process =>
  start(fileURLToPath(new URL(`./contestants/${name}.js`, import.meta.url)), [], environment)

const start = (file: string, args: ReadonlyArray<string>, env: Environment): Process => {
  const child = spawn(process.execPath, [file, ...args], { env, stdio: ["ignore", "pipe", "pipe"] })
  const words: Array<string> = []
  child.stdout.on("data", (chunk: Buffer) => words.push(chunk.toString()))
  child.stderr.on("data", (chunk: Buffer) => words.push(chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)))
  return {
    pid: child.pid!,
    cpu: () => cpuOf(child.pid!),
    memory: () => (child.exitCode === null ? memoryOf(child.pid!) : undefined),
    ended,
    said: () => words.join(""),
    stop: async () => {
      child.kill("SIGTERM")
      await ended
    }
  }
}

/** Bytes of memory that a process has. */
export const memoryOf = (pid: number): number | undefined => {
  const found = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))
  return found === null ? undefined : Number(found[1]) * 1024
}

/** Microseconds of CPU that a process has used, in all its threads. */
export const cpuOf = (pid: number): number => statOf(pid).own

/** The same, with all processes that it ever started: those that run, and those that have ended. */
export const cpuOfFamily = (pid: number): number => {
  const { ended, own } = statOf(pid)
  const running = readdirSync("/proc").filter((name) => /^\d+$/.test(name))
  const children = running.map((name) => statOf(Number(name))).filter(({ parent }) => parent === pid)
  return children.reduce((sum, child) => sum + child.own, own + ended)
}

const statOf = (pid: number) => {
  try {
    // After the name of the program, which may hold spaces. Times are in hundredths of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ").map(Number)
    const time = (first: number) => (fields[first]! + fields[first + 1]!) * 10_000
    return { parent: fields[1]!, own: time(11), ended: time(13) }
  } catch {
    return { parent: 0, own: 0, ended: 0 }
  }
}

/** The process of this machine that listens on a port, if it can be seen. */
export const listenerOf = (port: number): number | undefined => {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")}`
  const sockets = ["tcp", "tcp6"].flatMap((kind) =>
    readFileSync(`/proc/net/${kind}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .flatMap(([, local, , state, , , , , , inode]) =>
        local?.endsWith(hex) === true && state === "0A" ? [`socket:[${inode}]`] : []
      )
  )
  const isOpen = (file: string) => {
    try {
      return sockets.includes(readlinkSync(file))
    } catch {
      return false
    }
  }
  const filesOf = (pid: string) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).map((name) => `/proc/${pid}/fd/${name}`)
    } catch {
      return []
    }
  }
  const found = readdirSync("/proc").find((name) => /^\d+$/.test(name) && filesOf(name).some(isOpen))
  return found === undefined ? undefined : Number(found)
}

/** How far a process was at some moment. */
export interface Sample {
  readonly done: number
  /** Milliseconds of a clock that only goes forward. */
  readonly at: number
  /** Microseconds of CPU used until then. */
  readonly cpu: number
}

/**
 * Lets processes work until `count` gets to `total`, stops them, and returns how far the first of them was in between.
 * Fails when it ends before, or gets nowhere for a minute.
 */
export const watch = async (
  processes: readonly [Process, ...ReadonlyArray<Process>],
  count: () => Promise<number>,
  total: number
): Promise<ReadonlyArray<Sample>> => {
  const [first] = processes
  const samples: Array<Sample> = []
  let hasEnded = false
  void first.ended.then(() => (hasEnded = true))
  try {
    let moved = performance.now()
    for (;;) {
      const done = await count()
      const at = performance.now()
      if (done > (samples.at(-1)?.done ?? 0)) moved = at
      if (hasEnded || at - moved > 60_000) {
        throw new Error(`A program stays at ${done} of ${total}: ${processes.map(({ said }) => said()).join("\n")}`)
      }
      samples.push({ done, at, cpu: first.cpu() })
      if (done >= total) return samples
      await pause(25)
    }
  } finally {
    await Promise.all(processes.map(({ stop }) => stop()))
  }
}

/** The pace between the first sample after `warmUp` and the last one before the end. */
export const paceOf = (samples: ReadonlyArray<Sample>, warmUp: number): Pace => {
  const total = samples.at(-1)!.done
  const window = samples.filter(({ done }) => done >= warmUp && done < total)
  const [first, last] = [window[0], window.at(-1)]
  if (first === undefined || last === undefined || first.done === last.done) throw new Error("Too few to measure")
  const done = last.done - first.done
  return { rate: (1000 * done) / (last.at - first.at), cpu: (last.cpu - first.cpu) / done }
}

export interface Pace {
  /** Per second. */
  readonly rate: number
  /** Microseconds of CPU for each. */
  readonly cpu: number
}

/** Looks again and again until it is so; fails after ten minutes. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const start = performance.now()
  while (!(await holds())) {
    if (performance.now() - start > 600_000) throw new Error("It takes longer than ten minutes")
    await pause(10)
  }
}

/** Waits until a process has written that, and returns it; fails when the process ends before. */
export const wrote = async ({ ended, said }: Process, words: RegExp): Promise<RegExpExecArray> => {
  let hasEnded = false
  void ended.then(() => (hasEnded = true))
  await until(() => hasEnded || words.test(said()))
  const found = words.exec(said())
  if (found === null) throw new Error(`A program ended before it wrote ${words}: ${said()}`)
  return found
}

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
