/** The file of the server's own messages. It is appended to, and set aside once when it has grown large. */
import * as Fs from "node:fs/promises"

/** Bytes after which the file is set aside, to be replaced by the next that is. */
const large = 16 * 1024 * 1024

export interface ServerLog {
  readonly file: Fs.FileHandle
  /** What the server had to complain about since the file was opened. */
  readonly complaints: () => Promise<string>
}

/** Opens the file for a server. */
export const open = async (path: string): Promise<ServerLog> => {
  if ((await sizeOf(path)) > large) await Fs.rename(path, `${path}.old`)
  const start = await sizeOf(path)
  return {
    file: await Fs.open(path, "a", 0o600),
    complaints: async () => {
      const written = (await Fs.readFile(path)).subarray(start).toString()
      const lines = written.split("\n").filter((line) => line !== "")
      const grave = lines.filter((line) => /(FATAL|PANIC|ERROR|HINT|DETAIL):|error while loading/.test(line))
      return (grave.length > 0 ? grave : lines).slice(-5).join("\n")
    }
  }
}

const sizeOf = (path: string): Promise<number> =>
  Fs.stat(path).then(
    ({ size }) => size,
    () => 0
  )
