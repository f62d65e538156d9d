/** The user a server runs as: this one, except that root must not. */
import * as Fs from "node:fs/promises"

export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/**
 * Whom the server of a root process runs as: the owner of its data when there are some, otherwise `nobody`. `undefined`
 * when this process is not root's: the server then runs as its user.
 */
export const find = async (data: string): Promise<ServerUser | undefined> => {
  if (process.getuid?.() !== 0) return undefined
  const owner = await Fs.stat(data).catch(() => undefined)
  return owner !== undefined && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : await nobody()
}

/** The user `nobody` by the system's list of users. */
const nobody = async (): Promise<ServerUser> => {
  const users = await Fs.readFile("/etc/passwd", "utf8").catch(() => "")
  const found = /^nobody:[^:]*:(\d+):(\d+):/m.exec(users)
  return found === null ? { uid: 65534, gid: 65534 } : { uid: Number(found[1]), gid: Number(found[2]) }
}
