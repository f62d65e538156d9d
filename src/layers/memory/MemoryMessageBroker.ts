/**
 * Queues in the memory of this process, with what a real broker does: unsettled messages, redelivery, delays, dead letters.
 * For one process and for tests; nothing survives the process.
 *
 * Delays use the clock of whoever settles, so `TestClock` drives them.
 */
import { Effect, Layer } from "effect"
import { type DeadLetterSelection, type Lane, MessageBroker } from "../../services/MessageBroker.ts"
import * as WorkQueue from "./WorkQueue.ts"
import * as MessagingSpan from "../telemetry/MessagingSpan.ts"

export const layer: Layer.Layer<MessageBroker> = Layer.effect(
  MessageBroker,
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const queues = new Map<string, Queue>()
    let published = 0

    const queueOf = (name: string): Queue => {
      let queue = queues.get(name)
      if (queue === undefined) {
        const dead = new Set<WorkQueue.SetAside>()
        const lane = (lane: Lane) => WorkQueue.make({ name, lane, scope, dead })
        queue = { bulk: lane("bulk"), express: lane("express"), dead }
        queues.set(name, queue)
      }
      return queue
    }

    const statistics = (name: string) =>
      Effect.sync(() => {
        const { bulk, dead, express } = queueOf(name)
        const [many, few] = [WorkQueue.statistics(bulk), WorkQueue.statistics(express)]
        return {
          ready: many.ready + few.ready,
          unsettled: many.unsettled + few.unsettled,
          delayed: many.delayed + few.delayed,
          dead: dead.size,
          consumers: many.consumers
        }
      })

    return {
      declare: (names) => Effect.sync(() => names.forEach(queueOf)),

      publish: (messages) =>
        Effect.sync(() => {
          for (const { body, headers = {}, lane = "bulk", queue } of messages) {
            const id = String(++published)
            WorkQueue.append(queueOf(queue)[lane], { id, body, headers, attempt: 1, redelivered: false })
          }
        }).pipe(MessagingSpan.publish(WorkQueue.system, messages)),

      subscribe: (name, { lane = "bulk", prefetch }) =>
        Effect.acquireRelease(
          Effect.sync(() => WorkQueue.consume(queueOf(name)[lane], prefetch)),
          (consumer) => Effect.sync(() => WorkQueue.close(queueOf(name)[lane], consumer))
        ),

      depth: (name) => Effect.map(statistics(name), ({ delayed, ready, unsettled }) => ready + unsettled + delayed),

      ready: (name) => Effect.map(statistics(name), ({ ready }) => ready),

      statistics,

      deadLetters: (name, limit) =>
        Effect.sync(() => [...queueOf(name).dead].slice(0, limit).map(({ letter }) => letter)),

      replay: (name, selection) =>
        Effect.suspend(() => {
          const queue = queueOf(name)
          const taken = takeDead(queue, selection)
          return Effect.sync(() => {
            for (const { lane, letter } of taken) {
              const { body, headers, id } = letter
              WorkQueue.append(queue[lane], { id, body, headers, attempt: 1, redelivered: false })
            }
            return taken.length
          }).pipe(
            MessagingSpan.publish(
              WorkQueue.system,
              taken.map(({ letter }) => letter)
            )
          )
        }),

      drop: (name, selection) => Effect.sync(() => takeDead(queueOf(name), selection).length)
    }
  })
)

/** The lanes of a queue, and what was set aside from them, oldest first. */
interface Queue extends Readonly<Record<Lane, WorkQueue.WorkQueue>> {
  readonly dead: Set<WorkQueue.SetAside>
}

/** Removes the dead letters that are selected and returns them, oldest first. */
const takeDead = ({ dead }: Queue, selection: DeadLetterSelection): ReadonlyArray<WorkQueue.SetAside> => {
  const ids = selection === "all" ? undefined : new Set(selection)
  const taken = [...dead].filter(({ letter }) => ids === undefined || ids.has(letter.id))
  for (const one of taken) dead.delete(one)
  return taken
}
