/** What the services say about their health, without making anybody wait for those that do not answer. */
import { Clock, Effect, Ref } from "effect"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { ServiceState } from "../../domain/PipelineState.ts"
import { Catalog } from "../../services/Catalog.ts"
import { Inference } from "../../services/Inference.ts"

/** Milliseconds for which what the services said is good enough. To say it, some of them analyze a picture. */
const freshFor = 30_000

/**
 * What each service said last. Asking for it has the services asked again, in the background, when that was some time ago.
 * A service that was never asked, or has nothing to say it with, is not there.
 */
export const watchHealth = Effect.gen(function* () {
  const catalog = yield* Catalog
  const inference = yield* Inference
  const scope = yield* Effect.scope
  const asked = yield* Ref.make(Number.NEGATIVE_INFINITY)
  const known = yield* Ref.make<ReadonlyMap<ServiceId, ServiceState["health"]>>(new Map())

  const ask = Effect.forEach(
    catalog.filter(({ health }) => health !== undefined),
    (service) =>
      Effect.flatMap(inference.isHealthy(service), (isHealthy) =>
        Ref.update(known, (before) => new Map(before).set(service.id, isHealthy ? "healthy" : "unhealthy"))
      ),
    { concurrency: "unbounded", discard: true }
  )

  return Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    if (now - (yield* Ref.get(asked)) >= freshFor) {
      yield* Ref.set(asked, now)
      yield* Effect.forkIn(ask, scope)
    }
    return yield* Ref.get(known)
  })
})
