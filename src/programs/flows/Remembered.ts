/** Answers that cost much and change little: given again for a while. */
import { Cache, Duration, Effect, Exit } from "effect"

/** Does the work when what came out last is older than that, and no more than that share of the time. */
export const remembered = <A, E, R>(work: Effect.Effect<A, E, R>, freshFor: Duration.Input, share = 0.1) =>
  Effect.map(
    rememberedBy(() => work, freshFor, share),
    (get) => get("all")
  )

/** The same for each of a few keys. */
export const rememberedBy = <A, E, R>(
  work: (key: string) => Effect.Effect<A, E, R>,
  freshFor: Duration.Input,
  share = 0.1
) =>
  Effect.map(
    Cache.makeWith((key: string) => Effect.timed(work(key)), {
      capacity: 8,
      timeToLive: (exit: Exit.Exit<readonly [Duration.Duration, A], E>) =>
        Exit.isSuccess(exit)
          ? Duration.max(Duration.fromInputUnsafe(freshFor), Duration.times(exit.value[0], 1 / share))
          : Duration.zero
    }),
    (cache) => (key: string) => Effect.map(Cache.get(cache, key), ([, value]) => value)
  )
