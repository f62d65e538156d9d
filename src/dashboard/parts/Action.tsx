/** A button that asks something of the API, and says what came of it. */
import { useSignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { Confirmation, type Question } from "./Confirmation.tsx"

export interface ActionProps {
  /** Returns what came of it, in words. */
  readonly act: () => Promise<string>
  /** What has to be confirmed first; `undefined` when there is nothing to do. */
  readonly ask?: () => Promise<Question | undefined>
  readonly children: ComponentChildren
  readonly title?: string
  readonly class?: string
}

export const Action = ({ act, ask, children, title, ...rest }: ActionProps) => {
  const busy = useSignal(false)
  const question = useSignal<Question | undefined>(undefined)
  const outcome = useSignal<{ readonly text: string; readonly failed: boolean } | undefined>(undefined)
  const run = async (work: () => Promise<string>) => {
    busy.value = true
    try {
      outcome.value = { text: await work(), failed: false }
    } catch (error) {
      outcome.value = { text: (error as Error).message, failed: true }
    }
    busy.value = false
  }
  const asked = async () => {
    question.value = await ask!()
    return question.value === undefined ? "There is nothing to do" : ""
  }
  return (
    <span class="action">
      <button
        type="button"
        class={rest.class}
        disabled={busy.value}
        onClick={() => run(ask === undefined ? act : asked)}
        title={title}
      >
        {children}
      </button>
      {question.value !== undefined && (
        <Confirmation
          question={question.value}
          onClose={(isConfirmed) => {
            question.value = undefined
            if (isConfirmed) void run(act)
          }}
        />
      )}
      {outcome.value !== undefined && (
        <span class={outcome.value.failed ? "outcome failed" : "outcome"} role="status">
          {outcome.value.text}
        </span>
      )}
    </span>
  )
}
