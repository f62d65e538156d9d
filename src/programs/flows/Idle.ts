/**
 * Steps with nothing in the queue, in hand or delayed: without a new message they do nothing.
 *
 * The broker says what waits in a queue, but not what others hold or sent to wait for a delay; that is what programs say of
 * themselves, a few seconds late.
 */
import { Clock, Effect } from "effect"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { ServiceCatalog } from "../../domain/ServiceCatalog.ts"
import type { StepName } from "../../domain/StepName.ts"
import * as Worker from "../../domain/Worker.ts"
import { MessageBroker } from "../../services/MessageBroker.ts"
import { WorkerRegistry } from "../../services/WorkerRegistry.ts"

/** Whether nothing of the step is in its queue, in hand, or waits for another try. */
export const isIdle = Effect.fnUntraced(function* (step: StepName, queue: string) {
  const broker = yield* MessageBroker
  return (yield* broker.depth(queue)) === 0 && !(yield* busy).has(step)
})

/** The services that are idle. */
export const services = Effect.fnUntraced(function* (catalog: ServiceCatalog) {
  const broker = yield* MessageBroker
  const others = yield* busy
  const idle = yield* Effect.filter(
    catalog.filter(({ id }) => !others.has(id)),
    ({ queue }) => Effect.map(broker.depth(queue), (depth) => depth === 0)
  )
  return new Set<ServiceId>(idle.map(({ id }) => id))
})

const busy = Effect.gen(function* () {
  const registry = yield* WorkerRegistry
  return Worker.busy(yield* registry.workers, yield* Clock.currentTimeMillis)
})
