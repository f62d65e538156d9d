/**
 * Spans of work on messages, by OpenTelemetry's messaging conventions. Every span of an image is in the image's own trace;
 * work on several images at once has a span of its own, and both link to each other.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
import { Clock, Effect, Option, type Tracer } from "effect"
import type { ImageId } from "../../domain/Identifiers.ts"
import * as Messages from "../../domain/Messages.ts"
import * as TraceContext from "../../domain/TraceContext.ts"
import type { Delivery, Settlement } from "../../services/MessageBroker.ts"
import type { Deliveries } from "./Step.ts"

/** The effect as the processing of a task, in the trace that the first of its deliveries belongs to. */
export const processing =
  (deliveries: Deliveries) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(waitOf(deliveries[0]), (waited) => {
      const [first, ...others] = deliveries
      const attempt = Math.max(...deliveries.map(({ attempt }) => attempt))
      return Effect.withSpan(effect, `process ${first.queue}`, {
        ...noStackTrace,
        kind: "consumer",
        parent: TraceContext.decode(first.headers[TraceContext.header]),
        attributes: { ...messaging(first), "windmill.attempt": attempt, ...waited },
        links: linksTo(others.map(({ headers }) => headers))
      })
    })

/** What the span of a task says about how it ended, unless it simply did. */
export const endOf = (settlement: Settlement): Readonly<Record<string, string>> => {
  switch (settlement._tag) {
    case "Retry":
      return { "windmill.outcome": "retry", "error.type": "unavailable" }
    case "Requeue":
      return { "windmill.outcome": "given back" }
    case "Wait":
      return { "windmill.outcome": "wait" }
    case "DeadLetter":
      return { "windmill.outcome": "dead-letter", "error.type": "poison", "windmill.reason": settlement.reason }
    default:
      return {}
  }
}

/**
 * The effect as committing what came of several tasks: a trace of its own. With a name, each of the images has a span of it
 * in its own trace, and they link to each other; without, it is the processing of their deliveries.
 */
export const committing =
  (
    name: string | undefined,
    tasks: ReadonlyArray<{
      readonly deliveries: Deliveries
      readonly imageId: Option.Option<ImageId>
      readonly span: Option.Option<Tracer.Span>
    }>
  ) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    name === undefined
      ? processingBatch(
          effect,
          tasks.flatMap(({ deliveries }) => deliveries)
        )
      : together(
          effect,
          name,
          tasks.flatMap(({ imageId, span }) =>
            Option.isSome(imageId) && Option.isSome(span) ? [{ imageId: imageId.value, parent: span.value }] : []
          )
        )

const processingBatch = <A, E, R>(effect: Effect.Effect<A, E, R>, deliveries: ReadonlyArray<Delivery>) => {
  const first = deliveries[0]!
  return Effect.withSpan(effect, `process ${first.queue}`, {
    ...noStackTrace,
    kind: "consumer",
    root: true,
    attributes: { ...messaging(first), "messaging.batch.message_count": deliveries.length },
    links: linksTo(deliveries.map(({ headers }) => headers))
  })
}

const together = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  name: string,
  images: ReadonlyArray<{ readonly imageId: ImageId; readonly parent: Tracer.Span }>
): Effect.Effect<A, E, R> =>
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

/** The image's part of work that is done for several: a span in its trace, which links to all that led to it. */
export const stepOf =
  (
    name: string,
    image: { readonly imageId: ImageId; readonly deliveries: Deliveries },
    attributes: Readonly<Record<string, unknown>>
  ) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      const batch = yield* Effect.orDie(Effect.currentSpan)
      const [first, ...others] = image.deliveries
      const waited = yield* waitOf(first)
      return yield* Effect.withSpan(effect, name, {
        ...noStackTrace,
        parent: TraceContext.decode(first.headers[TraceContext.header]),
        attributes: { "windmill.image_id": image.imageId, ...attributes, ...waited },
        links: [{ span: batch, attributes: {} }, ...linksTo(others.map(({ headers }) => headers))]
      })
    })

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
