/** Noting who did what. */
import { Effect, Option } from "effect"
import { ActionLog, CurrentPerson, ProvenSender } from "../../services/ActionLog.ts"

/** Notes an action that was done. That it cannot be noted now does not undo it; it is said in the log of the program. */
export const note = Effect.fnUntraced(function* (what: string, count?: number) {
  const log = yield* ActionLog
  const by = yield* CurrentPerson
  yield* log
    .note({ by, what, ...(count === undefined ? {} : { count }) })
    .pipe(Effect.catch((error) => Effect.logWarning(`It is not noted that ${by} did this: ${what}. ${error.message}`)))
})

/**
 * Notes an action under the name that was given for it. Whose token it came with follows in parentheses when that is not the
 * name: a name that anybody can give says nothing about others.
 */
export const noteAs = Effect.fnUntraced(function* (name: string, what: string, count?: number) {
  const sender = yield* ProvenSender
  const by = Option.isNone(sender) || sender.value === name ? name : `${name} (${sender.value})`
  yield* Effect.provideService(note(what, count), CurrentPerson, by)
})

/** Notes what was done to as many things as come of it, if there were any. */
export const noting =
  (what: string) =>
  <E, R>(count: Effect.Effect<number, E, R>): Effect.Effect<number, E, R> =>
    Effect.tap(count, (count) => (count === 0 ? Effect.void : note(what, count)))
