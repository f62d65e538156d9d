/** What people change while programs run, which each program looks for. */
import { Effect, Schedule } from "effect"

/** Looks once a second until the scope closes, untraced. While the database is away, what was found last counts. */
export const everySecond = <A, E, R>(look: Effect.Effect<A, E, R>) =>
  Effect.ignore(look).pipe(
    Effect.schedule(Schedule.spaced("1 second")),
    Effect.withTracerEnabled(false),
    Effect.forkScoped
  )
