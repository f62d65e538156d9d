/** Messages that could not be handled: why, what is in them, and putting them back or forgetting them. */
import { useSignal } from "@preact/signals"
import type { StepName } from "../../domain/StepName.ts"
import type { DeadLetter } from "../../programs/api/definition/Pipeline.ts"
import { api, paged, send } from "../Client.ts"
import { Action } from "../parts/Action.tsx"
import { Empty, Problem } from "../parts/Empty.tsx"
import { count, grouped } from "../parts/Words.ts"
import { useResource } from "../Resource.ts"
import { href } from "../Routes.ts"

/** Letters of a queue that are shown; the others come up when these are gone. */
const limit = 200

export const DeadLetters = ({ step }: { readonly step: StepName | undefined }) => {
  const query = { limit, total: true, ...(step === undefined ? {} : { step }) }
  const page = useResource(() => send(paged(api.pipeline.deadLetters({ query }))), {
    everyMilliseconds: 5000,
    key: step ?? ""
  })
  const { deadLetters: letters = [], total } = page.value.value ?? {}
  const steps = [...new Set(letters.map((letter) => letter.step))]
  return (
    <>
      <h1>Dead letters</h1>
      <Problem problem={page.problem.value} />
      {step !== undefined && (
        <p>
          Those of {step}. <a href={href("dead-letters")}>Show all</a>
        </p>
      )}
      {total === 0 && <Empty title="There are no dead letters">Every message so far could be handled.</Empty>}
      {total !== undefined && total > letters.length && (
        <p class="soft">
          {grouped(letters.length)} of {count(total, "message")} are shown, the oldest of each queue.
        </p>
      )}
      {steps.map((each) => (
        <Queue
          key={each}
          step={each}
          letters={letters.filter((letter) => letter.step === each)}
          refresh={page.refresh}
        />
      ))}
    </>
  )
}

interface QueueProps {
  readonly step: StepName
  /** Oldest first. */
  readonly letters: ReadonlyArray<typeof DeadLetter.Type>
  readonly refresh: () => Promise<void>
}

const Queue = ({ letters, refresh, step }: QueueProps) => {
  const chosen = useSignal<ReadonlySet<string>>(new Set())
  const ids = letters.flatMap(({ id }) => (chosen.value.has(id) ? [id] : []))
  const toggle = (id: string) => {
    const next = new Set(chosen.value)
    if (!next.delete(id)) next.add(id)
    chosen.value = next
  }
  const messages = count(ids.length, "message")
  return (
    <section class="card dead-letters" aria-label={`Dead letters of ${step}`}>
      <header>
        <h2>{step}</h2>
        <label class="layer">
          <input
            type="checkbox"
            checked={ids.length === letters.length}
            onChange={({ currentTarget: { checked } }) =>
              (chosen.value = new Set(checked ? letters.map(({ id }) => id) : []))
            }
          />
          {letters.length < limit ? "" : "The first "}
          {count(letters.length, "message")}
        </label>
      </header>
      <ul>
        {letters.map((letter) => (
          <Letter
            key={letter.id}
            letter={letter}
            isChosen={chosen.value.has(letter.id)}
            toggle={() => toggle(letter.id)}
          />
        ))}
      </ul>
      {ids.length > 0 && (
        <div class="actions">
          <Action
            class="primary"
            title="Puts the messages back into the queue, as first attempts"
            ask={async () => ({
              title: `Replay ${messages}?`,
              detail: `${messages} will be put back into the queue of ${step}.`,
              verb: "Replay"
            })}
            act={async () => {
              const { count: replayed } = await send(api.pipeline.replay({ payload: { step, ids } }))
              await refresh()
              return `${count(replayed, "message")} put back`
            }}
          >
            Replay
          </Action>
          <Action
            title="Forgets the messages"
            ask={async () => ({
              title: `Drop ${messages}?`,
              detail: `${messages} of ${step} will be gone. Answers that are still owed are asked for again.`,
              verb: "Drop"
            })}
            act={async () => {
              const { count: dropped } = await send(api.pipeline.drop({ payload: { step, ids } }))
              await refresh()
              return `${count(dropped, "message")} dropped`
            }}
          >
            Drop
          </Action>
        </div>
      )}
    </section>
  )
}

const Letter = ({
  isChosen,
  letter: { attempt, body, headers, id, queue, reason },
  toggle
}: {
  readonly letter: typeof DeadLetter.Type
  readonly isChosen: boolean
  readonly toggle: () => void
}) => (
  <li data-letter={id}>
    <input type="checkbox" checked={isChosen} onChange={toggle} aria-label={`Choose ${id}`} />
    <details>
      <summary>
        <code class="bad">{reason}</code>
      </summary>
      <dl class="facts">
        <dt>Message</dt>
        <dd>
          {id} of {queue}, {count(attempt, "attempt")}
        </dd>
        <dt>Body</dt>
        <dd>
          <pre>{body}</pre>
        </dd>
        {Object.entries(headers).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>
              <code>{value}</code>
            </dd>
          </>
        ))}
      </dl>
    </details>
  </li>
)
