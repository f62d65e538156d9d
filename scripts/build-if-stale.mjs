/** Builds what the programs run, unless the last build is as new as everything it is made of. */
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, statSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const sources = [
  "src",
  "farm",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "vite.config.ts",
  "vite.programs.config.ts",
  "vite.report.config.ts"
]

/** When the file, or anything in the folder, last changed. A folder changes when something in it is deleted, too. */
const changed = (path) => {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  return Math.max(
    stat.mtimeMs,
    ...(stat.isDirectory() ? readdirSync(path).map((name) => changed(join(path, name))) : [])
  )
}

/** What a build writes last, in every case. */
const built = changed(join(root, "dist/report/report.html"))

if (built < Math.max(...sources.map((name) => changed(join(root, name))))) {
  const begin = Date.now()
  // Not on stdout, which is for what was asked for.
  console.error(`Building Windmill${built === 0 ? ", which takes half a minute the first time" : ""} …`)
  const { status } = spawnSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", 2, 2] })
  if (status !== 0) process.exit(status ?? 1)
  console.error(`Built in ${Math.round((Date.now() - begin) / 1000)} s`)
}
