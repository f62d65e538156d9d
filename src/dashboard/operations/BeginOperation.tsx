/** The form that begins an operation. It asks first, and says to how much it would be done. */
import { useSignal } from "@preact/signals"
import { Schema } from "effect"
import { Request, unitOf, words } from "../../domain/Operation.ts"
import { api, send } from "../Client.ts"
import { Action } from "../parts/Action.tsx"
import { count } from "../parts/Words.ts"

const kinds = {
  rerun: "Ask services again",
  recompute: "Derive again",
  withdraw: "Withdraw what is owed",
  delete: "Delete images"
} as const satisfies Record<Request["kind"], string>

type Kind = keyof typeof kinds

export const BeginOperation = ({ refresh }: { readonly refresh: () => void }) => {
  const kind = useSignal<Kind>("rerun")
  const services = useSignal("")
  const group = useSignal("")
  const before = useSignal("")
  const takesServices = kind.value === "rerun" || kind.value === "withdraw"
  const takesBefore = kind.value === "rerun" || kind.value === "delete"
  const requested = (): Request => {
    const names = services.value.split(/[\s,]+/).filter((name) => name !== "")
    return decode({
      kind: kind.value,
      ...(takesServices && names.length > 0 ? { services: names } : {}),
      ...(group.value === "" ? {} : { group: group.value }),
      ...(takesBefore && before.value !== "" ? { before: new Date(before.value) } : {})
    })
  }
  return (
    <section class="card begin" aria-label="Begin an operation">
      <label>
        What
        <select value={kind} onChange={({ currentTarget }) => (kind.value = currentTarget.value as Kind)}>
          {Object.entries(kinds).map(([kind, name]) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {takesServices && (
        <label>
          Services
          <input
            name="services"
            placeholder={kind.value === "withdraw" ? "all" : "yolov8, clip"}
            value={services}
            onInput={({ currentTarget }) => (services.value = currentTarget.value)}
          />
        </label>
      )}
      <label>
        Group
        <input
          name="group"
          placeholder="all"
          maxLength={200}
          value={group}
          onInput={({ currentTarget }) => (group.value = currentTarget.value)}
        />
      </label>
      {takesBefore && (
        <label>
          {kind.value === "rerun" ? "Answered before" : "Known before"}
          <input
            name="before"
            type="date"
            value={before}
            onInput={({ currentTarget }) => (before.value = currentTarget.value)}
          />
        </label>
      )}
      <div class="actions">
        <Action
          class="primary"
          ask={async () => {
            const request = requested()
            const { count: about } = await send(api.operations.count({ payload: { request } }))
            if (about === 0) return undefined
            const name = words(request)
            return {
              title: `${name[0]!.toUpperCase() + name.slice(1)}?`,
              detail: `This is about ${count(about, unitOf(request))}.${request.kind === "delete" ? " It cannot be undone." : ""}`,
              verb: kinds[request.kind]
            }
          }}
          act={async () => {
            const { id } = await send(api.operations.begin({ payload: { request: requested() } }))
            refresh()
            return `Operation ${id} has begun`
          }}
        >
          Begin
        </Action>
      </div>
    </section>
  )
}

const decode = (value: unknown): Request => {
  try {
    return Schema.decodeUnknownSync(Schema.toType(Request))(value)
  } catch {
    throw new Error("Name the services to ask, by their names, parted by commas")
  }
}
