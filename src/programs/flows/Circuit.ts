/**
 * Leaving something alone while it keeps failing, and finding out when it is well again.
 *
 * The circuit itself is a value (`domain/CircuitBreaker.ts`). When it has opened, what failed is looked at after growing
 * pauses; when it seems well, one request tries, and the others follow when that went well.
 */
import { Clock, Deferred, Duration, Effect, Latch, type Scope } from "effect"
import * as CircuitBreaker from "../../domain/CircuitBreaker.ts"
import type { OpenBreaker } from "../../domain/Worker.ts"

/** Why something is left alone, since when it has not been well, and when it is looked at next. */
export type Open = Required<OpenBreaker>

export interface Options {
  /** When it is left alone, and for how long. What is changed counts at once: then it is looked at again. */
  readonly limits: {
    readonly now: Effect.Effect<CircuitBreaker.Limits>
    readonly untilOther: (than: CircuitBreaker.Limits) => Effect.Effect<void>
  }
  /** Whether it seems to be well. */
  readonly seemsWell: Effect.Effect<boolean>
  /** What is the reason from then on when it does not; otherwise the reason stays. */
  readonly notWell?: string
  /** It is left alone, or still is after a look. */
  readonly onOpen: (state: Open) => Effect.Effect<void>
  /** It is no longer left alone: one request may try. */
  readonly onTrial: Effect.Effect<void>
  /** It is left alone for the first time since it was well. */
  readonly onAway: (reason: string) => Effect.Effect<void>
  /** It was left alone, and is well again. */
  readonly onBack: Effect.Effect<void>
}

export interface Circuit {
  /** Makes a request, which is to say how it went; refuses it while what it is about is left alone. */
  readonly guard: <A, E, R, E2>(
    request: Effect.Effect<A, E, R>,
    refuse: (state: Open) => Effect.Effect<never, E2>
  ) => Effect.Effect<A, E | E2, R>
  /** It went well. */
  readonly succeeded: Effect.Effect<void>
  /** It failed, and is left alone after some failures in a row. */
  readonly failed: (reason: string) => Effect.Effect<void>
  /** It failed for a reason that needs no second failure. */
  readonly away: (reason: string) => Effect.Effect<void>
  /** How it is while it is left alone. */
  readonly open: () => Open | undefined
  /** Since when it has not been well, in milliseconds, if it was left alone since it was. */
  readonly since: () => number | undefined
  /** Waits until it is no longer left alone. */
  readonly untilClosed: Effect.Effect<void>
}

/** A circuit that is closed. It is looked after until the scope closes. */
export const make = Effect.fnUntraced(function* (options: Options): Effect.fn.Return<Circuit, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const released = yield* Latch.make(true)
  let circuit = CircuitBreaker.closed
  let state: Open | undefined
  /** The request that tries whether it is well, while there is one. */
  let trial: Deferred.Deferred<void> | undefined

  const announce = Effect.fnUntraced(function* (reason: string) {
    const now = yield* Clock.currentTimeMillis
    const limits = yield* options.limits.now
    const nextProbe = new Date(now + Duration.toMillis(CircuitBreaker.pause(circuit, limits)))
    state = { reason, nextProbe, since: state?.since ?? new Date(now) }
    yield* options.onOpen(state)
  })

  const pause = Effect.gen(function* () {
    const limits = yield* options.limits.now
    yield* Effect.raceFirst(Effect.sleep(CircuitBreaker.pause(circuit, limits)), options.limits.untilOther(limits))
  })

  const probe = Effect.gen(function* () {
    yield* pause
    while (circuit.isOpen && !(yield* options.seemsWell)) {
      circuit = CircuitBreaker.stillOpen(circuit)
      yield* announce(options.notWell ?? state?.reason ?? "")
      yield* pause
    }
    // Something that was under way may have closed it meanwhile.
    if (!circuit.isOpen) return
    circuit = CircuitBreaker.halfOpen(circuit)
    yield* options.onTrial
    yield* released.open
  })

  const endTrial = Effect.suspend(() => {
    const ended = trial
    trial = undefined
    return ended === undefined ? Effect.void : Deferred.succeed(ended, undefined)
  })

  const succeeded = Effect.suspend(() => {
    const wasTripped = CircuitBreaker.hasTripped(circuit)
    circuit = CircuitBreaker.closed
    state = undefined
    return wasTripped
      ? Effect.all([options.onBack, options.onTrial, released.open, endTrial], { discard: true })
      : Effect.void
  })

  const note = Effect.fnUntraced(function* (reason: string, after: CircuitBreaker.CircuitBreaker) {
    const isFirst = !CircuitBreaker.hasTripped(circuit)
    circuit = after
    if (!circuit.isOpen) return
    yield* announce(reason)
    if (!released.isOpen()) return
    yield* released.close
    if (isFirst) yield* options.onAway(reason)
    yield* Effect.forkIn(probe, scope)
    yield* endTrial
  })

  const guard: Circuit["guard"] = (request, refuse) =>
    Effect.suspend(() => {
      if (!released.isOpen()) return refuse(state!)
      if (!CircuitBreaker.hasTripped(circuit)) return request
      if (trial !== undefined) return Effect.andThen(Deferred.await(trial), guard(request, refuse))
      const own = (trial = Deferred.makeUnsafe<void>())
      return Effect.ensuring(
        request,
        Effect.suspend(() => (trial === own ? endTrial : Effect.void))
      )
    })

  return {
    guard,
    succeeded,
    failed: (reason) =>
      Effect.flatMap(options.limits.now, (limits) => note(reason, CircuitBreaker.afterFailure(circuit, limits))),
    away: (reason) => Effect.suspend(() => note(reason, CircuitBreaker.opened(circuit))),
    open: () => (released.isOpen() ? undefined : state),
    since: () => state?.since.getTime(),
    untilClosed: released.await
  }
})
