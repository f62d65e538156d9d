/** The programs that run, in the memory of the test. */
import { Clock, Duration, Effect, Layer } from "effect"
import { type Beat, WorkerRegistry } from "../../src/services/WorkerRegistry.ts"

export const layer = Layer.sync(WorkerRegistry, () => {
  const beats = new Map<string, Beat & { readonly at: number }>()
  const duties = new Map<string, { readonly holder: string; readonly until: number }>()
  return WorkerRegistry.of({
    beat: (beat) => Effect.map(Clock.currentTimeMillis, (at) => void beats.set(beat.workerId, { ...beat, at })),
    leave: (workerId) => Effect.sync(() => void beats.delete(workerId)),
    lead: (duty, holder, time) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const known = duties.get(duty)
        if (known !== undefined && known.holder !== holder && known.until > now) return false
        duties.set(duty, { holder, until: now + Duration.toMillis(time) })
        return true
      }),
    workers: Effect.map(Clock.currentTimeMillis, (now) =>
      [...beats.values()].map(({ activities, at, away = [], catalog, host, version, workerId }) => ({
        workerId,
        host,
        version,
        started: new Date(at),
        lastBeat: new Date(at),
        isAlive: now - at < 20_000,
        away,
        ...(catalog === undefined ? {} : { catalog }),
        activities: activities.map((activity) => ({ ...activity, rate: 0 }))
      }))
    )
  })
})
