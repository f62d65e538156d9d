/** The fields of the filters. Whatever is entered goes into the address of the page, and from there to the list. */
import { useSignal } from "@preact/signals"
import { useRef } from "preact/hooks"
import { api, send } from "../Client.ts"
import { useResource } from "../Resource.ts"
import { href } from "../Routes.ts"
import * as Filters from "./Filters.ts"
import { problemOf, Search } from "./Search.tsx"

/** How long typing pauses before the list follows. */
const typingPauseMilliseconds = 250

export const FilterForm = ({ query }: { readonly query: URLSearchParams }) => {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const isUnfolded = useSignal(false)
  const workflow = useResource(() => send(api.pipeline.workflow()))
  const progress = useResource(() => send(api.pipeline.progress()))
  const services =
    workflow.value.value?.nodes.flatMap((node): ReadonlyArray<string> => (node.type === "service" ? [node.id] : [])) ??
    []
  const groups = progress.value.value?.groups.flatMap(({ group }) => group ?? []) ?? []

  const apply = (form: HTMLFormElement) => {
    const fields = new FormData(form)
    const entered = Object.fromEntries(Filters.names.map((name) => [name, String(fields.get(name) ?? "").trim()]))
    // What is no query yet is not looked for yet.
    if (problemOf(entered["q"] ?? "") !== undefined) return
    location.replace(
      href("images", {
        ...entered,
        order: query.get("order") ?? "",
        confidence: entered["confidence"] === "0" ? "" : entered["confidence"]
      })
    )
  }
  const onInput = ({ currentTarget }: { readonly currentTarget: HTMLFormElement }) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => apply(currentTarget), typingPauseMilliseconds)
  }
  const of = (name: Filters.Name) => query.get(name) ?? ""
  const confidence = of("confidence") || "0"
  const set = Filters.names.filter((name) => name !== "q" && of(name) !== "").length

  return (
    <form class="card filters" role="search" onInput={onInput} onSubmit={(event) => event.preventDefault()}>
      <Search value={of("q")} />
      {/* Where there is little room the pictures come first. */}
      <button
        type="button"
        class="unfold"
        aria-expanded={isUnfolded.value}
        aria-controls="fields"
        onClick={() => (isUnfolded.value = !isUnfolded.value)}
      >
        {set === 0 ? "Filters" : `Filters (${set})`}
      </button>
      <div id="fields" class={isUnfolded.value ? "fields" : "fields folded"}>
        <label>
          Label
          <input name="label" type="search" value={of("label")} placeholder="dog, women, …" />
        </label>
        <label class="narrow">
          Emoji
          <input name="emoji" type="search" value={of("emoji")} placeholder="🐶" />
        </label>
        <label>
          Group
          <input name="group" type="search" value={of("group")} list="groups" />
          <datalist id="groups">
            {groups.map((group) => (
              <option key={group} value={group} />
            ))}
          </datalist>
        </label>
        <Choice name="service" title="Service" value={of("service")} options={services} />
        <Choice name="status" title="Status" value={of("status")} options={Filters.statuses} />
        <Choice name="error" title="Failure" value={of("error")} options={Filters.errors} />
        <label>
          Confidence ≥ {Number(confidence).toFixed(2)}
          <input name="confidence" type="range" min="0" max="1" step="0.05" value={confidence} />
        </label>
      </div>
      {query.size > 0 && (
        <a class="more" href={href("images")}>
          Clear
        </a>
      )}
    </form>
  )
}

const Choice = ({
  name,
  options,
  title,
  value
}: {
  readonly name: Filters.Name
  readonly title: string
  readonly value: string
  readonly options: ReadonlyArray<string>
}) => (
  <label>
    {title}
    <select name={name} value={value}>
      <option value="">–</option>
      {(value === "" || options.includes(value) ? options : [value, ...options]).map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </select>
  </label>
)
