/** How the pipeline is doing, for all who ask the API. */
import { Clock, Context, Duration, Effect, Fiber, Layer, Ref } from "effect"
import * as Derive from "../../domain/Derive.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import { Catalog } from "../../services/Catalog.ts"
import * as Monitor from "../flows/Monitor.ts"
import { ApiSettings } from "./ApiSettings.ts"

export class Watching extends Context.Service<Watching, Effect.Success<ReturnType<typeof Monitor.make>>>()(
  "windmill/programs/api/Watching"
) {}

/**
 * Services that owe answers and give none now. Never waits long: what was found a moment ago is told while it is looked up again.
 */
export class Halted extends Context.Service<Halted, Effect.Effect<ReadonlyArray<ServiceId>>>()(
  "windmill/programs/api/Halted"
) {}

const watching = Layer.effect(
  Watching,
  Effect.gen(function* () {
    const { strategy } = yield* ApiSettings
    return yield* Monitor.make(Derive.keys(strategy, yield* Catalog))
  })
)

/** How long it waits for what is the case now: shortly where it knows what was a moment ago, and longer where that is too old to be told. */
const longest = { known: Duration.millis(500), unknown: Duration.seconds(3) }

/** For how long what was found counts as a moment ago, in milliseconds. */
const moment = 10_000

export const halted = Layer.effect(
  Halted,
  Effect.gen(function* () {
    const monitor = yield* Watching
    const scope = yield* Effect.scope
    const last = yield* Ref.make<Found>({ services: [], at: -Infinity })
    const look = monitor.halted.pipe(
      Effect.flatMap((services) => Effect.flatMap(Clock.currentTimeMillis, (at) => Ref.set(last, { services, at }))),
      Effect.ignore
    )
    return Effect.gen(function* () {
      const looking = yield* Effect.forkIn(look, scope)
      const isKnown = (yield* Clock.currentTimeMillis) - (yield* Ref.get(last)).at < moment
      yield* Effect.timeoutOption(Fiber.await(looking), isKnown ? longest.known : longest.unknown)
      return (yield* Ref.get(last)).services
    })
  })
)

interface Found {
  readonly services: ReadonlyArray<ServiceId>
  /** Milliseconds since 1970. */
  readonly at: number
}

export const layer = halted.pipe(Layer.provideMerge(watching))
