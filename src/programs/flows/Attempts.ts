/** How often something was tried that no message of its own counts, and when it may be tried again. Kept in this process. */
import { Duration } from "effect"

export interface Attempts {
  /** Whether it may be tried at `now`, in milliseconds. */
  readonly isDue: (name: string, now: number) => boolean
  /** The attempt that would be next, from 1. */
  readonly next: (name: string) => number
  /** It was tried at `now`, and is to be tried again after a pause; it may count as no attempt. */
  readonly postpone: (
    name: string,
    now: number,
    options: { readonly after: Duration.Duration; readonly isCounted: boolean }
  ) => void
  /** It is not to be tried again. */
  readonly end: (name: string) => void
}

export const make = (): Attempts => {
  const tried = new Map<string, { readonly count: number; readonly due: number }>()
  const count = (name: string) => tried.get(name)?.count ?? 0
  return {
    isDue: (name, now) => now >= (tried.get(name)?.due ?? now),
    next: (name) => count(name) + 1,
    postpone: (name, now, { after, isCounted }) =>
      void tried.set(name, { count: count(name) + (isCounted ? 1 : 0), due: now + Duration.toMillis(after) }),
    end: (name) => void tried.delete(name)
  }
}
