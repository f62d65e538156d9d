import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Tracer } from "effect"
import * as MessagingSpan from "../../../src/layers/telemetry/MessagingSpan.ts"
import { Settlement } from "../../../src/services/MessageBroker.ts"

const system = { "messaging.system": "rabbitmq", "server.address": "broker", "server.port": 5672 }

/** The span that an operation leaves behind. */
const spanOf = (around: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    yield* Effect.withTracer(around(Effect.void), tracer)
    assert.strictEqual(spans.length, 1)
    const { attributes, kind, name } = spans[0]!
    return { name, kind, attributes: Object.fromEntries(attributes) }
  })

describe("MessagingSpan", () => {
  it.effect("describes publishing to one queue, without bodies and headers", () =>
    Effect.gen(function* () {
      const messages = ["secret 1", "secret 2"].map((body) => ({ queue: "work", body, headers: { a: "secret 3" } }))
      assert.deepStrictEqual(yield* spanOf((effect) => MessagingSpan.publish(system, messages)(effect)), {
        name: "publish work",
        kind: "producer",
        attributes: {
          ...system,
          "messaging.operation.name": "publish",
          "messaging.operation.type": "send",
          "messaging.batch.message_count": 2,
          "messaging.destination.name": "work"
        }
      })
    })
  )

  it.effect("names no queue when there are several", () =>
    Effect.gen(function* () {
      const messages = ["left", "right"].map((queue) => ({ queue, body: "a" }))
      const span = yield* spanOf((effect) => MessagingSpan.publish(system, messages)(effect))
      assert.strictEqual(span.name, "publish")
      assert.notProperty(span.attributes, "messaging.destination.name")
    })
  )

  it.effect("leaves out publishing nothing", () =>
    Effect.gen(function* () {
      const made: Array<string> = []
      const tracer = Tracer.make({
        span: (options) => {
          made.push(options.name)
          return new Tracer.NativeSpan(options)
        }
      })
      const publish = (messages: ReadonlyArray<{ readonly queue: string; readonly body: string }>) =>
        MessagingSpan.publish(system, messages)(Effect.void)
      yield* Effect.withTracer(Effect.andThen(publish([]), publish([{ queue: "work", body: "a" }])), tracer)
      assert.deepStrictEqual(made, ["publish work"])
    })
  )

  it.effect("describes a settlement", () =>
    Effect.gen(function* () {
      const settle = (settlement: Settlement) =>
        spanOf((effect) => MessagingSpan.settle(system, "work", settlement)(effect))
      assert.deepStrictEqual(yield* settle(Settlement.Retry({ after: Duration.seconds(1) })), {
        name: "retry work",
        kind: "client",
        attributes: {
          ...system,
          "messaging.operation.name": "retry",
          "messaging.operation.type": "settle",
          "messaging.destination.name": "work"
        }
      })
      assert.strictEqual((yield* settle(Settlement.DeadLetter({ reason: "no" }))).name, "dead-letter work")
    })
  )
})
