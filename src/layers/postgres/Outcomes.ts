/** Outcomes as the columns that `results` and `postprocessing` have in common. */
import { Effect } from "effect"
import type { FailureClass, Outcome } from "../../domain/Facts.ts"
import * as Columns from "./Columns.ts"
import { Unstorable } from "./Failures.ts"

/** The columns of an outcome as they are read. `data` of a failure is null when there was no reply. */
export interface OutcomeRow {
  readonly status: "success" | "failed"
  readonly data: unknown
  readonly error_class: FailureClass | null
  readonly error_reason: string | null
  readonly processing_time: number | null
}

/** The outcomes as one parameter per column. A reply may be nested too deeply, or be too long, to be written as text. */
export const columns = (outcomes: ReadonlyArray<Outcome>) =>
  Effect.try({
    try: () => ({
      statuses: Columns.texts(outcomes.map(({ _tag }) => (_tag === "Success" ? "success" : "failed"))),
      data: Columns.documents(outcomes.map(({ data }) => data)),
      errorClasses: Columns.texts(outcomes.map((outcome) => (outcome._tag === "Failure" ? outcome.class : undefined))),
      errorReasons: Columns.texts(outcomes.map((outcome) => (outcome._tag === "Failure" ? outcome.reason : undefined))),
      processingTimes: Columns.floats(
        outcomes.map((outcome) => (outcome._tag === "Success" ? outcome.processingTime : undefined))
      )
    }),
    catch: (cause) => new Unstorable({ cause })
  })

/** The outcome of a row. */
export const fromRow = (row: OutcomeRow): Outcome => {
  const data = row.data as Extract<Outcome, { readonly _tag: "Success" }>["data"]
  if (row.status === "success") {
    return row.processing_time === null
      ? { _tag: "Success", data }
      : { _tag: "Success", data, processingTime: row.processing_time }
  }
  const failure = { _tag: "Failure", class: row.error_class ?? "unavailable", reason: row.error_reason ?? "" } as const
  return row.data === null ? failure : { ...failure, data }
}
