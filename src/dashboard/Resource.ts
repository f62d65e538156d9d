/** What a page shows comes from somewhere, and changes. */
import { type ReadonlySignal, type Signal, useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"

export interface Resource<A> {
  /** The latest; none before the first. */
  readonly value: ReadonlySignal<A | undefined>
  /** Why the latest attempt to get it failed. What came before is kept. */
  readonly problem: ReadonlySignal<string | undefined>
  /** Gets it again. Resolves when what is shown is no older than the call, also when another attempt overtakes this one. */
  readonly refresh: () => Promise<void>
}

export interface ResourceOptions {
  /** Gets it again after so many milliseconds, as long as the page can be seen. */
  readonly everyMilliseconds?: number
  /** Gets it anew when this changes. */
  readonly key?: string
}

/** Gets something for as long as a component is shown. Of answers that overtake each other the one asked for last counts. */
export const useResource = <A>(load: () => Promise<A>, options: ResourceOptions = {}): Resource<A> => {
  const { everyMilliseconds, key = "" } = options
  const value: Signal<A | undefined> = useSignal(undefined)
  const problem: Signal<string | undefined> = useSignal(undefined)
  const attempts = useRef(0)
  const latest = useRef(load)
  latest.current = load

  const running = useRef<Promise<void>>(Promise.resolve())

  const attemptToLoad = async () => {
    const attempt = ++attempts.current
    try {
      const loaded = await latest.current()
      if (attempt !== attempts.current) return
      value.value = loaded
      problem.value = undefined
    } catch (error) {
      if (attempt === attempts.current) problem.value = (error as Error).message
    }
  }
  const refresh = async () => {
    running.current = attemptToLoad()
    let awaited: Promise<void>
    do {
      awaited = running.current
      await awaited
    } while (awaited !== running.current)
  }

  useEffect(() => {
    void refresh()
    const timer =
      everyMilliseconds === undefined
        ? undefined
        : setInterval(() => {
            if (document.visibilityState === "visible") void refresh()
          }, everyMilliseconds)
    return () => {
      attempts.current++
      clearInterval(timer)
    }
  }, [key, everyMilliseconds])

  return { value, problem, refresh }
}
