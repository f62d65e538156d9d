/** What is missing of an image, and why: answers to come, failures, and predictions that could not be read. */
import type { ComponentChildren } from "preact"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { Image } from "../../domain/archive/Image.ts"
import { count } from "../parts/Words.ts"
import type { Answer, Frame } from "./Replay.ts"

export interface ProblemsProps {
  readonly image: Image
  /** The answers that are shown. */
  readonly known: ReadonlyArray<Answer>
  readonly frame: Frame
  /** What can be done about a service that failed. */
  readonly retry?: ((service: ServiceId) => ComponentChildren) | undefined
}

export const Problems = ({ frame, image, known, retry }: ProblemsProps) => {
  const answered = new Set(known.flatMap((answer) => (answer._tag === "Image" ? [answer.result.service] : [])))
  const owed = image.services.filter((service) => !answered.has(service))
  const { withdrawn = [] } = image
  const awaited = owed.filter((service) => !withdrawn.includes(service))
  const labels = new Map(image.boxes.map(({ id, label }) => [id, label]))
  const failures = known.flatMap(({ result }) =>
    result.outcome._tag === "Failure"
      ? [{ ...result.outcome, service: result.service, boxId: "boxId" in result ? result.boxId : undefined }]
      : []
  )
  const { diagnostics } = frame.observation
  const { underived } = image
  if (owed.length + failures.length + underived.length + diagnostics.length === 0) return null
  return (
    <section class="card problems" aria-labelledby="problems">
      <h2 id="problems">Missing</h2>
      {awaited.length > 0 && <p class="soft">Waits for {awaited.join(", ")}</p>}
      {withdrawn.length > 0 && (
        <p class="soft">Does not wait for {withdrawn.join(", ")}: not in the catalog any more</p>
      )}
      <ul>
        {failures.map(({ boxId, class: kind, data, reason, service }) => (
          <li key={`${service} ${boxId}`} data-failed={service}>
            <b>{service}</b>
            {boxId !== undefined && ` on ${labels.get(boxId) ?? boxId}`} <code class="bad">{kind}</code> {reason}
            {data !== undefined && (
              <details>
                <summary>Its reply</summary>
                <pre>{JSON.stringify(data, undefined, 2)}</pre>
              </details>
            )}
            {retry?.(service)}
          </li>
        ))}
        {underived.map(({ reason, stage }) => (
          <li key={stage} data-failed={stage}>
            <b>{stage}</b> <code class="bad">underivable</code> {reason}
          </li>
        ))}
      </ul>
      {diagnostics.length > 0 && (
        <details>
          <summary>
            {count(diagnostics.length, diagnostics.every(({ index }) => index < 0) ? "answer" : "prediction")} set aside
          </summary>
          <ul>
            {diagnostics.map(({ problem, service }, i) => (
              <li key={i}>
                <b>{service}</b> {problem}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}
