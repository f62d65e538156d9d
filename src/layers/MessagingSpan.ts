/**
 * Spans of message operations, named and attributed as OpenTelemetry's messaging conventions say. Never with bodies.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
import { Effect } from "effect"
import type { OutgoingMessage, Settlement } from "../services/MessageBroker.ts"

/** Attributes of every span of a broker: `messaging.system`, and where it is. */
export type System = Readonly<Record<string, string | number>> & { readonly "messaging.system": string }

/** A span around publishing, named after the queue if the messages share one. */
export const publish = (system: System, messages: ReadonlyArray<OutgoingMessage>) => {
  const queue = messages[0]?.queue
  const isShared = queue !== undefined && messages.every((message) => message.queue === queue)
  const attributes = {
    ...system,
    "messaging.operation.name": "publish",
    "messaging.operation.type": "send",
    "messaging.batch.message_count": messages.length
  }
  return isShared
    ? withSpan(`publish ${queue}`, "producer", { ...attributes, "messaging.destination.name": queue })
    : withSpan("publish", "producer", attributes)
}

/** A span around a settlement that has to wait for the broker. An ack or a requeue does not, and has none. */
export const settle = (system: System, queue: string, settlement: Settlement) => {
  const operation = settlement._tag === "DeadLetter" ? "dead-letter" : settlement._tag.toLowerCase()
  return withSpan(`${operation} ${queue}`, "client", {
    ...system,
    "messaging.operation.name": operation,
    "messaging.operation.type": "settle",
    "messaging.destination.name": queue
  })
}

const withSpan = (name: string, kind: "producer" | "client", attributes: Record<string, unknown>) =>
  Effect.withSpan(name, { kind, attributes }, { captureStackTrace: false })
