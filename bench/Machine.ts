/** The machine that something is measured on. */
import { cpus, totalmem } from "node:os"

/** @example describe() // => "2 cores of AMD EPYC, 24 GB, Node 20.20.2" */
export const describe = (): string => {
  const [cpu] = cpus()
  return `${cpus().length} cores of ${cpu?.model.trim()}, ${Math.round(totalmem() / 1024 ** 3)} GB, Node ${process.versions.node}`
}
