/** Taking turns: of those who want the same, one at a time has it, and the others wait. */
import { Deferred, Effect } from "effect"

export interface Turns<K> {
  /** Waits until `key` is free, and has it from then on. */
  readonly take: (key: K) => Effect.Effect<void>
  /** Lets the next one have `key`. */
  readonly end: (key: K) => void
}

export const oneAtATime = <K>(): Turns<K> => {
  const taken = new Map<K, Deferred.Deferred<void>>()
  const take = (key: K): Effect.Effect<void> =>
    Effect.suspend(() => {
      const other = taken.get(key)
      if (other !== undefined) return Effect.andThen(Deferred.await(other), take(key))
      taken.set(key, Deferred.makeUnsafe())
      return Effect.void
    })
  return {
    take,
    end: (key) => {
      const ended = taken.get(key)
      taken.delete(key)
      if (ended !== undefined) Deferred.doneUnsafe(ended, Effect.void)
    }
  }
}

/** The turns of one among several, who can end all that it has. */
export interface Share<K> extends Turns<K> {
  readonly endAll: () => void
}

export const share = <K>({ end, take }: Turns<K>): Share<K> => {
  const taken = new Set<K>()
  const endMine = (key: K) => {
    if (taken.delete(key)) end(key)
  }
  return {
    take: (key) =>
      Effect.andThen(
        take(key),
        Effect.sync(() => void taken.add(key))
      ),
    end: endMine,
    endAll: () => taken.forEach(endMine)
  }
}
