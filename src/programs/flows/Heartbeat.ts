/** Telling others that this program is alive, and what it is doing. */
import { Clock, Duration, Effect, Layer, Option, Queue, Schedule } from "effect"
import * as Agreement from "../../domain/catalog/Agreement.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import * as Delays from "../../domain/Delays.ts"
import type { StepName } from "../../domain/StepName.ts"
import { type Activity, beatEvery, type OpenBreaker } from "../../domain/Worker.ts"
import * as Troubles from "../../domain/Troubles.ts"
import { ActivityLog, type Hand } from "../../services/ActivityLog.ts"
import { Catalog } from "../../services/Catalog.ts"
import { type Beat, WorkerRegistry } from "../../services/WorkerRegistry.ts"

/** Who beats. */
export type Identity = Pick<Beat, "workerId" | "host" | "version">

/** Keeps the log of this process and tells the registry of it every few seconds, until the layer's scope closes. */
export const layer = (identity: Identity) =>
  Layer.effect(
    ActivityLog,
    Effect.gen(function* () {
      const registry = yield* WorkerRegistry
      const clock = yield* Clock.Clock
      const catalog = Option.map(yield* Effect.serviceOption(Catalog), Agreement.printOf)
      const steps = new Map<StepName, StepLog>()
      const away = new Map<string, OpenBreaker>()
      const stepOf = (step: StepName): StepLog => {
        const known = steps.get(step) ?? {
          hands: new Set(),
          handled: 0,
          lastProgress: undefined,
          delays: Delays.none,
          leftAlone: new Map()
        }
        steps.set(step, known)
        return known
      }

      const beat = Effect.suspend(() =>
        registry.beat({
          ...identity,
          ...(Option.isSome(catalog) ? { catalog: catalog.value } : {}),
          activities: Array.from(steps, activityOf(clock.currentTimeMillisUnsafe())).flat(),
          ...(away.size === 0 ? {} : { away: Array.from(away, ([source, state]) => ({ source, ...state })) })
        })
      ).pipe(
        Effect.catch((error) => Effect.logDebug(`Could not report that this program is alive: ${error.message}`)),
        Effect.withTracerEnabled(false)
      )
      yield* Effect.addFinalizer(() => Effect.ignore(registry.leave(identity.workerId)))
      /** Programs with another catalog that were told of, and in what it differs. */
      const others = new Map<string, string>()
      const compare = Effect.gen(function* () {
        if (Option.isNone(catalog)) return
        for (const { catalog: that, host, isAlive, workerId } of yield* registry.workers) {
          const difference = that === undefined || !isAlive ? undefined : Agreement.difference(catalog.value, that)
          const words = difference === undefined ? "" : Troubles.differenceInWords(difference)
          if (words !== "" && others.get(workerId) !== words) {
            yield* Effect.logWarning(`${workerId} on ${host} works with another catalog. ${words}`)
          }
          others.set(workerId, words)
        }
      }).pipe(Effect.ignore, Effect.withTracerEnabled(false))
      yield* Effect.forkScoped(Effect.repeat(compare, Schedule.spaced(comparedEvery)))
      // Others are told soon that there is something in hand where nothing was.
      const begun = yield* Queue.sliding<void>(1)
      yield* beat.pipe(
        Effect.andThen(Effect.sleep(beatApart)),
        Effect.andThen(Effect.timeoutOption(Queue.take(begun), Duration.subtract(beatEvery, beatApart))),
        Effect.forever,
        Effect.forkScoped
      )

      return {
        open: (step) =>
          Effect.acquireRelease(
            Effect.sync(() => {
              const hand = new Set<object>()
              stepOf(step).hands.add(hand)
              return hand
            }),
            (hand) => Effect.sync(() => stepOf(step).hands.delete(hand))
          ).pipe(
            Effect.map((hand): Hand => ({
              take: (delivery) => {
                if (inFlightOf(stepOf(step)) === 0) Queue.offerUnsafe(begun, undefined)
                hand.add(delivery)
              },
              release: (delivery, wait) => {
                if (!hand.delete(delivery)) return
                const log = stepOf(step)
                const now = clock.currentTimeMillisUnsafe()
                log.handled++
                log.lastProgress = now
                if (wait !== undefined) log.delays = Delays.add(log.delays, now, wait)
              },
              drop: () => hand.clear()
            }))
          ),
        breaker: (step, service, state) =>
          Effect.sync(() => {
            const { leftAlone } = stepOf(step)
            Option.match(state, {
              onNone: () => leftAlone.delete(service),
              onSome: (breaker) => leftAlone.set(service, breaker)
            })
          }),
        source: (source, state) =>
          Effect.sync(() =>
            Option.match(state, {
              onNone: () => away.delete(source),
              onSome: (open) => away.set(source, open)
            })
          )
      }
    })
  )

/** How often catalogs are compared, which only change with a program that starts. */
const comparedEvery = Duration.seconds(30)

/** Beats are at least so far apart. */
const beatApart = Duration.seconds(1)

/** What is known about one step. A step may be worked on by several consumers. */
interface StepLog {
  readonly hands: Set<Set<object>>
  handled: number
  lastProgress: number | undefined
  delays: Delays.Delays
  /** The services that are left alone; of a service's step, itself. */
  readonly leftAlone: Map<ServiceId, NonNullable<Activity["breaker"]>>
}

const inFlightOf = ({ hands }: StepLog) => {
  let count = 0
  for (const hand of hands) count += hand.size
  return count
}

/** None while no consumer of the step is open. */
const activityOf =
  (now: number) =>
  ([step, log]: [StepName, StepLog]): ReadonlyArray<Activity> => {
    const { delays, handled, hands, lastProgress, leftAlone } = log
    if (hands.size === 0) return []
    const until = Delays.end(delays, now)
    const own = [...leftAlone].find(([service]) => service === step)
    const others = [...leftAlone].filter(([service]) => service !== step)
    return [
      {
        step,
        inFlight: inFlightOf(log),
        handled,
        ...(until === undefined ? {} : { delayed: { count: Delays.count(delays, now), until: new Date(until) } }),
        ...(lastProgress === undefined ? {} : { lastProgress: new Date(lastProgress) }),
        ...(own === undefined ? {} : { breaker: own[1] }),
        ...(others.length === 0 ? {} : { leftAlone: others.map(([service, breaker]) => ({ service, ...breaker })) })
      }
    ]
  }
