import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Logger, Schedule } from "effect"
import { Address } from "../../../src/layers/rabbitmq/RabbitAddress.ts"
import * as RabbitMessageBroker from "../../../src/layers/rabbitmq/RabbitMessageBroker.ts"
import { BrokerMisconfigured, BrokerUnavailable, MessageBroker } from "../../../src/services/MessageBroker.ts"
import * as PrivateRabbit from "../../support/PrivateRabbit.ts"

const brokerAt = (address: Address["Service"]) =>
  Effect.map(
    Layer.build(
      RabbitMessageBroker.layer.pipe(Layer.provide(Layer.succeed(Address, address)), Layer.provide(Logger.layer([])))
    ),
    Context.get(MessageBroker)
  )

describe.skipIf(!PrivateRabbit.isInstalled)("RabbitMessageBroker under policies and limits of others", () => {
  it.live(
    "names the policy or the limit that keeps it from working",
    () =>
      Effect.gen(function* () {
        const { control, port, start } = yield* PrivateRabbit.make()
        yield* start
        const guest = PrivateRabbit.guestAt(port)
        yield* PrivateRabbit.untilReady(guest)
        const broker = yield* brokerAt(guest)

        yield* broker.declare(["aging", "short"])
        yield* control("set_policy", "aging", "^aging", JSON.stringify({ "message-ttl": 100 }), "--apply-to", "queues")
        yield* broker.publish([{ queue: "aging", body: "a" }])
        const dead = yield* Effect.repeat(broker.deadLetters("aging", 1), {
          schedule: Schedule.spaced("100 millis"),
          until: ({ length }) => length > 0
        })
        assert.include(dead[0]?.reason, "a policy has a message-ttl: see rabbitmqctl list_policies")

        yield* control("set_policy", "short", "^short", JSON.stringify({ "max-length": 1 }), "--apply-to", "queues")
        const full = yield* Effect.flip(
          Effect.repeat(broker.publish([{ queue: "short", body: "b" }]), Schedule.spaced("100 millis"))
        )
        assert.instanceOf(full, BrokerUnavailable)
        assert.include(full.message, "its queue is full, since a policy limits its length (rabbitmqctl list_policies)")

        yield* control("add_vhost", "small")
        yield* control("set_permissions", "-p", "small", "guest", ".*", ".*", ".*")
        yield* control("set_vhost_limits", "-p", "small", JSON.stringify({ "max-queues": 3 }))
        const small = yield* brokerAt({ ...guest, vhost: "small" })
        const limited = yield* Effect.flip(small.declare(["work"]))
        assert.instanceOf(limited, BrokerMisconfigured)
        assert.match(
          limited.message,
          /makes no queue .*queue limit in vhost 'small' \(3\) is reached.*set_vhost_limits -p 'small'/
        )
      }).pipe(Effect.scoped),
    120_000
  )
})
