/** How far the images are, counted in the tables themselves. */
import { Effect, Layer } from "effect"
import { Progress } from "../../services/Progress.ts"
import { counts } from "./Counts.ts"
import { methodsOf } from "./Methods.ts"
import * as Rates from "./Rates.ts"
import { waiting } from "./Waiting.ts"

export const layer = Layer.effect(
  Progress,
  Effect.gen(function* () {
    const run = yield* methodsOf("Progress")
    return {
      counts: (scope, algorithms) => run("counts", counts(scope, algorithms)),
      pace: run("pace", Rates.pace),
      waits: (services) => run("waits", Rates.waits(services)),
      lackingOnly: (services, options) => run("lackingOnly", Rates.lackingOnly(services, options)),
      groups: (limit, services) => run("groups", Rates.groups(limit, services)),
      waiting: run("waiting", waiting)
    }
  })
)
