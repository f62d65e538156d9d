/** The keys of the dashboard, and the list of them that `?` shows. */
import { signal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { href } from "./Routes.ts"

/** A page on the second key after `g`. */
const pages: Readonly<Record<string, readonly [path: string, name: string]>> = {
  o: ["", "Overview"],
  i: ["images", "Images"],
  f: ["failures", "Failures"],
  d: ["dead-letters", "Dead letters"],
  w: ["workers", "Workers"]
}

const isShown = signal(false)

export const showKeys = (): void => {
  isShown.value = true
}

/** Whether what is typed goes into a field. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("input:not([type=checkbox], [type=range]), select, textarea")

export const Keys = () => {
  const isGoing = useRef(false)
  useEffect(() => {
    const onKey = ({ altKey, ctrlKey, key, metaKey, target }: KeyboardEvent) => {
      if (altKey || ctrlKey || metaKey || isTyping(target) || document.querySelector("dialog[open]") !== null) return
      const page = isGoing.current ? pages[key] : undefined
      isGoing.current = key === "g"
      if (page !== undefined) location.hash = href(page[0])
      if (key === "?") showKeys()
    }
    addEventListener("keydown", onKey)
    return () => removeEventListener("keydown", onKey)
  }, [])
  return isShown.value ? <List onClose={() => (isShown.value = false)} /> : null
}

const List = ({ onClose }: { readonly onClose: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current!.showModal(), [])
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="keys">
      <form method="dialog">
        <h2 id="keys">Keys</h2>
        <dl class="facts">
          {Object.entries(pages).map(([key, [, name]]) => (
            <div key={key}>
              <dt>
                <kbd>g</kbd> <kbd>{key}</kbd>
              </dt>
              <dd>{name}</dd>
            </div>
          ))}
          <div>
            <dt>
              <kbd>?</kbd>
            </dt>
            <dd>This list</dd>
          </div>
          <div>
            <dt>
              <kbd>Esc</kbd>
            </dt>
            <dd>Close what is open</dd>
          </div>
        </dl>
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}
