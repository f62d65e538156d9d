/**
 * Spans of work on messages, by OpenTelemetry's messaging conventions. Every span of an image is in the image's own trace;
 * work on several images at once has a span of its own, and both link to each other.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
import { Clock, Effect, type Tracer } from "effect"
import type { ImageId } from "../../domain/Identifiers.ts"
import * as Messages from "../../domain/Messages.ts"
import * as TraceContext from "../../domain/TraceContext.ts"
import type { Delivery } from "../../services/MessageBroker.ts"
import type { Hinted } from "./Hints.ts"

/** The effect as the processing of a delivery, in the trace that the message belongs to. */
export const processing = (delivery: Delivery) => continuing(`process ${delivery.queue}`, [delivery])

/** The effect as the processing of the hints at one image, in the trace that the first of them belongs to. */
export const processingHint = (hint: Hinted) => continuing(`process ${hint.deliveries[0]!.queue}`, hint.deliveries)

/** The effect as the processing of deliveries at once: a trace of its own, which links to that of each delivery. */
export const processingBatch = (deliveries: ReadonlyArray<Delivery>) => {
  const { queue } = deliveries[0]!
  return Effect.withSpan(
    `process ${queue}`,
    {
      kind: "consumer",
      root: true,
      attributes: { ...messaging(deliveries[0]!), "messaging.batch.message_count": deliveries.length },
      links: linksTo(deliveries.map(({ headers }) => headers))
    },
    noStackTrace
  )
}

/** The image's part of work that is done for several: a span in its trace, which links to all that led to it. */
export const stepOf =
  (
    name: string,
    image: { readonly imageId: ImageId; readonly deliveries: ReadonlyArray<Delivery> },
    attributes: Readonly<Record<string, unknown>>
  ) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      const batch = yield* Effect.orDie(Effect.currentSpan)
      const [first, ...others] = image.deliveries
      const waited = yield* waitOf(first!)
      return yield* Effect.withSpan(effect, name, {
        ...noStackTrace,
        parent: TraceContext.decode(first!.headers[TraceContext.header]),
        attributes: { "windmill.image_id": image.imageId, ...attributes, ...waited },
        links: [{ span: batch, attributes: {} }, ...linksTo(others.map(({ headers }) => headers))]
      })
    })

/**
 * The effect as work on several images at once: a trace of its own. Each of the images has a span of it in its own trace;
 * they link to each other.
 */
export const together =
  (name: string, images: ReadonlyArray<{ readonly imageId: ImageId; readonly parent: Tracer.Span }>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      const batch = yield* Effect.orDie(Effect.currentSpan)
      const steps = yield* Effect.forEach(images, ({ imageId, parent }) =>
        Effect.makeSpan(name, {
          parent,
          attributes: { "windmill.image_id": imageId },
          links: [{ span: batch, attributes: {} }]
        })
      )
      return yield* Effect.onExit(effect, (exit) =>
        Effect.map(Clock.currentTimeNanos, (now) => steps.forEach((step) => step.end(now, exit)))
      )
    }).pipe(
      Effect.withSpan(
        `${name}s`,
        {
          root: true,
          attributes: { "windmill.images": images.length },
          links: images.map(({ parent }) => ({ span: parent, attributes: {} }))
        },
        noStackTrace
      )
    )

/** Where a span begins is plain from its name, and stack traces do not leave this machine. */
const noStackTrace = { captureStackTrace: false } as const

/** Links to the spans that the headers name, each once. */
const linksTo = (all: ReadonlyArray<Readonly<Record<string, string>>>): Array<Tracer.SpanLink> => {
  const contexts = new Set(all.map((headers) => headers[TraceContext.header]))
  return [...contexts].flatMap((context) => {
    const span = TraceContext.decode(context)
    return span === undefined ? [] : [{ span, attributes: {} }]
  })
}

const continuing =
  (name: string, deliveries: ReadonlyArray<Delivery>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(waitOf(deliveries[0]!), (waited) => {
      const [first, ...others] = deliveries
      const attempt = Math.max(...deliveries.map(({ attempt }) => attempt))
      return Effect.withSpan(effect, name, {
        ...noStackTrace,
        kind: "consumer",
        parent: TraceContext.decode(first!.headers[TraceContext.header]),
        attributes: { ...messaging(first!), "windmill.attempt": attempt, ...waited },
        links: linksTo(others.map(({ headers }) => headers))
      })
    })

const messaging = ({ attributes, queue }: Delivery) => ({
  ...attributes,
  "messaging.operation.name": "process",
  "messaging.operation.type": "process",
  "messaging.destination.name": queue
})

/** How long the message was under way, the pauses before its retries included. */
const waitOf = ({ headers }: Delivery) =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const waited = Messages.waited(headers, now)
    return waited === undefined ? {} : { "windmill.queue_wait_ms": waited }
  })
