/** A button that asks something of the API, and says what came of it. */
import { useSignal } from "@preact/signals"
import type { ComponentChildren } from "preact"

export interface ActionProps {
  /** Returns what came of it, in words. */
  readonly act: () => Promise<string>
  readonly children: ComponentChildren
  readonly title?: string
  readonly class?: string
}

export const Action = ({ act, children, title, ...rest }: ActionProps) => {
  const busy = useSignal(false)
  const outcome = useSignal<{ readonly text: string; readonly failed: boolean } | undefined>(undefined)
  const run = async () => {
    busy.value = true
    try {
      outcome.value = { text: await act(), failed: false }
    } catch (error) {
      outcome.value = { text: (error as Error).message, failed: true }
    }
    busy.value = false
  }
  return (
    <span class="action">
      <button type="button" class={rest.class} disabled={busy.value} onClick={run} title={title}>
        {children}
      </button>
      {outcome.value !== undefined && (
        <span class={outcome.value.failed ? "outcome failed" : "outcome"} role="status">
          {outcome.value.text}
        </span>
      )}
    </span>
  )
}
