/**
 * Slows down whoever guesses tokens: after some wrong ones from an address, nothing that comes from there within a second
 * is compared at all, right or wrong. Other addresses, and pages that are logged in, notice nothing. IPv6 addresses of one
 * network are one address.
 *
 * Kept in this process: with several that serve the API, each grants its own.
 */
import { Clock, Context, Effect, Layer } from "effect"
import { TooManyRequests } from "./definition/Problems.ts"
import { holderOf } from "./Hosts.ts"

/** Wrong tokens from an address before it is slowed down, how long then, and when it is forgotten; in milliseconds. */
const free = 10
const pause = 1000
const forgottenAfter = 600_000

/** Addresses that are remembered; the one that failed first gives way. */
const capacity = 10_000

export class Throttle extends Context.Service<
  Throttle,
  {
    /** What `compare` finds, unless the address must wait. Nothing is a wrong token, which is logged. */
    readonly guard: <A>(address: string, compare: () => A | undefined) => Effect.Effect<A | undefined, TooManyRequests>
  }
>()("windmill/programs/api/Throttle") {}

export const layer = Layer.sync(Throttle, () => {
  const failures = new Map<string, { readonly count: number; readonly last: number }>()

  const guard = Effect.fnUntraced(function* <A>(address: string, compare: () => A | undefined) {
    const now = yield* Clock.currentTimeMillis
    const holder = holderOf(address)
    const known = failures.get(holder)
    const before = known !== undefined && now - known.last < forgottenAfter ? known : { count: 0, last: 0 }
    if (before.count >= free && now - before.last < pause) {
      return yield* new TooManyRequests({ detail: "Too many wrong tokens came from this address: wait a second" })
    }
    const found = compare()
    if (found !== undefined) return found
    failures.delete(holder)
    if (failures.size === capacity) failures.delete(failures.keys().next().value!)
    failures.set(holder, { count: before.count + 1, last: now })
    yield* Effect.logWarning(`A wrong token came from ${address}: attempt ${before.count + 1}`)
    return undefined
  })

  return Throttle.of({ guard })
})
