/** A button and its form: how a service is asked, for all programs and from then on. An empty field is as in the catalog. */
import { useSignal } from "@preact/signals"
import { useEffect, useId, useRef } from "preact/hooks"
import type { ServiceState } from "../../domain/PipelineState.ts"
import { type Change, type Tuning, usual } from "../../domain/Tuning.ts"
import { api, send } from "../Client.ts"
import { DialogActions } from "../parts/DialogActions.tsx"
import { Problem } from "../parts/Empty.tsx"

interface TuneProps {
  readonly step: ServiceState
  readonly refresh: () => void
}

export const Tune = ({ refresh, step }: TuneProps) => {
  const isOpen = useSignal(false)
  const onClose = () => {
    isOpen.value = false
    refresh()
  }
  return (
    <>
      <button type="button" title={`Changes how ${step.service} is asked`} onClick={() => (isOpen.value = true)}>
        Tune
      </button>
      {isOpen.value && <TuneDialog step={step} onClose={onClose} />}
    </>
  )
}

/** What each is called, what it is when nothing is said, and how fine it is. */
const fields: ReadonlyArray<readonly [name: keyof Tuning, label: string, usually: string | number, step: string]> = [
  ["concurrency", "Requests in flight, of each program", "as in the catalog", "1"],
  ["rate", "Most requests per second, of all programs", "any", "any"],
  ["retries", "Retries at once", usual.retries, "1"],
  ["attempts", "Attempts before a failure is final", usual.attempts, "1"],
  ["delay", "Seconds until the second attempt", usual.delay, "any"],
  ["threshold", "Failures in a row until it is left alone", usual.threshold, "1"],
  ["probe", "Most seconds between looks at it then", usual.probe, "any"]
]

const save = "Save"

const TuneDialog = ({ onClose, step }: { readonly step: ServiceState; readonly onClose: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const problem = useSignal<string | undefined>(undefined)
  const title = useId()
  // As it was when the form was opened: what others change meanwhile stays, unless it is changed here as well.
  const { current: tuning } = useRef(step.tuning)
  useEffect(() => dialog.current!.showModal(), [])
  const submit = async (event: SubmitEvent) => {
    if ((event.submitter as HTMLButtonElement | null)?.value !== save) return
    event.preventDefault()
    const typed = new FormData(event.currentTarget as HTMLFormElement)
    const values = fields.map(([name]) => [name, typed.get(name) === "" ? null : Number(typed.get(name))] as const)
    const change: Change = Object.fromEntries(values.filter(([name, value]) => value !== (tuning[name] ?? null)))
    try {
      await send(api.pipeline.tune({ params: { service: step.service }, payload: change }))
      dialog.current!.close()
    } catch (error) {
      problem.value = (error as Error).message
    }
  }
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby={title}>
      <form method="dialog" onSubmit={submit}>
        <h2 id={title}>How {step.service} is asked</h2>
        <p class="soft">Running programs keep to it within a few seconds, and after a restart.</p>
        {fields.map(([name, label, usually, step]) => (
          <label key={name}>
            {label}
            <input name={name} type="number" step={step} placeholder={String(usually)} defaultValue={tuning[name]} />
          </label>
        ))}
        <Problem problem={problem.value} />
        <DialogActions verb={save} />
      </form>
    </dialog>
  )
}
