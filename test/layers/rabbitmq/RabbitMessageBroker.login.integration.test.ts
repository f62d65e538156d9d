import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Logger, Redacted, Schedule } from "effect"
import { Address } from "../../../src/layers/rabbitmq/RabbitAddress.ts"
import * as RabbitMessageBroker from "../../../src/layers/rabbitmq/RabbitMessageBroker.ts"
import { BrokerUnavailable, MessageBroker } from "../../../src/services/MessageBroker.ts"
import * as PrivateRabbit from "../../support/PrivateRabbit.ts"

describe.skipIf(!PrivateRabbit.isInstalled)("RabbitMessageBroker with a login that is refused", () => {
  it.live(
    "waits when the login has worked before, and goes on when it works again",
    () =>
      Effect.gen(function* () {
        const { control, port, start } = yield* PrivateRabbit.make()
        yield* start
        const guest = PrivateRabbit.guestAt(port)
        yield* PrivateRabbit.untilReady(guest)
        yield* control("add_user", "windmill", "right")
        yield* control("set_permissions", "windmill", ".*", ".*", ".*")
        const context = yield* Layer.build(
          RabbitMessageBroker.layer.pipe(
            Layer.provide(Layer.succeed(Address, { ...guest, username: "windmill", password: Redacted.make("right") })),
            Layer.provide(Logger.layer([]))
          )
        )
        const broker = Context.get(context, MessageBroker)
        yield* broker.publish([{ queue: "kept", body: "a" }])

        yield* control("change_password", "windmill", "other")
        yield* control("close_all_connections", "the directory of users is away")
        yield* Effect.sleep("1 second")
        const refused = yield* Effect.flip(Effect.timeout(broker.depth("kept"), "30 seconds"))
        assert.instanceOf(refused, BrokerUnavailable)
        assert.include(refused.message, `refuses the login of user "windmill"`)

        yield* control("change_password", "windmill", "right")
        const depth = yield* Effect.retry(broker.depth("kept"), { schedule: Schedule.spaced("100 millis"), times: 300 })
        assert.strictEqual(depth, 1)
        assert.isTrue(Exit.isSuccess(yield* Effect.exit(broker.publish([{ queue: "kept", body: "b" }]))))
      }).pipe(Effect.scoped),
    120_000
  )
})
