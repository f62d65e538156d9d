/** Outcomes as the columns that `results` and `postprocessing` have in common. */
import type { FailureClass, Outcome } from "../../domain/Facts.ts"
import * as Columns from "./Columns.ts"

/** The columns of an outcome as they are read. `data` of a failure is null when there was no reply. */
export interface OutcomeRow {
  readonly status: "success" | "failed"
  readonly data: unknown
  readonly error_class: FailureClass | null
  readonly error_reason: string | null
  readonly processing_time: number | null
}

/** The outcomes as one parameter per column. */
export const columns = (outcomes: ReadonlyArray<Outcome>) => ({
  statuses: Columns.texts(outcomes.map(({ _tag }) => (_tag === "Success" ? "success" : "failed"))),
  data: Columns.documents(outcomes.map(({ data }) => data)),
  errorClasses: Columns.texts(outcomes.map((outcome) => (outcome._tag === "Failure" ? outcome.class : undefined))),
  errorReasons: Columns.texts(outcomes.map((outcome) => (outcome._tag === "Failure" ? outcome.reason : undefined))),
  processingTimes: Columns.floats(
    outcomes.map((outcome) => (outcome._tag === "Success" ? outcome.processingTime : undefined))
  )
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
