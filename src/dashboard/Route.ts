/** The page that the address of the window names; it changes with it. */
import { type ReadonlySignal, signal } from "@preact/signals"
import { parse, type Route } from "./Routes.ts"

const current = signal(parse(location.hash))

export const route: ReadonlySignal<Route> = current

addEventListener("hashchange", () => {
  const before = route.value.path.join("/")
  current.value = parse(location.hash)
  if (route.value.path.join("/") !== before) scrollTo(0, 0)
})
