/** Fusion alone. */
import { Effect, Result } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Fuse from "../../../domain/Fuse.ts"
import * as Strategies from "../../../domain/harmonization/Strategies.ts"
import { ApiSettings } from "../ApiSettings.ts"
import { Api } from "../definition/Api.ts"
import { Unprocessable } from "../definition/Problems.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "fusion",
  Effect.fnUntraced(function* (handlers) {
    const settings = yield* ApiSettings
    return handlers.handleAll({
      fuse: ({ payload: { detectors, harmonization } }) =>
        Effect.gen(function* () {
          const strategy =
            harmonization === undefined ? Result.succeed(settings.strategy) : Strategies.fromConfig(harmonization)
          if (Result.isFailure(strategy)) {
            return yield* new Unprocessable({
              detail: "The strategy cannot be used",
              problems: strategy.failure.map(({ message, path }) => ({ path: `harmonization.${path}`, message }))
            })
          }
          const names = detectors.map(({ name }) => name)
          if (new Set(names).size < names.length) {
            return yield* new Unprocessable({ detail: "Two detectors have the same name" })
          }
          return Fuse.fuse(detectors, strategy.success)
        })
    })
  })
)
