/** The page that the address of the window names; it changes with it. Back goes to where one was on a page. */
import { type ReadonlySignal, signal } from "@preact/signals"
import { parse, type Route } from "./Routes.ts"

const current = signal(parse(location.hash))

export const route: ReadonlySignal<Route> = current

/** What is known of an entry of the history. */
interface Entry {
  readonly hash: string
  /** How far down its page was, in CSS pixels. */
  readonly scroll: number
}

/** The entries that this document made, by the number that each of them carries. */
const entries = new Map<number, Entry>()

/** The number of the entry that is shown. */
let shown = 0

const numberOf = (state: unknown): number | undefined =>
  typeof state === "object" && state !== null && "entry" in state && typeof state.entry === "number"
    ? state.entry
    : undefined

const note = (): void => {
  entries.set(shown, { hash: location.hash, scroll: scrollY })
}

const begin = (entry: number): void => {
  shown = entry
  history.replaceState({ entry }, "")
  note()
}

/** Milliseconds in which a page has to become as long as it was. */
const longestRestore = 3000

/** Scrolls down as soon as the page is long enough, unless somebody scrolls meanwhile. */
const restore = (scroll: number): void => {
  const end = performance.now() + longestRestore
  const stop = new AbortController()
  for (const event of ["wheel", "pointerdown", "keydown"]) {
    addEventListener(event, () => stop.abort(), { signal: stop.signal, passive: true })
  }
  const attempt = () => {
    if (stop.signal.aborted) return
    scrollTo(0, scroll)
    if (Math.abs(scrollY - scroll) <= 1 || performance.now() > end) return stop.abort()
    requestAnimationFrame(attempt)
  }
  requestAnimationFrame(attempt)
}

/** Shows another address in place of this one: back leads to what came before this one. */
export const replace = (address: string): void => {
  write(address)
  current.value = parse(location.hash)
}

/** Writes what is shown of a page into its address, for those who copy it or come back to it; of another page than is shown, nothing. */
export const rewrite = (address: string): void => {
  if (pathOf(parse(address)) === pathOf(route.peek())) write(address)
}

/** Who has just gone somewhere else is at the address of that already, which is to stay. */
const write = (address: string): void => {
  if (entries.get(shown)?.hash !== location.hash) return
  history.replaceState(history.state, "", address)
  note()
}

const pathOf = ({ path }: Route): string => path.join("/")

/** Goes to a page, by going back where one came from it. */
export const up = (address: string): void => {
  if (entries.get(shown - 1)?.hash === address) history.back()
  else location.hash = address
}

history.scrollRestoration = "manual"
begin(numberOf(history.state) ?? 0)

addEventListener("hashchange", () => {
  const before = pathOf(route.value)
  const left = entries.get(shown)
  if (left !== undefined) entries.set(shown, { ...left, scroll: scrollY })
  const known = numberOf(history.state)
  if (known === undefined) begin(shown + 1)
  else shown = known
  current.value = parse(location.hash)
  const entry = entries.get(shown)
  if (known !== undefined && entry !== undefined) restore(entry.scroll)
  else if (pathOf(route.value) !== before) scrollTo(0, 0)
})
