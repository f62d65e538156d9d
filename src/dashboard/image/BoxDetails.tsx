/** Why there is a box: the detections that made it, who saw nothing there, and what the gate decided. */
import { useSignal } from "@preact/signals"
import * as BoundingBox from "../../domain/BoundingBox.ts"
import type { Concept, ServiceId } from "../../domain/Identifiers.ts"
import type { MergedBox } from "../../domain/MergedBox.ts"
import { grouped, movedBy, share } from "../../domain/Wording.ts"
import { Swatch } from "../viewer/Layers.tsx"
import type { Frame } from "./Replay.ts"
import type { View } from "../viewer/View.ts"

export interface BoxDetailsProps {
  readonly active: MergedBox | undefined
  readonly frame: Frame
  readonly view: View
  /** Of the detectors. */
  readonly colors: ReadonlyMap<ServiceId, string>
  /** Of the boxes. */
  readonly conceptColors: ReadonlyMap<Concept, string>
}

/** Boxes that are listed until more are asked for. */
const most = 200

export const BoxDetails = ({ active, colors, conceptColors, frame, view }: BoxDetailsProps) => {
  // The list stays while the pointer goes through it, or an entry would be gone before it is clicked.
  const isPointedAt = useSignal(false)
  const length = useSignal(most)
  const boxes = frame.boxes.filter(({ concept }) => !view.hidden.value.has(concept))
  return (
    <section class="card details" aria-labelledby="box-title" aria-live="polite">
      {active !== undefined && !isPointedAt.value ? (
        <Explained box={active} colors={colors} onClose={() => (view.chosen.value = undefined)} />
      ) : (
        <>
          <h2 id="box-title">Boxes</h2>
          <ul
            class="box-list"
            onPointerEnter={() => (isPointedAt.value = true)}
            onPointerLeave={() => (isPointedAt.value = false)}
          >
            {boxes.slice(0, length.value).map((box) => (
              <li key={box.id}>
                <button
                  type="button"
                  class={`plain ${box.status}${box.id === active?.id ? " active" : ""}`}
                  style={{ "--color": conceptColors.get(box.concept)! }}
                  onClick={() => {
                    view.chosen.value = box.id
                    view.pointed.value = undefined
                    isPointedAt.value = false
                  }}
                  onPointerEnter={() => (view.pointed.value = box.id)}
                  onPointerLeave={() => (view.pointed.value = undefined)}
                >
                  <span>
                    {box.emoji} {box.label}
                  </span>
                  <Votes voted={box.services} against={box.dissenters} colors={colors} />
                  <small>{share(box.evidence)}</small>
                </button>
              </li>
            ))}
          </ul>
          {boxes.length > length.value && (
            <button type="button" onClick={() => (length.value += most)}>
              Show more of {grouped(boxes.length)}
            </button>
          )}
          {frame.boxes.length === 0 && <p class="soft">No detector has found anything so far.</p>}
        </>
      )}
    </section>
  )
}

const Explained = ({
  box,
  colors,
  onClose
}: {
  readonly box: MergedBox
  readonly colors: ReadonlyMap<ServiceId, string>
  readonly onClose: () => void
}) => (
  <>
    <header>
      <h2 id="box-title">
        {box.emoji} {box.label}
      </h2>
      <button type="button" class="plain" onClick={onClose} aria-label="Show all boxes">
        ✕
      </button>
    </header>
    <p>
      <span class={`badge ${box.status}`}>{box.status}</span> evidence <b>{share(box.evidence)}</b>, confidence{" "}
      <b>{share(box.confidence)}</b>
    </p>
    <p class="soft">{box.reason}</p>
    <h3>Made of</h3>
    <ul class="members">
      {box.members.map((member) => (
        <li key={`${member.service} ${member.index}`} data-member={member.service}>
          <Swatch color={colors.get(member.service) ?? "#888888"} />
          <span>
            {member.service} <small>{[`“${member.label}”`, ...movedBy([member])].join(", ")}</small>
          </span>
          <small>
            {share(member.confidence)} · IoU {BoundingBox.iou(member.box, box.box).toFixed(2)}
          </small>
        </li>
      ))}
    </ul>
    {box.dissenters.length > 0 && (
      <>
        <h3>Saw nothing here</h3>
        <ul class="members">
          {box.dissenters.map((service) => (
            <li key={service} data-dissenter={service}>
              <Swatch color={colors.get(service) ?? "#888888"} isDashed />
              <span>{service}</span>
            </li>
          ))}
        </ul>
      </>
    )}
    {box.unread !== undefined && (
      <>
        <h3>Could not be understood</h3>
        <ul class="members">
          {box.unread.map((service) => (
            <li key={service} data-unread={service}>
              <Swatch color={colors.get(service) ?? "#888888"} isDashed />
              <span>{service}</span>
            </li>
          ))}
        </ul>
      </>
    )}
  </>
)

export interface VotesProps {
  readonly voted: ReadonlyArray<ServiceId>
  readonly against: ReadonlyArray<ServiceId>
  readonly colors: ReadonlyMap<ServiceId, string>
}

/** A dot for each service: full when it voted, hollow when it did not although it could have. */
export const Votes = ({ against, colors, voted }: VotesProps) => (
  <span
    class="votes"
    role="img"
    aria-label={`for: ${voted.join(", ") || "none"}; against: ${against.join(", ") || "none"}`}
  >
    {voted.map((service) => (
      <i key={service} title={service} style={{ "--color": colors.get(service) ?? "var(--soft)" }} />
    ))}
    {against.map((service) => (
      <i
        key={service}
        title={`not ${service}`}
        class="against"
        style={{ "--color": colors.get(service) ?? "var(--soft)" }}
      />
    ))}
  </span>
)
