/**
 * Runs a target on inputs for a time, and holds it to its promises: it answers or refuses, never fails otherwise; it keeps
 * the thread for less than a second; and when it is done, it has let go of what it was given.
 */
import { assert } from "@effect/vitest"
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import { fileURLToPath } from "node:url"
import * as NodeV8 from "node:v8"
import * as NodeVm from "node:vm"
import * as Random from "../../farm/simulated/Random.ts"

/** Seconds for each target, and where the inputs begin. */
const seconds = Number(process.env["FUZZ_SECONDS"] ?? 2)
const seed = Number(process.env["FUZZ_SEED"] ?? 1)

/** A test may take longer than its budget by the last input and the fixtures. */
export const timeout = seconds * 1000 + 60_000

/** Milliseconds that one input may keep the thread. */
const mostBlocked = 1000

/** Bytes that may be held more at the end than after the first inputs. */
const mostGrown = 96 * 1024 * 1024

export interface Target {
  /** Also the folder of its fixtures. */
  readonly name: string
  readonly make: (random: Random.Random) => Uint8Array
  /** Fails where the program would have failed in a way that it does not speak of. */
  readonly run: (input: Uint8Array) => unknown
}

const found = fileURLToPath(new URL("found/", import.meta.url))
const fixtures = fileURLToPath(new URL("../fixtures/fuzz/", import.meta.url))

export const attack = async ({ make, name, run }: Target): Promise<void> => {
  const folder = NodePath.join(fixtures, name)
  const known = NodeFs.existsSync(folder) ? NodeFs.readdirSync(folder) : []
  for (const file of known) await tried(NodeFs.readFileSync(NodePath.join(folder, file)), run, file)
  const end = performance.now() + seconds * 1000
  let held = Infinity
  let inputs = 0
  for (; performance.now() < end; inputs++) {
    const input = make(Random.make(name, seed, inputs))
    try {
      await tried(input, run, `input ${inputs} of seed ${seed}`)
    } catch (problem) {
      NodeFs.mkdirSync(found, { recursive: true })
      const file = NodePath.join(found, `${name}-${seed}-${inputs}`)
      NodeFs.writeFileSync(file, input)
      throw new Error(`${name}: ${(problem as Error).message}: see ${file}`, { cause: problem })
    }
    if (inputs === 50) held = heldNow()
  }
  if (inputs > 100) assert.isBelow(heldNow() - held, mostGrown, `${name} holds on to memory after ${inputs} inputs`)
}

/** Tried again when it took long, for what is compiled or collected meanwhile is not the input's. */
const tried = async (input: Uint8Array, run: Target["run"], what: string) => {
  let blocked = Infinity
  for (let times = 0; times < 4 && blocked > mostBlocked; times++)
    blocked = Math.min(blocked, await blockedBy(input, run))
  assert.isBelow(blocked, mostBlocked, `${what} keeps the thread`)
}

/** Milliseconds of work of this thread in the longest time in which it did nothing else. */
const blockedBy = async (input: Uint8Array, run: Target["run"]): Promise<number> => {
  let last = worked()
  let longest = 0
  const look = () => {
    const now = worked()
    longest = Math.max(longest, now - last)
    last = now
  }
  const timer = setInterval(look, 20)
  try {
    await run(input)
    look()
  } finally {
    clearInterval(timer)
  }
  return longest
}

/**
 * Milliseconds in which this thread had a processor: on a busy machine it waits for one, and other threads collect garbage
 * and decode. Where the system does not tell, those of the whole process.
 *
 * @see https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
 */
const worked = (): number => {
  if (tellsOfThreads) return Number(NodeFs.readFileSync(ofThread, "utf8").split(" ")[0]) / 1e6
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}

const ofThread = "/proc/thread-self/schedstat"
const tellsOfThreads = NodeFs.existsSync(ofThread)

NodeV8.setFlagsFromString("--expose-gc")
const collect = NodeVm.runInNewContext("gc") as () => void

const heldNow = (): number => {
  collect()
  const { external, heapUsed } = process.memoryUsage()
  return external + heapUsed
}
