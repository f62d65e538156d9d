/** Asks who pauses a service or a stage, and why: whoever finds it paused will want to know. */
import { useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import type { StepName } from "../../domain/StepName.ts"
import { api, send } from "../Client.ts"
import { Problem } from "../parts/Empty.tsx"

const nameKey = "windmill-name"

export const PauseDialog = ({ onClose, step }: { readonly step: StepName; readonly onClose: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const by = useSignal(localStorage.getItem(nameKey) ?? "")
  const reason = useSignal("")
  const problem = useSignal<string | undefined>(undefined)
  useEffect(() => dialog.current!.showModal(), [])
  const pause = async (event: Event) => {
    event.preventDefault()
    try {
      localStorage.setItem(nameKey, by.value)
      await send(api.pipeline.pause({ params: { step }, payload: { by: by.value, reason: reason.value } }))
      dialog.current!.close()
    } catch (error) {
      problem.value = (error as Error).message
    }
  }
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="pause-title">
      <form onSubmit={pause}>
        <h2 id="pause-title">Pause {step}</h2>
        <p class="soft">Running programs stop taking its work within a second or two. Nothing is lost.</p>
        <label>
          Your name
          <input
            name="by"
            required
            maxLength={200}
            value={by}
            onInput={({ currentTarget }) => (by.value = currentTarget.value)}
          />
        </label>
        <label>
          Reason
          <input
            name="reason"
            maxLength={2000}
            value={reason}
            onInput={({ currentTarget }) => (reason.value = currentTarget.value)}
          />
        </label>
        <Problem problem={problem.value} />
        <div class="actions">
          <button type="submit" class="primary">
            Pause
          </button>
          <button type="button" onClick={() => dialog.current!.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  )
}
