/** What is known about one image and how that came about, as lines for a terminal. */
import { type Image, progressInWords } from "../../domain/archive/Image.ts"
import type { Timeline, TimelineEvent } from "../../domain/archive/Timeline.ts"
import * as MergedBox from "../../domain/MergedBox.ts"
import { count, listed, seconds, share } from "../../domain/Wording.ts"
import * as Table from "./Table.ts"

/** The lines, as of `now`. */
export const lines = (image: Image, { events, waiting }: Timeline, now: Date): ReadonlyArray<string> => {
  const begun = events[0]?.at ?? image.created
  const { withdrawn = [] } = image
  const awaited = waiting.filter((service) => !withdrawn.includes(service))
  const accepted = image.consensus?.votes.consensus ?? []
  return [
    [
      `#${image.id} ${image.filename}: ${progressInWords(image)}`,
      `${image.answered} of ${count(image.requested, "answer")}`,
      ...(image.failed > 0 ? [`${image.failed} failed`] : [])
    ].join(", "),
    ...(image.group === undefined ? [] : [`group ${image.group}`]),
    `read from ${image.path ?? image.url ?? "nowhere"}`,
    `submitted ${image.created.toISOString()}, ${seconds((now.getTime() - image.created.getTime()) / 1000)} ago`,
    ...(awaited.length === 0 ? [] : [`waits for ${listed(awaited)}`]),
    ...(withdrawn.length === 0 ? [] : [`does not wait for ${listed(withdrawn)}: not in the catalog any more`]),
    ...section(
      "Boxes",
      image.boxes.map(({ confidence, label, services, status }) => [
        label,
        status,
        share(confidence),
        services.join(", ")
      ])
    ),
    ...section(
      "Consensus",
      accepted.map(({ label, rule, services }) => [label, rule, services.join(", ")])
    ),
    ...section(
      "Story",
      events.map((event) => [`+${seconds((event.at.getTime() - begun.getTime()) / 1000)}`, storyOf(event)])
    )
  ]
}

const section = (title: string, rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> =>
  rows.length === 0 ? [] : ["", ...Table.lines([title, ...rows[0]!.slice(1).map(() => "")], rows)]

const storyOf = (event: TimelineEvent): string => {
  switch (event._tag) {
    case "Submitted":
      return "submitted"
    case "Answered":
      return [
        `${event.service} ${endOf(event)}`,
        ...(event.handlingTime === undefined ? [] : [`in ${seconds(event.handlingTime)}`]),
        ...((event.attempts ?? 1) > 1 ? [`after ${count(event.attempts!, "attempt")}`] : []),
        `by ${event.workerId}`
      ].join(" ")
    case "Derived":
      return `${event.stage} used what was known at revision ${event.revision}`
    case "Enriched":
      return `${event.service} ${endOf(event)} about the crop of ${MergedBox.inWords(event.boxId)}`
  }
}

const endOf = (event: Extract<TimelineEvent, { readonly succeeded: boolean }>): string =>
  event.succeeded ? "answered" : `failed (${event.class ?? "unavailable"}: ${event.reason ?? "no reason given"})`
