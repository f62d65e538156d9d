/** One box for a query, with suggestions for the word that is being typed. */
import { useSignal } from "@preact/signals"
import { Result } from "effect"
import { useEffect, useRef } from "preact/hooks"
import * as Query from "../../domain/archive/Query.ts"
import type { Suggestion } from "../../domain/archive/Suggestion.ts"
import { api, send } from "../Client.ts"

/** How long typing pauses before suggestions are asked for. */
const typingPauseMilliseconds = 120

const list = "search-suggestions"

/** Why a line is no query; `undefined` when it is one, or empty. */
export const problemOf = (text: string): string | undefined =>
  text.trim() === ""
    ? undefined
    : Result.match(Query.parse(text), { onFailure: ({ problem }) => problem, onSuccess: () => undefined })

export const Search = ({ value }: { readonly value: string }) => {
  const input = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const text = useSignal(value)
  const suggestions = useSignal<ReadonlyArray<Suggestion>>([])
  /** The suggestion that Enter takes; `-1`: none. */
  const active = useSignal(-1)
  const isOpen = suggestions.value.length > 0

  const close = () => {
    clearTimeout(timer.current)
    suggestions.value = []
    active.value = -1
  }
  const suggest = async (typed: string) => {
    const { word } = Query.typing(typed)
    if (word === "") return close()
    // Without suggestions the box does all it has to.
    const found = await send(api.images.suggest({ query: { typed: word } })).catch(() => [])
    if (text.value !== typed || document.activeElement !== input.current) return
    suggestions.value = found
    active.value = -1
  }
  const onInput = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) => {
    text.value = currentTarget.value
    clearTimeout(timer.current)
    timer.current = setTimeout(() => void suggest(currentTarget.value), typingPauseMilliseconds)
  }
  const take = (suggestion: Suggestion) => {
    const field = input.current!
    field.value = Query.complete(field.value, suggestion.text)
    field.dispatchEvent(new Event("input", { bubbles: true }))
    close()
    field.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const count = suggestions.value.length
    if (event.key === "Escape" && isOpen) close()
    else if (event.key === "ArrowDown" && isOpen) active.value = (active.value + 1) % count
    else if (event.key === "ArrowUp" && isOpen) active.value = (Math.max(active.value, 0) + count - 1) % count
    else if (event.key === "Enter" && active.value >= 0) take(suggestions.value[active.value]!)
    else return
    event.preventDefault()
  }
  useEffect(() => {
    text.value = value
  }, [value])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches("input, select, textarea")
      if (event.key !== "/" || isTyping || event.ctrlKey || event.altKey || event.metaKey) return
      event.preventDefault()
      input.current!.focus()
    }
    addEventListener("keydown", onKey)
    return () => {
      clearTimeout(timer.current)
      removeEventListener("keydown", onKey)
    }
  }, [])

  const problem = problemOf(text.value)
  return (
    <div class="search">
      <label for="search">Search</label>
      <input
        id="search"
        ref={input}
        name="q"
        type="text"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={list}
        aria-activedescendant={active.value < 0 ? undefined : `${list}-${active.value}`}
        aria-describedby="search-note"
        aria-invalid={problem !== undefined}
        autocomplete="off"
        spellcheck={false}
        maxLength={1000}
        value={text.value}
        placeholder={'dog "no parking" NOT cat'}
        onInput={onInput}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <ul id={list} role="listbox" aria-label="Suggestions" hidden={!isOpen}>
        {suggestions.value.map((suggestion, i) => (
          <li
            key={`${suggestion.kind} ${suggestion.text}`}
            id={`${list}-${i}`}
            role="option"
            aria-selected={i === active.value}
            // Pressing takes the focus away, and with it the list.
            onMouseDown={(event) => {
              event.preventDefault()
              take(suggestion)
            }}
          >
            {suggestion.emoji} {suggestion.text}
            {suggestion.kind === "group" && <small> group</small>}
          </li>
        ))}
      </ul>
      <small
        id="search-note"
        class={problem === undefined ? "soft" : "wrong"}
        role={problem === undefined ? undefined : "alert"}
      >
        {problem ??
          "Words of file name, group, label, text, caption or error. AND, OR, NOT, “as it is written”, any ending*"}
      </small>
    </div>
  )
}
