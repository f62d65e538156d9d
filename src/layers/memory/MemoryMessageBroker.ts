/**
 * Queues in the memory of this process, with what a real broker does: unsettled messages, redelivery, delays, dead letters.
 * For one process and for tests; nothing survives the process.
 *
 * Delays use the clock of whoever settles, so `TestClock` drives them.
 */
import { Effect, Layer } from "effect"
import { MessageBroker } from "../../services/MessageBroker.ts"
import * as WorkQueue from "./WorkQueue.ts"
import * as MessagingSpan from "../telemetry/MessagingSpan.ts"

export const layer: Layer.Layer<MessageBroker> = Layer.effect(
  MessageBroker,
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const queues = new Map<string, WorkQueue.WorkQueue>()
    let published = 0

    const queueOf = (name: string): WorkQueue.WorkQueue => {
      let queue = queues.get(name)
      if (queue === undefined) {
        queue = WorkQueue.make(name, scope)
        queues.set(name, queue)
      }
      return queue
    }

    return {
      declare: (names) => Effect.sync(() => names.forEach(queueOf)),

      publish: (messages) =>
        Effect.sync(() => {
          for (const { body, headers = {}, queue } of messages) {
            const id = String(++published)
            WorkQueue.append(queueOf(queue), { id, body, headers, attempt: 1, redelivered: false })
          }
        }).pipe(MessagingSpan.publish(WorkQueue.system, messages)),

      subscribe: (name, { prefetch }) =>
        Effect.acquireRelease(
          Effect.sync(() => WorkQueue.consume(queueOf(name), prefetch)),
          (consumer) => Effect.sync(() => WorkQueue.close(queueOf(name), consumer))
        ),

      depth: (name) =>
        Effect.sync(() => {
          const { ready, unsettled } = WorkQueue.statistics(queueOf(name))
          return ready + unsettled
        }),

      statistics: (name) => Effect.sync(() => WorkQueue.statistics(queueOf(name))),

      deadLetters: (name, limit) => Effect.sync(() => queueOf(name).dead.slice(0, limit)),

      replay: (name, selection) =>
        Effect.suspend(() => {
          const letters = WorkQueue.takeDead(queueOf(name), selection)
          return Effect.sync(() => {
            for (const { body, headers, id } of letters) {
              WorkQueue.append(queueOf(name), { id, body, headers, attempt: 1, redelivered: false })
            }
            return letters.length
          }).pipe(MessagingSpan.publish(WorkQueue.system, letters))
        }),

      drop: (name, selection) => Effect.sync(() => WorkQueue.takeDead(queueOf(name), selection).length)
    }
  })
)
