/** The way to the images before and after this one in the list it was found in, and back to the list. */
import { useShortcuts } from "../Keys.tsx"
import { replace, up } from "../Route.ts"

export interface NeighborsProps {
  /** The address of the list. */
  readonly list: string
  /** Addresses of the images before and after this one. */
  readonly previous: string | undefined
  readonly next: string | undefined
  /** Which one of how many this is, where that is known. */
  readonly place?: string
}

/** The image takes the place of this one in the history: back from any of them is the list. */
const go = (address: string | undefined): void => {
  if (address !== undefined) replace(address)
}

/** Follows a link in its own way, unless it is to be opened somewhere else. */
const following = (follow: () => void) => (event: MouseEvent) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  follow()
}

export const Neighbors = ({ list, next, place, previous }: NeighborsProps) => {
  useShortcuts([
    { key: "ArrowLeft", name: "The image before", act: () => go(previous) },
    { key: "ArrowRight", name: "The image after", act: () => go(next) },
    { key: "u", name: "Up to the list", act: () => up(list) }
  ])
  const to = (address: string | undefined, words: string) =>
    address === undefined ? (
      <span class="soft">{words}</span>
    ) : (
      <a href={address} onClick={following(() => go(address))}>
        {words}
      </a>
    )
  return (
    <nav class="neighbors" aria-label="Images">
      <a href={list} onClick={following(() => up(list))}>
        All images
      </a>
      {to(previous, "← Previous")}
      {place !== undefined && <span class="soft">{place}</span>}
      {to(next, "Next →")}
    </nav>
  )
}
