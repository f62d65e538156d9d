/** Noting who did what. */
import { Effect } from "effect"
import { ActionLog, CurrentPerson } from "../../services/ActionLog.ts"

/** Notes an action that was done. That it cannot be noted now does not undo it; it is said in the log of the program. */
export const note = Effect.fnUntraced(function* (what: string, count?: number) {
  const log = yield* ActionLog
  const by = yield* CurrentPerson
  yield* log
    .note({ by, what, ...(count === undefined ? {} : { count }) })
    .pipe(Effect.catch((error) => Effect.logWarning(`It is not noted that ${by} did this: ${what}. ${error.message}`)))
})

/** Notes what was done to as many things as come of it, if there were any. */
export const noting =
  (what: string) =>
  <E, R>(count: Effect.Effect<number, E, R>): Effect.Effect<number, E, R> =>
    Effect.tap(count, (count) => (count === 0 ? Effect.void : note(what, count)))
