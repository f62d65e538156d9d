/** How the pipeline is doing, for all who ask the API. */
import { Context, Duration, Effect, Fiber, Layer, Ref } from "effect"
import * as Derive from "../../domain/Derive.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import { Catalog } from "../../services/Catalog.ts"
import * as Monitor from "../flows/Monitor.ts"
import { ApiSettings } from "./ApiSettings.ts"

export class Watching extends Context.Service<Watching, Effect.Success<ReturnType<typeof Monitor.make>>>()(
  "windmill/programs/api/Watching"
) {}

/** Services that owe answers and give none now. Never waits long: what was found last is told while it is looked up again. */
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

/** How long an answer waits to be told. */
const longest = Duration.millis(500)

const halted = Layer.effect(
  Halted,
  Effect.gen(function* () {
    const monitor = yield* Watching
    const scope = yield* Effect.scope
    const last = yield* Ref.make<ReadonlyArray<ServiceId>>([])
    const look = Effect.flatMap(monitor.halted, (found) => Ref.set(last, found)).pipe(Effect.ignore)
    return Effect.gen(function* () {
      const looking = yield* Effect.forkIn(look, scope)
      yield* Effect.timeoutOption(Fiber.await(looking), longest)
      return yield* Ref.get(last)
    })
  })
)

export const layer = halted.pipe(Layer.provideMerge(watching))
