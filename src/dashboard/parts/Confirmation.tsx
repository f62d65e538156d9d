/** Asks whether something is to be done to many things at once, and says to how many. */
import { useEffect, useId, useRef } from "preact/hooks"
import { DialogActions } from "./DialogActions.tsx"

export interface Question {
  /** `Ask clip again?` */
  readonly title: string
  /** To how many, and what it means for them. */
  readonly detail: string
  /** What is done, on the button: `Retry`. */
  readonly verb: string
}

export interface ConfirmationProps {
  readonly question: Question
  readonly onClose: (isConfirmed: boolean) => void
}

export const Confirmation = ({ onClose, question: { detail, title, verb } }: ConfirmationProps) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const name = useId()
  useEffect(() => dialog.current!.showModal(), [])
  return (
    <dialog ref={dialog} aria-labelledby={name} onClose={() => onClose(dialog.current!.returnValue === verb)}>
      <form method="dialog">
        <h2 id={name}>{title}</h2>
        <p>{detail}</p>
        <DialogActions verb={verb} />
      </form>
    </dialog>
  )
}
