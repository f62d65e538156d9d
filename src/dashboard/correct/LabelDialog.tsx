/** Asks what a thing is, and suggests names that are known. */
import { useSignal } from "@preact/signals"
import { useEffect, useId, useRef } from "preact/hooks"
import * as Concept from "../../domain/Concept.ts"
import { api, send } from "../Client.ts"
import { DialogActions } from "../parts/DialogActions.tsx"

const save = "Save"

export interface LabelDialogProps {
  readonly title: string
  /** What it is called now; nothing for a new box. */
  readonly label: string
  /** What else is in the image. */
  readonly known: ReadonlyArray<string>
  /** The label, or nothing when it was left. */
  readonly onClose: (label: string | undefined) => void
}

export const LabelDialog = ({ known, label, onClose, title }: LabelDialogProps) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const suggested = useSignal<ReadonlyArray<string>>([])
  const isWrong = useSignal(false)
  const [name, list, problem] = [useId(), useId(), useId()]
  useEffect(() => {
    dialog.current!.showModal()
    field.current!.select()
  }, [])
  const suggest = async (typed: string) => {
    isWrong.value = false
    if (typed.trim() === "") return
    // Without suggestions the field does all it has to.
    const found = await send(api.images.suggest({ query: { typed } })).catch(() => [])
    suggested.value = found.flatMap(({ kind, text }) => (kind === "group" ? [] : [text]))
  }
  return (
    <dialog
      ref={dialog}
      class="labeling"
      aria-labelledby={name}
      onClose={() => onClose(dialog.current!.returnValue === save ? field.current!.value : undefined)}
    >
      <form
        method="dialog"
        onSubmit={(event) => {
          if ((event.submitter as HTMLButtonElement | null)?.value !== save) return
          isWrong.value = Concept.ofLabel(field.current!.value) === undefined
          if (isWrong.value) event.preventDefault()
        }}
      >
        <h2 id={name}>{title}</h2>
        <label>
          Label
          <input
            ref={field}
            name="label"
            list={list}
            defaultValue={label}
            maxLength={100}
            autocomplete="off"
            aria-describedby={problem}
            aria-invalid={isWrong.value}
            onInput={({ currentTarget }) => void suggest(currentTarget.value)}
          />
        </label>
        <datalist id={list}>
          {[...new Set([...suggested.value, ...known])].map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <p id={problem} class={isWrong.value ? "wrong" : "soft"} role={isWrong.value ? "alert" : undefined}>
          {isWrong.value ? "A label has a letter or a digit." : "In any wording: puppy is a dog."}
        </p>
        <DialogActions verb={save} />
      </form>
    </dialog>
  )
}
