/** Queues that nothing is in. */
import { Effect } from "effect"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { ServiceCatalog } from "../../domain/ServiceCatalog.ts"
import { MessageBroker } from "../../services/MessageBroker.ts"

/** Whether nothing is in the queue, in hand, or waits for another try: what waits would be tried once more for each time. */
export const isIdle = (queue: string) =>
  Effect.map(
    MessageBroker.use((broker) => broker.statistics(queue)),
    ({ delayed, ready, unsettled }) => ready + unsettled + delayed === 0
  )

/** The services whose queue is idle. */
export const services = Effect.fnUntraced(function* (catalog: ServiceCatalog) {
  const idle = yield* Effect.filter(catalog, ({ queue }) => isIdle(queue))
  return new Set<ServiceId>(idle.map(({ id }) => id))
})
