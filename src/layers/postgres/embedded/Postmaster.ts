/** The server as the file it keeps in its data folder, `postmaster.pid`, describes it. */
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { setTimeout } from "node:timers/promises"

export interface Postmaster {
  readonly pid: number
  /** The folder of its socket. */
  readonly socketDirectory: string
}

/**
 * The server that runs on the data, if there is one.
 *
 * After a crash of the machine the number in the file may be another program's, and the server would refuse to start because
 * of it: such a file is removed, and so is an empty one. One with the number of a process that is gone is left for the
 * server to judge.
 */
export const find = async (data: string): Promise<Postmaster | undefined> => {
  const path = Path.join(data, "postmaster.pid")
  const text = await fullyWritten(path)
  if (text === undefined) return undefined
  const [pid, , , , socketDirectory = ""] = text.split("\n")
  if (await isRunning(Number(pid))) return { pid: Number(pid), socketDirectory }
  if (Path.basename(socketDirectory).startsWith(socketPrefix)) {
    await Fs.rm(socketDirectory, { recursive: true, force: true })
  }
  if ((text === "" || isAlive(Number(pid))) && (await read(path)) === text) await Fs.rm(path, { force: true })
  return undefined
}

/** The text of the file when it names a socket, or after some time in which a server would have written that. */
const fullyWritten = async (path: string): Promise<string | undefined> => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const text = await read(path)
    if (text === undefined || text.split("\n")[4]) return text
    await setTimeout(20)
  }
  return read(path)
}

const read = (path: string): Promise<string | undefined> => Fs.readFile(path, "utf8").catch(() => undefined)

/** How the names of folders begin that are made for a socket alone. */
export const socketPrefix = "windmill-"

/** Whether the process is a server: that it is one can be told on Linux, elsewhere only that it lives. */
export const isRunning = async (pid: number): Promise<boolean> => {
  if (!isAlive(pid)) return false
  const status = await Fs.readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined)
  return status === undefined || /^\d+ \(postgres.*\) [^ZX]/.test(status)
}

/** Whether there is a process of that number. */
export const isAlive = (pid: number): boolean => {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"
  }
}
