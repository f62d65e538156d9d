import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { vi } from "vitest"
import * as ProcessLimits from "../../../src/layers/files/ProcessLimits.ts"

/** What is found where so many files may be open. */
const check = (soft: number | string | undefined, needed: number) =>
  Effect.acquireUseRelease(
    Effect.sync(() => vi.spyOn(process.report, "getReport")),
    (report) => {
      report.mockReturnValue((soft === undefined ? {} : { userLimits: { open_files: { soft, hard: soft } } }) as never)
      return ProcessLimits.check(needed)
    },
    (report) => Effect.sync(() => report.mockRestore())
  )

describe("ProcessLimits", () => {
  it.effect("compares what is allowed with what is needed", () =>
    Effect.gen(function* () {
      const found = { subject: "this machine", step: "open files" }
      assert.deepEqual(yield* check(256, 300), [
        {
          ...found,
          verdict: "odd",
          detail: "256 may be open in one program, some 300 are needed for all services",
          remedy: "raise ulimit -n, or LimitNOFILE of the systemd unit"
        }
      ])
      assert.deepInclude((yield* check(300, 300))[0] as object, { ...found, verdict: "fine" })
      assert.deepInclude((yield* check("unlimited", 300))[0] as object, { ...found, verdict: "fine" })
      assert.deepEqual(yield* check(undefined, 300), [])
    })
  )

  it.effect("knows the limit of this process, where there is one", () =>
    Effect.map(ProcessLimits.check(1), (found) => {
      assert.deepEqual(
        found.map(({ verdict }) => verdict),
        process.platform === "win32" ? [] : ["fine"]
      )
    })
  )
})
