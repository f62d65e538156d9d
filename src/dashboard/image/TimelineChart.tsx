/** When each service began and answered, and when the stages ran. */
import type { ComponentChildren } from "preact"
import type { Timeline, TimelineEvent } from "../../domain/archive/Timeline.ts"
import { stages } from "../../domain/Staleness.ts"
import { count, seconds } from "../parts/Words.ts"

type Of<Tag extends TimelineEvent["_tag"]> = Extract<TimelineEvent, { readonly _tag: Tag }>

const ofTag = <Tag extends TimelineEvent["_tag"]>(events: ReadonlyArray<TimelineEvent>, tag: Tag) =>
  events.filter((event): event is Of<Tag> => event._tag === tag)

export const TimelineChart = ({ timeline: { events, waiting } }: { readonly timeline: Timeline }) => {
  const first = events[0]?.at.getTime() ?? 0
  const length = Math.max(1, (events.at(-1)?.at.getTime() ?? 0) - first)
  const place = (at: Date): number => (at.getTime() - first) / length
  const crops = ofTag(events, "Enriched")
  const derived = ofTag(events, "Derived")
  const answered = ofTag(events, "Answered")
  const enriching = [...new Set(crops.map(({ service }) => service))].sort()
  return (
    <section class="card timeline" aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      <p class="soft legend">
        <span class="waited">waited</span> <span class="ran">asked and answered</span>{" "}
        <span class="mark">stage or crop</span>
      </p>
      <ul>
        {answered.map((event) => (
          <Row key={event.service} name={event.service}>
            <Answered event={event} place={place} length={length} />
          </Row>
        ))}
        {waiting.map((service) => (
          <Row key={service} name={service}>
            <i class="waiting" style={{ width: "100%" }} />
            <span class="words">waiting</span>
          </Row>
        ))}
        {enriching.map((service) => (
          <Row key={`crops ${service}`} name={`${service}, crops`}>
            {crops
              .filter((event) => event.service === service)
              .map(({ at, boxId, succeeded }) => (
                <i
                  key={boxId}
                  class={succeeded ? "mark" : "mark failed"}
                  style={{ left: percent(place(at)) }}
                  title={`${boxId}: ${seconds((at.getTime() - first) / 1000)}`}
                />
              ))}
          </Row>
        ))}
        {stages
          .filter((stage) => derived.some((event) => event.stage === stage))
          .map((stage) => (
            <Row key={stage} name={stage}>
              {derived
                .filter((event) => event.stage === stage)
                .map(({ at, revision }) => (
                  <i
                    key={revision}
                    class="mark stage"
                    style={{ left: percent(place(at)) }}
                    title={`${stage}, revision ${revision}: ${seconds((at.getTime() - first) / 1000)}`}
                  />
                ))}
            </Row>
          ))}
      </ul>
      <p class="axis soft" aria-hidden="true">
        <span>0 s</span>
        <span>{seconds(length / 2000)}</span>
        <span>{seconds(length / 1000)}</span>
      </p>
    </section>
  )
}

const Row = ({ children, name }: { readonly name: string; readonly children: ComponentChildren }) => (
  <li>
    <span class="name">{name}</span>
    <div class="lane">{children}</div>
  </li>
)

interface AnsweredProps {
  readonly event: Of<"Answered">
  readonly place: (at: Date) => number
  /** Milliseconds of the whole chart. */
  readonly length: number
}

const Answered = ({ event, length, place }: AnsweredProps) => {
  const end = place(event.at)
  const ran = Math.min(end, ((event.handlingTime ?? event.processingTime ?? 0) * 1000) / length)
  const words = [
    seconds(event.handlingTime ?? event.processingTime ?? 0),
    ...(event.attempts !== undefined && event.attempts > 1 ? [count(event.attempts, "attempt")] : []),
    ...(event.succeeded ? [] : [event.class ?? "failed"])
  ].join(", ")
  return (
    <>
      <i class="waited" style={{ width: percent(end - ran) }} />
      <i
        class={event.succeeded ? "ran" : "ran failed"}
        style={{ left: percent(end - ran), width: percent(ran) }}
        title={event.reason}
      />
      <span class="words" style={end > 0.7 ? { right: percent(1 - end + ran) } : { left: percent(end) }}>
        {words}
      </span>
    </>
  )
}

const percent = (share: number): string => `${(100 * share).toFixed(2)}%`
