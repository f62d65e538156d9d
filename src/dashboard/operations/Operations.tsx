/** What is done to many images at once, how far that is, and who did what. */
import type { Action as ActionTaken } from "../../domain/Action.ts"
import { type Operation, unitOf, words } from "../../domain/Operation.ts"
import { api, paged, send } from "../Client.ts"
import { Action } from "../parts/Action.tsx"
import { Bar } from "../parts/Bar.tsx"
import { Empty, Problem } from "../parts/Empty.tsx"
import { ago, clock, count, grouped, rate, seconds } from "../parts/Words.ts"
import { useResource } from "../Resource.ts"
import { BeginOperation } from "./BeginOperation.tsx"

/** Operations, and actions, that are shown. */
const limit = 100

export const Operations = () => {
  const query = { limit, total: true }
  const operations = useResource(() => send(paged(api.operations.list({ query }))), { everyMilliseconds: 2000 })
  const actions = useResource(() => send(paged(api.operations.actions({ query }))), { everyMilliseconds: 5000 })
  const begun = operations.value.value
  const taken = actions.value.value
  const refresh = () => void Promise.all([operations.refresh(), actions.refresh()])
  return (
    <>
      <h1>Operations</h1>
      <Problem problem={operations.problem.value ?? actions.problem.value} />
      <BeginOperation refresh={refresh} />
      {begun?.total === 0 && (
        <Empty title="Nothing was done to many images at once">
          Ask services again after a model has changed, derive again, withdraw what is owed, or delete images.
        </Empty>
      )}
      {begun?.operations.map((operation) => (
        <Card key={operation.id} operation={operation} refresh={refresh} />
      ))}
      {begun !== undefined && begun.total > begun.operations.length && (
        <p class="soft">
          The last {grouped(begun.operations.length)} of {count(begun.total, "operation")}
        </p>
      )}
      {taken !== undefined && taken.total > 0 && <Actions {...taken} />}
    </>
  )
}

const Card = ({ operation, refresh }: { readonly operation: Operation; readonly refresh: () => void }) => {
  const { began, by, done, ended, eta, id, request, state, total } = operation
  const now = new Date()
  const name = words(request)
  return (
    <section class="card operation" aria-label={`Operation ${id}`} data-operation={id}>
      <h2>
        {name[0]!.toUpperCase() + name.slice(1)} <span class={`badge ${state}`}>{state}</span>
      </h2>
      <Bar label={`Operation ${id} done`} total={total} done={done} />
      <p class="soft">
        {grouped(done)} of {count(total, unitOf(request))}
        {state === "running" && ` · ${rate(operation.rate)}/s`}
        {eta !== undefined && ` · ${seconds(eta)} left`} · {by}, {ago(began, now)}
        {ended !== undefined && ` · ended ${clock(ended, now)}`}
      </p>
      {state === "running" && (
        <div class="actions">
          <Action
            ask={async () => ({
              title: `Stop operation ${id}?`,
              detail: `${grouped(done)} of ${count(total, unitOf(request))} are done and stay so; the others are as before.`,
              verb: "Stop"
            })}
            act={async () => {
              await send(api.operations.stop({ params: { id } }))
              refresh()
              return "Stopped"
            }}
          >
            Stop
          </Action>
        </div>
      )}
    </section>
  )
}

interface ActionsProps {
  /** Newest first. */
  readonly actions: ReadonlyArray<ActionTaken>
  /** How many there are with earlier ones. */
  readonly total: number
}

const Actions = ({ actions, total }: ActionsProps) => (
  <section class="card" aria-labelledby="actions">
    <h2 id="actions">Who did what</h2>
    {total > actions.length && (
      <p class="soft">
        The last {grouped(actions.length)} of {grouped(total)}
      </p>
    )}
    <div class="scroll">
      <table class="done">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col" class="number">
              How many
            </th>
          </tr>
        </thead>
        <tbody>
          {actions.map(({ at, by, count, id, what }) => (
            <tr key={id}>
              <td>{clock(at, new Date())}</td>
              <td>{by}</td>
              <td>{what}</td>
              <td class="number">{count === undefined ? "" : grouped(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </section>
)
