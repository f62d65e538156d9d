/**
 * Spans of message operations, named and attributed as OpenTelemetry's messaging conventions say. Never bodies.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
import { Effect } from "effect"
import type { OutgoingMessage, Settlement } from "../services/MessageBroker.ts"

/** A span around the publication of messages, named after their queue when they share one. */
export const publish = (system: string, messages: ReadonlyArray<OutgoingMessage>) => {
  const queue = messages[0]?.queue
  const isShared = queue !== undefined && messages.every((message) => message.queue === queue)
  return Effect.withSpan(
    isShared ? `publish ${queue}` : "publish",
    {
      kind: "producer",
      attributes: {
        "messaging.system": system,
        "messaging.operation.name": "publish",
        "messaging.operation.type": "send",
        "messaging.batch.message_count": messages.length,
        ...(isShared && { "messaging.destination.name": queue })
      }
    },
    { captureStackTrace: false }
  )
}

/** A span around the settlement of a message. */
export const settle = (system: string, queue: string, settlement: Settlement) => {
  const operation = settlement._tag.toLowerCase()
  return Effect.withSpan(
    `${operation} ${queue}`,
    {
      kind: "client",
      attributes: {
        "messaging.system": system,
        "messaging.operation.name": operation,
        "messaging.operation.type": "settle",
        "messaging.destination.name": queue
      }
    },
    { captureStackTrace: false }
  )
}
