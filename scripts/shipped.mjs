/** The packages that a deployment runs or a browser gets, by `package-lock.json`: for all platforms, without what builds and tests. */
import * as NodeFs from "node:fs"

/** What is for building, and part of the pages that are built. */
const inPages = new Set(["preact", "@preact/signals", "@preact/signals-core"])

const { packages } = JSON.parse(NodeFs.readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"))

const entries = Object.entries(packages).flatMap(([path, entry]) => {
  const name = entry.name ?? path.split("node_modules/").at(-1)
  const isShipped = path !== "" && (entry.dev !== true || inPages.has(name))
  return isShipped ? [[`${name}@${entry.version}`, { ...entry, name }]] : []
})

/** Each once, in the order of their names. */
export const shipped = [...new Map(entries).values()].sort((a, b) =>
  `${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1
)
