/** What programs serve at their metrics port. */
import { Effect, Schedule } from "effect"
import { serve } from "./HttpServers.ts"

/** A port that nobody listens on. */
export const freePort = Effect.scoped(serve(() => {}))

/** Asks again and again until the program answers what is wanted, and returns that. */
export const until = Effect.fnUntraced(function* (port: number, path: string, isWanted: (body: string) => boolean) {
  let last = ""
  const ask = Effect.promise(async () => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined)
    return (last = response === undefined ? "" : await response.text())
  })
  return yield* ask.pipe(
    Effect.repeat({ until: isWanted, schedule: Schedule.spaced("20 millis") }),
    Effect.timeoutOrElse({
      duration: "90 seconds",
      orElse: () => Effect.die(new Error(`${path} does not become ${isWanted.toString()} but stays ${last}`))
    })
  )
})

/** The value of a series; none while it does not exist. */
export const value = (metrics: string, series: string): number | undefined => {
  const line = metrics.split("\n").find((line) => line.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

/** The names of all metrics. */
export const names = (metrics: string): ReadonlyArray<string> =>
  [...metrics.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!)
