/**
 * Doing in one go what several bring at nearly the same time: a transaction for the answers of all services, and not one for each.
 */
import { Deferred, Effect, type Scope, Semaphore } from "effect"
import { type BatchedWork, windowAfter } from "./Batches.ts"

export interface Together<A, B> {
  /**
   * Waits until the item is worked on, with those that others bring meanwhile. It is not waited for others when `enough` items
   * have come from the same side. What came of all of them is told to the first.
   */
  readonly bring: (item: A, side: { readonly name: string; readonly enough: number }) => Effect.Effect<ReadonlyArray<B>>
}

/** `work` never fails. It goes on for those who wait when one of them is interrupted, and ends with the scope. */
export const make = Effect.fnUntraced(function* <A, B, R>(
  work: (items: ReadonlyArray<A>) => Effect.Effect<ReadonlyArray<B>, never, R>,
  { concurrency, ...batching }: BatchedWork
): Effect.fn.Return<Together<A, B>, never, R | Scope.Scope> {
  const scope = yield* Effect.scope
  const context = yield* Effect.context<R>()
  const goes = yield* Semaphore.make(concurrency)
  let open: Go<A, B> | undefined
  /** Items of the latest go. */
  let last = 0

  /** Takes part in the go that is open until it is full, or begins. */
  const join = (item: A, { enough, name }: { readonly name: string; readonly enough: number }): Go<A, B> => {
    const go: Go<A, B> = open ?? {
      items: [],
      sides: new Map(),
      full: Deferred.makeUnsafe(),
      done: Deferred.makeUnsafe()
    }
    const count = (go.sides.get(name) ?? 0) + 1
    go.items.push(item)
    go.sides.set(name, count)
    const isFull = go.items.length >= batching.size
    open = isFull ? undefined : go
    // Whoever waits for this goes on at once.
    if (isFull || count >= enough) Deferred.doneUnsafe(go.full, Effect.void)
    return go
  }

  const begin = (go: Go<A, B>) =>
    Effect.raceFirst(Deferred.await(go.full), Effect.sleep(windowAfter(last, batching))).pipe(
      Effect.andThen(
        goes.withPermits(1)(
          Effect.suspend(() => {
            if (open === go) open = undefined
            last = go.items.length
            return Deferred.into(work(go.items), go.done)
          })
        )
      ),
      Effect.provideContext(context),
      Effect.forkIn(scope)
    )

  return {
    bring: (item, side) =>
      Effect.suspend(() => {
        const isFirst = open === undefined
        const go = join(item, side)
        if (!isFirst) return Effect.as(Deferred.await(go.done), [])
        return Effect.andThen(begin(go), Deferred.await(go.done))
      })
  }
})

interface Go<A, B> {
  readonly items: Array<A>
  /** How many came from each side. */
  readonly sides: Map<string, number>
  readonly full: Deferred.Deferred<void>
  readonly done: Deferred.Deferred<ReadonlyArray<B>>
}
