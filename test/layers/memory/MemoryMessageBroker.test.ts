import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as MemoryMessageBroker from "../../../src/layers/memory/MemoryMessageBroker.ts"
import { type Delivery, MessageBroker, Settlement, type Subscription } from "../../../src/services/MessageBroker.ts"
import { contract } from "../../contracts/MessageBroker.ts"
import { Plans, Script, settlementOf } from "../../support/BrokerScripts.ts"

contract({
  name: "MemoryMessageBroker",
  layer: MemoryMessageBroker.layer,
  isLive: false,
  pass: TestClock.adjust
})

const prefetch = 3

describe("MemoryMessageBroker", () => {
  it.effect.prop("holds every message in exactly one place, whatever happens", [Script], ([steps]) =>
    Effect.gen(function* () {
      const broker = yield* MessageBroker
      const consumers = new Map<number, { subscription: Subscription; scope: Scope.Closeable; isStopped: boolean }>()
      let held: Array<{ delivery: Delivery; consumer: number }> = []
      const retries = new Map<string, number>()
      let published = 0
      let acked = 0
      let dead = 0
      const open = Effect.fnUntraced(function* (consumer: number) {
        const scope = yield* Scope.make()
        const subscription = yield* Scope.provide(broker.subscribe("queue", { prefetch }), scope)
        consumers.set(consumer, { subscription, scope, isStopped: false })
      })
      const close = Effect.fnUntraced(function* (consumer: number) {
        const { scope } = consumers.get(consumer)!
        held = held.filter((one) => one.consumer !== consumer)
        yield* Scope.close(scope, Exit.void)
      })
      for (let consumer = 0; consumer < 2; consumer++) yield* open(consumer)

      for (const step of steps) {
        switch (step._tag) {
          case "Publish": {
            const batch = Array.from({ length: step.count }, () => ({ queue: "queue", body: String(++published) }))
            yield* broker.publish(batch)
            break
          }
          case "Read": {
            const { isStopped, subscription } = consumers.get(step.consumer)!
            const { ready } = yield* broker.statistics("queue")
            const isFull = held.filter(({ consumer }) => consumer === step.consumer).length >= prefetch
            if (ready === 0 || isFull || isStopped) break
            const [delivery] = yield* subscription.deliveries.pipe(Stream.take(1), Stream.runCollect)
            assert.isFalse(held.some((one) => one.delivery.body === delivery!.body))
            assert.strictEqual(delivery!.attempt, 1 + (retries.get(delivery!.body) ?? 0))
            held.push({ delivery: delivery!, consumer: step.consumer })
            break
          }
          case "Settle": {
            const [one] = held.splice(step.nth, 1)
            if (one === undefined) break
            yield* one.delivery.settle(settlementOf(step.how, step.seconds))
            const { body } = one.delivery
            if (step.how === "Ack") acked++
            if (step.how === "DeadLetter") dead++
            if (step.how === "Retry") retries.set(body, (retries.get(body) ?? 0) + 1)
            break
          }
          case "Pass":
            yield* TestClock.adjust(Duration.seconds(step.seconds))
            break
          case "Stop": {
            const consumer = consumers.get(step.consumer)!
            yield* consumer.subscription.stop
            consumer.isStopped = true
            break
          }
          case "Replace":
            yield* close(step.consumer)
            yield* open(step.consumer)
        }
        const now = yield* broker.statistics("queue")
        assert.strictEqual(now.unsettled, held.length)
        assert.strictEqual(now.dead, dead)
        assert.strictEqual(now.ready + now.unsettled + now.delayed + now.dead + acked, published)
      }

      for (let consumer = 0; consumer < 2; consumer++) yield* close(consumer)
      yield* TestClock.adjust("1 minute")
      const left = published - acked - dead
      assert.deepStrictEqual(yield* broker.statistics("queue"), {
        ready: left,
        unsettled: 0,
        delayed: 0,
        dead,
        consumers: 0
      })
    }).pipe(Effect.provide(MemoryMessageBroker.layer))
  )

  it.effect.prop(
    "ends every message once, however slow its handlers and whatever they decide on the way",
    [Plans],
    ([plans]) =>
      Effect.gen(function* () {
        const broker = yield* MessageBroker
        const deliveries = plans.map(() => 0)
        const ended: Array<number> = []
        const handle = Effect.fnUntraced(function* (delivery: Delivery) {
          const message = Number(delivery.body)
          const step = plans[message]![deliveries[message]!++]
          yield* Effect.sleep(Duration.seconds(step?.takes ?? 1))
          if (step !== undefined) return yield* delivery.settle(settlementOf(step.how, step.seconds))
          const counted = plans[message]!.filter(({ how }) => how === "Retry").length
          assert.strictEqual(delivery.attempt, 1 + counted)
          ended.push(message)
          yield* delivery.settle(Settlement.Ack())
        })
        const consume = Effect.gen(function* () {
          const subscription = yield* broker.subscribe("queue", { prefetch })
          yield* Stream.runDrain(
            Stream.mapEffect(subscription.deliveries, handle, { concurrency: prefetch, unordered: true })
          )
        })
        for (let consumer = 0; consumer < 3; consumer++) {
          yield* Effect.forkScoped(Effect.scoped(consume), { startImmediately: true })
        }
        yield* broker.publish(plans.map((_, message) => ({ queue: "queue", body: String(message) })))
        yield* TestClock.adjust("10 minutes")
        assert.deepStrictEqual(
          [...ended].sort((a, b) => a - b),
          [...plans.keys()]
        )
        assert.strictEqual(yield* broker.depth("queue"), 0)
      }).pipe(Effect.scoped, Effect.provide(MemoryMessageBroker.layer))
  )
})
