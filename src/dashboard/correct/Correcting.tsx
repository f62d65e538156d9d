/** Correcting the boxes of an image, by buttons and keys, and what was corrected so far. */
import { type Signal, useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import type { ImageBox, Size } from "../../domain/BoundingBox.ts"
import type { CorrectedBox } from "../../domain/corrections/Corrected.ts"
import { type Change, type CorrectionId, inWords } from "../../domain/corrections/Correction.ts"
import type { Image } from "../../domain/archive/Image.ts"
import { type Shortcut, useShortcuts } from "../Keys.tsx"
import { isCorrecting, type View } from "../viewer/View.ts"
import * as Viewport from "../viewer/Viewport.ts"
import * as Drawing from "./Drawing.ts"
import { LabelDialog } from "./LabelDialog.tsx"

/** How corrections are recorded. */
export interface Recorder {
  readonly record: (by: string, change: Change) => Promise<void>
  readonly withdraw: (by: string, id: CorrectionId) => Promise<void>
}

/** A box that is being drawn: a new one, or that of a box there is. */
export interface Drawn {
  readonly box: ImageBox
  readonly of: CorrectedBox | undefined
}

export interface CorrectingProps {
  readonly recorder: Recorder
  readonly image: Image
  /** Of the picture, once it is known. */
  readonly size: Size | undefined
  readonly boxes: ReadonlyArray<CorrectedBox>
  readonly active: CorrectedBox | undefined
  readonly view: View
  /** What is being drawn, shared with the picture; to be saved by `save`. */
  readonly drawn: Signal<Drawn | undefined>
  readonly save: Signal<() => void>
}

/** Where the browser keeps who corrects. */
const personKey = "windmill-person"

export const Correcting = (props: CorrectingProps) => {
  const { active, boxes, drawn, image, recorder, save, size, view } = props
  const person = useSignal(localStorage.getItem(personKey) ?? "")
  const field = useRef<HTMLInputElement>(null)
  const labeled = useSignal<CorrectedBox | ImageBox | undefined>(undefined)
  const outcome = useSignal<{ readonly text: string; readonly failed: boolean }>({ text: "", failed: false })

  useEffect(() => () => void (drawn.value = undefined), [])

  const tell = (text: string, failed = false) => (outcome.value = { text, failed })
  const attempt = async (work: (by: string) => Promise<void>, done: string) => {
    const by = person.value.trim()
    if (by === "") {
      tell("Say first who corrects.", true)
      return field.current!.focus()
    }
    try {
      await work(by)
      tell(done)
    } catch (error) {
      tell((error as Error).message, true)
    }
  }
  const record = (change: Change) => attempt((by) => recorder.record(by, change), `Recorded: ${inWords(change)}`)
  const withActive = (act: (box: CorrectedBox) => void) => () => {
    if (active === undefined) tell("Choose a box first.", true)
    else act(active)
  }
  const seenOf = ({ box, concept }: CorrectedBox) => ({ box, label: concept as string })

  const last = image.corrections.at(-1)
  const undo = (id: CorrectionId, what: string) => attempt((by) => recorder.withdraw(by, id), `Undone: ${what}`)
  /** There is one picture to draw on. */
  const draw = (now: Drawn) => {
    view.arrangement.value = "together"
    drawn.value = now
  }
  const leave = () => {
    drawn.value = undefined
    tell("")
  }
  save.value = () => {
    const now = drawn.peek()
    if (now === undefined) return
    if (now.of === undefined) labeled.value = now.box
    else {
      drawn.value = undefined
      void record({ kind: "move", ...seenOf(now.of), newBox: now.box })
    }
  }
  const named = (label: string | undefined) => {
    const thing = labeled.value!
    labeled.value = undefined
    if (label === undefined) return
    if ("id" in thing) void record({ kind: "relabel", ...seenOf(thing), newLabel: label })
    else {
      drawn.value = undefined
      void record({ kind: "add", box: thing, label })
    }
  }
  const deeds: ReadonlyArray<Shortcut & { readonly verb: string }> = [
    {
      key: "c",
      verb: "Confirm",
      name: "Confirm the box",
      act: withActive((box) => void record({ kind: "confirm", ...seenOf(box) }))
    },
    {
      key: "x",
      verb: "Reject",
      name: "Reject the box",
      act: withActive((box) => void record({ kind: "reject", ...seenOf(box) }))
    },
    { key: "l", verb: "Relabel", name: "Give the box another label", act: withActive((box) => (labeled.value = box)) },
    {
      key: "m",
      verb: "Move",
      name: "Move or resize the box: arrow keys, with Shift",
      act: withActive((box) => {
        draw({ box: box.box, of: box })
      })
    },
    {
      key: "a",
      verb: "Add",
      name: "Add a box: draw it, or arrow keys",
      act: () => {
        if (size === undefined) return
        const seen = Viewport.shown(view.viewport.peek(), size)
        draw({ box: Drawing.inMiddle(seen, size), of: undefined })
      }
    },
    {
      key: "z",
      verb: "Undo",
      name: "Undo the last correction",
      act: () =>
        last === undefined ? tell("There is nothing to undo.", true) : void undo(last.id, inWords(last.change))
    }
  ]
  const toggle = () => {
    isCorrecting.value = !isCorrecting.value
    leave()
  }
  useShortcuts([{ key: "e", name: "Correct boxes, and stop", act: toggle }, ...(isCorrecting.value ? deeds : [])])

  return (
    <section class="card correcting" aria-labelledby="correcting">
      <h2 id="correcting">Correct</h2>
      <label class="check">
        <input type="checkbox" name="correct" checked={isCorrecting.value} onChange={toggle} /> correct boxes
      </label>
      {isCorrecting.value && (
        <>
          <label>
            Your name
            <input
              ref={field}
              name="person"
              autocomplete="name"
              maxLength={200}
              value={person.value}
              onInput={({ currentTarget }) => {
                person.value = currentTarget.value
                localStorage.setItem(personKey, currentTarget.value)
              }}
            />
          </label>
          {drawn.value === undefined ? (
            <>
              <p class="soft">{active === undefined ? "Choose a box, or add one." : `Chosen: ${active.label}`}</p>
              <div class="deeds">
                {deeds.map(({ act, key, name, verb }) => (
                  <button key={key} type="button" onClick={act} title={name}>
                    {verb} <kbd aria-hidden="true">{key}</kbd>
                  </button>
                ))}
              </div>
            </>
          ) : (
            <>
              <p class="soft">Drag it or its corners, or use the arrow keys, with Shift for its size.</p>
              <div class="deeds">
                <button type="button" class="primary" onClick={() => save.value()}>
                  Save the box
                </button>
                <button type="button" onClick={leave}>
                  Leave it
                </button>
              </div>
            </>
          )}
        </>
      )}
      <p class={outcome.value.failed ? "wrong" : "soft"} role="status">
        {outcome.value.text}
      </p>
      {image.corrections.length > 0 && (
        <ul class="corrections">
          {image.corrections.toReversed().map(({ at, by, change, id }) => (
            <li key={id} data-correction={id}>
              <span title={at.toLocaleString()}>
                <b>{by}</b>: {inWords(change)}
              </span>
              {isCorrecting.value && (
                <button
                  type="button"
                  onClick={() => void undo(id, inWords(change))}
                  aria-label={`Undo ${inWords(change)}`}
                >
                  Undo
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {labeled.value !== undefined && (
        <LabelDialog
          title={"id" in labeled.value ? "What is it?" : "What is in the box?"}
          label={"id" in labeled.value ? labeled.value.concept : ""}
          known={[...new Set(boxes.map(({ concept }) => concept as string))].sort()}
          onClose={named}
        />
      )}
    </section>
  )
}
