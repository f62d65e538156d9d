/** A RabbitMQ of the test's own is killed and started again. Runs where RabbitMQ is installed, not only reachable. */
import { describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as PrivateRabbit from "../support/PrivateRabbit.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

describe.skipIf(!PrivateRabbit.isInstalled)("a broker", () => {
  it.live(
    "that is killed and comes back finds everybody at work again, and nothing is lost (B15, B17)",
    () =>
      Effect.gen(function* () {
        const shared = yield* Deployment.sharedServers
        const { kill, port, start } = yield* PrivateRabbit.make()
        const broker = { ...shared.broker, host: "127.0.0.1", port }
        yield* start
        yield* PrivateRabbit.untilReady(broker)
        const deployment = yield* Deployment.make(Scenes.scenario({ takes: () => 30 }), { ...shared, broker })
        yield* deployment.start(deployment.worker)
        yield* deployment.start(deployment.postprocessor)
        const ids = yield* deployment.submit(Scenes.pictures("restarted", 30))
        yield* Effect.sleep("300 millis")
        yield* kill
        yield* Effect.sleep("500 millis")
        yield* start
        yield* PrivateRabbit.untilReady(broker)
        yield* deployment.settled(ids)
      }).pipe(Effect.scoped),
    90_000
  )
})
