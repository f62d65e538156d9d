/**
 * Queues in RabbitMQ, 3.10 and later.
 *
 * One connection publishes and another consumes, so that a broker that blocks publishers does not stop acknowledgements.
 * Both are opened again whenever they are lost. Queues are made at first use, see `rabbitmq/Topology.ts`.
 *
 * A delivery that is not settled within the broker's `consumer_timeout` (30 minutes unless configured) costs its subscription:
 * the deliveries fail as with a lost connection.
 */
import { Effect, Layer } from "effect"
import {
  type BrokerMisconfigured,
  type BrokerUnavailable,
  MessageBroker,
  type QueueStatistics
} from "../../services/MessageBroker.ts"
import * as MessagingSpan from "../telemetry/MessagingSpan.ts"
import { Address } from "./RabbitAddress.ts"
import * as Connection from "./Connection.ts"
import * as Consumer from "./Consumer.ts"
import * as Delayed from "./Delayed.ts"
import * as DeadLetters from "./DeadLetters.ts"
import * as Envelope from "./Envelope.ts"
import * as Inspection from "./Inspection.ts"
import * as Publisher from "./Publisher.ts"
import * as Topology from "./Topology.ts"

/** A broker that cannot be reached now is not an error: the layer is there, and its methods fail until it can be. */
export const layer: Layer.Layer<MessageBroker, BrokerMisconfigured, Address> = Layer.effect(
  MessageBroker,
  Effect.gen(function* () {
    const address = yield* Address
    const system = { "messaging.system": "rabbitmq", "server.address": address.host, "server.port": address.port }
    const publishing = yield* Connection.make(address, "windmill publisher")
    const consuming = yield* Connection.make(address, "windmill consumer")
    const topology = Topology.make(address, consuming)
    const publish = Publisher.make(publishing, topology)
    const inspect = Inspection.make(consuming)
    const deadLetters = DeadLetters.make({ connection: consuming, inspect, publish, system, topology })
    const delayed = Delayed.make()
    const consumers = new Set<Consumer.Consumer>()

    const unsettled = (queue: string) => {
      let count = 0
      for (const consumer of consumers) if (consumer.queue === queue) count += consumer.unsettled()
      return count
    }

    /** Messages of both lanes that no consumer holds, and the consumers of the first. */
    const waiting = Effect.fnUntraced(function* (queue: string) {
      const names = topology.names(queue)
      const bulk = yield* inspect(queue, names.bulk)
      if (bulk === undefined) return undefined
      const express = yield* inspect(queue, names.express)
      return { ready: bulk.ready + (express?.ready ?? 0), consumers: bulk.consumers }
    })

    const ready = (queue: string) => Effect.map(waiting(queue), (found) => found?.ready ?? 0)

    const statistics = Effect.fnUntraced(function* (queue: string) {
      const found = yield* waiting(queue)
      if (found === undefined) return nothing
      return {
        ...found,
        unsettled: unsettled(queue),
        delayed: yield* delayed.count(queue),
        dead: yield* deadLetters.count(queue)
      }
    })

    return {
      declare: topology.ensure,

      publish: (messages) =>
        publish(
          messages.map((message) => {
            const routingKey = topology.names(message.queue)[message.lane ?? "bulk"]
            return Envelope.first(message, { exchange: "", routingKey })
          })
        ).pipe(orDefect, MessagingSpan.publish(system, messages)),

      subscribe: (queue, { lane = "bulk", prefetch }) =>
        Consumer.make(
          { connection: consuming, delayed, inspect, topology, publish, system },
          { queue, lane, prefetch }
        ).pipe(
          orDefect,
          Effect.tap((consumer) => {
            consumers.add(consumer)
            return Effect.addFinalizer(() => Effect.sync(() => consumers.delete(consumer)))
          })
        ),

      depth: (queue) =>
        Effect.zipWith(ready(queue), delayed.count(queue), (ready, delayed) => ready + unsettled(queue) + delayed).pipe(
          orDefect
        ),

      ready: (queue) => orDefect(ready(queue)),

      statistics: (queue) => orDefect(statistics(queue)),
      deadLetters: (queue, limit) => orDefect(deadLetters.list(queue, limit)),
      replay: (queue, selection) => orDefect(deadLetters.replay(queue, selection)),
      drop: (queue, selection) => orDefect(deadLetters.drop(queue, selection))
    }
  })
)

const nothing: QueueStatistics = { ready: 0, unsettled: 0, delayed: 0, dead: 0, consumers: 0 }

/** Settings that turn out to be wrong while the program runs are nothing its flows can act on. */
const orDefect = <A, R>(effect: Effect.Effect<A, BrokerUnavailable | BrokerMisconfigured, R>) =>
  Effect.catchTag(effect, "BrokerMisconfigured", Effect.die)
