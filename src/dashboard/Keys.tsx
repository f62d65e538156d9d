/** The keys of the page that is shown, and the list of them that `?` shows. */
import { signal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { href } from "./Routes.ts"

export interface Shortcut {
  /** As the keyboard names it, with `Shift+` before it where that makes a difference: `f`, `+`, `Shift+ArrowLeft`. */
  readonly key: string
  /** What it does, in words. */
  readonly name: string
  readonly act: () => void
}

/** A page on the second key after `g`. */
const pages: Readonly<Record<string, readonly [path: string, name: string]>> = {
  o: ["", "Overview"],
  i: ["images", "Images"],
  a: ["add", "Add pictures"],
  s: ["statistics", "Statistics"],
  f: ["failures", "Failures"],
  d: ["dead-letters", "Dead letters"],
  p: ["operations", "Operations"],
  w: ["workers", "Workers"]
}

const isShown = signal(false)

export const showKeys = (): void => {
  isShown.value = true
}

/** What is shown now has these keys; the latest of each component. */
const shortcuts = signal<ReadonlyArray<{ readonly current: ReadonlyArray<Shortcut> }>>([])

/** Gives keys a meaning for as long as a component is shown. */
export const useShortcuts = (list: ReadonlyArray<Shortcut>): void => {
  const latest = useRef(list)
  latest.current = list
  useEffect(() => {
    shortcuts.value = [...shortcuts.peek(), latest]
    return () => {
      shortcuts.value = shortcuts.peek().filter((each) => each !== latest)
    }
  }, [])
}

/** Whether what is typed goes into a field, or moves a slider. */
const isForField = (target: EventTarget | null, key: string): boolean =>
  target instanceof HTMLElement &&
  (target.matches("input:not([type=checkbox], [type=range]), select, textarea") ||
    (target.matches("input[type=range]") && key.startsWith("Arrow")))

export interface KeysProps {
  /** Whether `g` and a letter go to a page. */
  readonly hasPages?: boolean
}

export const Keys = ({ hasPages = true }: KeysProps) => {
  const isGoing = useRef(false)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { altKey, ctrlKey, key, metaKey, shiftKey, target } = event
      if (altKey || ctrlKey || metaKey || isForField(target, key)) return
      if (document.querySelector("dialog[open]") !== null) return
      const page = isGoing.current && hasPages ? pages[key] : undefined
      isGoing.current = key === "g"
      if (page !== undefined) {
        location.hash = href(page[0])
        return
      }
      if (key === "?") return showKeys()
      const wanted = shiftKey && key.length > 1 ? `Shift+${key}` : key
      const found = shortcuts.value.flatMap(({ current }) => current).find((each) => each.key === wanted)
      if (found === undefined) return
      event.preventDefault()
      found.act()
    }
    addEventListener("keydown", onKey)
    return () => removeEventListener("keydown", onKey)
  }, [hasPages])
  return isShown.value ? <List hasPages={hasPages} onClose={() => (isShown.value = false)} /> : null
}

const List = ({ hasPages, onClose }: { readonly hasPages: boolean; readonly onClose: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current!.showModal(), [])
  const here = shortcuts.value.flatMap(({ current }) => current)
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="keys">
      <form method="dialog">
        <h2 id="keys">Keys</h2>
        <dl class="facts">
          {here.map(({ key, name }) => (
            <Entry key={key} keys={key.split(/(?<=.)\+(?=.)/)} name={name} />
          ))}
          {hasPages &&
            Object.entries(pages).map(([key, [, name]]) => <Entry key={key} keys={["g", key]} name={name} />)}
          {hasPages && <Entry keys={["/"]} name="Search, on the page of the images" />}
          <Entry keys={["?"]} name="This list" />
          <Entry keys={["Esc"]} name="Close what is open" />
        </dl>
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}

const signs: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Delete: "Del"
}

const Entry = ({ keys, name }: { readonly keys: ReadonlyArray<string>; readonly name: string }) => (
  <div>
    <dt>
      {keys.map((key) => (
        <>
          <kbd>{signs[key] ?? key}</kbd>{" "}
        </>
      ))}
    </dt>
    <dd>{name}</dd>
  </div>
)
