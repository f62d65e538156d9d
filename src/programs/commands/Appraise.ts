/** Says what the corrections of people tell about each detector. */
import { Console, Effect, Layer } from "effect"
import { Command } from "effect/cli"
import * as PgCorrections from "../../layers/postgres/PgCorrections.ts"
import * as Distributed from "../Distributed.ts"
import * as Embedded from "../Embedded.ts"
import * as Correct from "../flows/Correct.ts"
import * as Settings from "../Settings.ts"
import * as AppraisalText from "../views/AppraisalText.ts"
import * as Watched from "../Watched.ts"

const flags = { json: Settings.json, config: Settings.config, data: Settings.storedData, ...Watched.flags }

export const command = Command.make("appraise", flags, ({ config, data, json }) =>
  Effect.gen(function* () {
    const { images, services } = yield* Correct.appraise
    yield* Console.log(json ? JSON.stringify({ images, services }) : AppraisalText.lines(images, services).join("\n"))
  }).pipe(
    Effect.provide(
      PgCorrections.layer.pipe(
        Layer.provideMerge(Distributed.database.pipe(Layer.provide(Embedded.orConfigured(data, { asGuest: true })))),
        Layer.provideMerge(Distributed.catalog(config))
      )
    )
  )
).pipe(
  Command.withDescription(
    "Says what the corrections of people tell about each detector: how much of what it says is right, how much of what is there " +
      "it has seen, and, from 20 judged detections on, the trust that follows. Nothing is changed: what you accept goes into " +
      "service_config.json. CORRECTIONS=on lets people correct boxes in the dashboard."
  ),
  Watched.watched
)
