/** What a page needs that has no document of its own: a title, and the place where its content begins. */
import { useEffect, useRef } from "preact/hooks"
import type { Route } from "./Routes.ts"

const names: Readonly<Record<string, string>> = {
  "": "Overview",
  images: "Images",
  add: "Add pictures",
  statistics: "Statistics",
  failures: "Failures",
  "dead-letters": "Dead letters",
  operations: "Operations",
  workers: "Workers"
}

/** The title of a page in the window, as in the history and in a list of tabs. */
export const titleOf = ({ path: [page = "", id] }: Route): string =>
  `${id === undefined ? (names[page] ?? "No such page") : `Image ${id}`} · Windmill`

const begin = (): void => document.getElementById("main")?.focus({ preventScroll: true })

/** Moves past the navigation. The address stays: what stands behind its `#` names the page. */
export const skip = (event: Event): void => {
  event.preventDefault()
  begin()
}

/** Gives the window the title of the page; whoever comes from another page is at the beginning of its content. */
export const usePage = (route: Route): void => {
  const page = route.path.join("/")
  const isFirst = useRef(true)
  useEffect(() => {
    document.title = titleOf(route)
    if (!isFirst.current) begin()
    isFirst.current = false
  }, [page])
}
