/** Takes pictures that are dropped on any page, or pasted into it. */
import { signal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { href } from "../Routes.ts"
import { add, type Picture } from "./Sending.ts"
import { wishes } from "./Wishes.ts"

const isOver = signal(false)

/** The addresses among the words of a text. */
export const urlsIn = (text: string): ReadonlyArray<string> => text.split(/\s+/).filter(isUrl)

/** The lines of a text that are no addresses. */
export const othersIn = (text: string): ReadonlyArray<string> =>
  text.split("\n").filter((line) => line.trim() !== "" && !line.trim().split(/\s+/).every(isUrl))

const isUrl = (word: string): boolean => URL.canParse(word) && ["http:", "https:"].includes(new URL(word).protocol)

const take = (pictures: ReadonlyArray<Picture>): void => {
  if (pictures.length === 0) return
  add(pictures, wishes.value)
  location.hash = href("add")
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches("input, select, textarea")

const picturesOf = (data: DataTransfer): ReadonlyArray<Picture> =>
  data.files.length > 0 ? [...data.files] : urlsIn(data.getData("text"))

export const Dropping = () => {
  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    const mayHold = ({ dataTransfer }: DragEvent) =>
      dataTransfer?.types.some((type) => type === "Files" || type === "text/uri-list") === true
    addEventListener(
      "dragover",
      (event) => {
        if (!mayHold(event)) return
        event.preventDefault()
        isOver.value = true
      },
      { signal }
    )
    addEventListener(
      "dragleave",
      (event) => {
        if (event.relatedTarget === null) isOver.value = false
      },
      { signal }
    )
    addEventListener(
      "drop",
      (event) => {
        isOver.value = false
        if (!mayHold(event)) return
        event.preventDefault()
        take(picturesOf(event.dataTransfer!))
      },
      { signal }
    )
    addEventListener(
      "paste",
      ({ clipboardData, target }) => {
        if (clipboardData !== null && !isField(target)) take(picturesOf(clipboardData))
      },
      { signal }
    )
    return () => stop.abort()
  }, [])
  return isOver.value ? (
    <div class="dropping" aria-hidden="true">
      Drop pictures to add them
    </div>
  ) : null
}
