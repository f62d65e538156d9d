/**
 * Spans of message operations, named and attributed as OpenTelemetry's messaging conventions say. Never with bodies.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
import { Effect, type Tracer } from "effect"
import * as TraceContext from "../../domain/TraceContext.ts"
import type { OutgoingMessage, Settlement } from "../../services/MessageBroker.ts"

/** Attributes of every span of a broker: `messaging.system`, and where it is. */
export type System = Readonly<Record<string, string | number>> & { readonly "messaging.system": string }

/**
 * A span around publishing, named after the queue if the messages share one. Links to what each message continues. Around
 * nothing there is none.
 */
export const publish =
  (system: System, messages: ReadonlyArray<OutgoingMessage>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const [first] = messages
    if (first === undefined) return effect
    const { queue } = first
    const isShared = messages.every((message) => message.queue === queue)
    const attributes = {
      ...system,
      "messaging.operation.name": "publish",
      "messaging.operation.type": "send",
      "messaging.batch.message_count": messages.length
    }
    const links = linksTo(messages)
    return isShared
      ? withSpan(effect, `publish ${queue}`, "producer", { ...attributes, "messaging.destination.name": queue }, links)
      : withSpan(effect, "publish", "producer", attributes, links)
  }

/** A span around a settlement that has to wait for the broker. An ack or a requeue does not, and has none. */
export const settle =
  (system: System, queue: string, settlement: Settlement) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const operation = settlement._tag === "DeadLetter" ? "dead-letter" : settlement._tag.toLowerCase()
    return withSpan(effect, `${operation} ${queue}`, "client", {
      ...system,
      "messaging.operation.name": operation,
      "messaging.operation.type": "settle",
      "messaging.destination.name": queue
    })
  }

const withSpan = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  name: string,
  kind: "producer" | "client",
  attributes: Record<string, unknown>,
  links: Array<Tracer.SpanLink> = []
): Effect.Effect<A, E, R> =>
  effect.pipe(Effect.withSpan(name, { kind, attributes, links }, { captureStackTrace: false }))

/** Links that a span has at most, as OpenTelemetry's limits are by default. */
const mostLinks = 128

const linksTo = (messages: ReadonlyArray<OutgoingMessage>): Array<Tracer.SpanLink> => {
  const contexts = new Set<string>()
  for (const { headers } of messages) {
    const context = headers?.[TraceContext.header]
    if (context !== undefined && contexts.size < mostLinks) contexts.add(context)
  }
  return [...contexts].flatMap((context) => {
    const span = TraceContext.decode(context)
    return span === undefined ? [] : [{ span, attributes: {} }]
  })
}
