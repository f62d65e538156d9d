/**
 * How many requests to a service are in flight at once, how fast they follow each other, and who is next.
 *
 * Of what is in the bulk lane, one request at a time stands in the line for a place. So what a person waits for has at most one
 * such request before it, besides those in flight; and since the line is served in its order, neither waits for ever.
 *
 * The request whose turn it is begins within the call that frees the place, so that the service is not left without work for a
 * turn of the event loop.
 *
 * A service that says that it is asked too much gets half as many requests at once, at least one, and one more each time that
 * many were answered.
 */
import { Clock, Effect } from "effect"
import type { Tuning } from "../../domain/Tuning.ts"
import { CurrentLane, type Lane } from "../../services/MessageBroker.ts"

export interface RequestLimit {
  /** Makes the request when it has a place, as one of the lane that is worked on. It leaves the place when it ends, or calls `leave`. */
  readonly within: <A, E, R>(request: (leave: () => void) => Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The service says that it is asked too much. */
  readonly slower: Effect.Effect<void>
  /** The service has answered. */
  readonly faster: Effect.Effect<void>
}

/** Requests that come late, for timers are not exact, are caught up on for so many milliseconds. */
const leeway = 100

/** Milliseconds after which a request that waits for its time looks whether the rate is another. */
const lookEvery = 500

/** One that waits for a place. */
interface Waiting {
  readonly lane: Lane
  readonly begin: (isPacing: boolean) => void
}

/** At most `usual` requests in flight, at any rate, unless `tuning` says otherwise: it is looked at for each request. */
export const make = (
  usual: number,
  tuning: Effect.Effect<Pick<Tuning, "concurrency" | "rate">> = Effect.succeed({})
): RequestLimit => {
  /** Served in its order; at most one of them is of the bulk lane. */
  const line: Array<Waiting> = []
  const bulk: Array<Waiting> = []
  let most = usual
  let places = usual
  let taken = 0
  let answers = 0
  let isPaced = false
  /** One that has its place waits for its time, and the others wait behind it. */
  let isPacing = false
  let last = Number.NEGATIVE_INFINITY

  const isFree = () => taken < places && !isPacing
  /** Takes a place. Returns whether the others wait for the one that has it. */
  const take = (): boolean => {
    taken++
    isPacing = isPaced
    return isPacing
  }
  const serve = () => {
    while (line.length > 0 && isFree()) {
      const next = line.shift()!
      if (next.lane === "bulk") moveUp()
      next.begin(take())
    }
  }
  /** The next of the bulk lane stands in line. */
  const moveUp = () => {
    const next = bulk.shift()
    if (next !== undefined) line.push(next)
  }
  const enter = (waiting: Waiting) => {
    if (waiting.lane === "bulk" && line.some(({ lane }) => lane === "bulk")) bulk.push(waiting)
    else line.push(waiting)
  }
  const giveUp = (waiting: Waiting) => {
    const place = line.indexOf(waiting)
    if (place < 0) return void bulk.splice(bulk.indexOf(waiting), 1)
    line.splice(place, 1)
    if (waiting.lane === "bulk") moveUp()
  }
  const resize = (to: number) => {
    answers = 0
    places = to
    serve()
  }

  const untilServed = (lane: Lane) =>
    Effect.callback<boolean>((resume) => {
      const waiting: Waiting = { lane, begin: (isPacing) => resume(Effect.succeed(isPacing)) }
      enter(waiting)
      return Effect.sync(() => giveUp(waiting))
    })

  /** Waits until it is time for the next request. */
  const untilTime = Effect.gen(function* () {
    while (true) {
      const { rate } = yield* tuning
      if (rate === undefined) return
      const now = yield* Clock.currentTimeMillis
      const due = last + 1000 / rate
      if (due <= now) {
        last = Math.max(due, now - leeway)
        return
      }
      yield* Effect.sleep(Math.min(Math.ceil(due - now), lookEvery))
    }
  })

  /** What is tuned counts from the next request on. */
  const look = Effect.map(tuning, ({ concurrency = usual, rate }) => {
    isPaced = rate !== undefined
    if (concurrency !== most) {
      most = concurrency
      resize(concurrency)
    }
    return isPaced
  })

  const request = <A, E, R>(lane: Lane, make: (leave: () => void) => Effect.Effect<A, E, R>) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(
        Effect.suspend(() => (line.length === 0 && isFree() ? Effect.succeed(take()) : restore(untilServed(lane)))),
        (isFirst) => {
          let hasPlace = true
          /** Whether the others wait for this one. */
          let holdsUp = isFirst
          const go = () => {
            if (!holdsUp) return
            holdsUp = false
            isPacing = false
            serve()
          }
          const leave = () => {
            if (!hasPlace) return
            hasPlace = false
            taken--
            if (holdsUp) go()
            else serve()
          }
          const paced = Effect.suspend(() => {
            holdsUp = isPacing = true
            return Effect.andThen(untilTime, begun)
          })
          const begun = Effect.suspend(() => {
            go()
            return make(leave)
          })
          const made = Effect.flatMap(look, (isPaced) => (isPaced ? paced : begun))
          return Effect.ensuring(restore(made), Effect.sync(leave))
        }
      )
    )

  return {
    slower: Effect.sync(() => (places === 1 ? undefined : resize(Math.floor(places / 2)))),
    faster: Effect.sync(() => (places === most || ++answers < places ? undefined : resize(places + 1))),
    within: (make) => Effect.flatMap(CurrentLane, (lane) => request(lane, make))
  }
}
