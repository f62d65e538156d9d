/** How late timers fire because something keeps the thread busy. */
import { Effect, Metric, Schedule } from "effect"
import * as NodePerfHooks from "node:perf_hooks"

/** Milliseconds between the timers that are watched. */
const resolution = 20

const lag = Metric.gauge("windmill_event_loop_lag_seconds", {
  description: "How late timers fired in the last 10 seconds, by quantile"
})

const quantiles = { "0.5": 50, "0.99": 99, "1": 100 }

/** Measures until the scope closes. */
export const watch = Effect.gen(function* () {
  const delays = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const histogram = NodePerfHooks.monitorEventLoopDelay({ resolution })
      histogram.enable()
      return histogram
    }),
    (histogram) => Effect.sync(() => histogram.disable())
  )
  const note = Effect.gen(function* () {
    for (const [quantile, percentile] of Object.entries(quantiles)) {
      const late = delays.count === 0 ? 0 : Math.max(0, delays.percentile(percentile) / 1e6 - resolution)
      yield* Metric.update(Metric.withAttributes(lag, { quantile }), late / 1000)
    }
    delays.reset()
  })
  yield* Effect.forkScoped(Effect.repeat(note, Schedule.spaced("10 seconds")))
})
