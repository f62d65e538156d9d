/** The server as the file it keeps in its data folder, `postmaster.pid`, describes it. */
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { isAlive } from "./Cluster.ts"

export interface Postmaster {
  readonly pid: number
  /** The folder of its socket. */
  readonly socketDirectory: string
}

/**
 * The server that runs on the data, if there is one. A file that names no server is removed: after a crash its number may
 * be another program's, and the server would refuse to start because of it.
 */
export const find = async (data: string): Promise<Postmaster | undefined> => {
  const file = Path.join(data, "postmaster.pid")
  const text = await Fs.readFile(file, "utf8").catch(() => undefined)
  if (text === undefined) return undefined
  const [pid, , , , socketDirectory] = text.split("\n")
  const found = { pid: Number(pid), socketDirectory: socketDirectory ?? "" }
  if (await isServer(found.pid)) return found
  await Fs.rm(file, { force: true })
  return undefined
}

/** Whether the process is a server: that it is one can be told on Linux, elsewhere only that it lives. */
const isServer = async (pid: number): Promise<boolean> => {
  if (!(pid > 0) || !isAlive(pid)) return false
  const status = await Fs.readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined)
  return status === undefined || /^\d+ \(postgres.*\) [^ZX]/.test(status)
}
