/** Spans of what is done many times a second. */
import { Effect, References, type Tracer } from "effect"

/**
 * The effect in a span, without a stack trace; where nothing is traced, the effect as it is.
 *
 * A span that nobody sees costs as much as many of the things that are done in it.
 */
export const span =
  (name: string, options: Tracer.SpanOptionsNoTrace = {}) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(References.TracerEnabled, (isTraced) =>
      isTraced ? Effect.withSpan(effect, name, { ...options, captureStackTrace: false }) : effect
    )
