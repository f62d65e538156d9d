/** What the operating system allows this process. */
import { Effect } from "effect"
import type { Finding } from "../../domain/Finding.ts"

/** How many files may be open, and whether that is enough. Nothing is found where the system has no such limit. */
export const check = (needed: number): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.sync(() => {
    const limit = openFiles()
    if (limit === undefined) return []
    const found = { subject: "this machine", step: "open files" }
    const detail = `${limit === "unlimited" ? "any number" : limit} may be open in one program, some ${needed} are needed for all services`
    return limit === "unlimited" || limit >= needed
      ? [{ ...found, verdict: "fine" as const, detail }]
      : [{ ...found, verdict: "odd" as const, detail, remedy: "raise ulimit -n, or LimitNOFILE of the systemd unit" }]
  })

/** The limit in force, of which Node has already asked for as much as it may. */
const openFiles = (): number | "unlimited" | undefined => {
  const { userLimits } = process.report.getReport() as unknown as {
    readonly userLimits?: { readonly open_files?: { readonly soft: number | string } }
  }
  const soft = userLimits?.open_files?.soft
  return soft === undefined ? undefined : soft === "unlimited" ? soft : Number(soft)
}
