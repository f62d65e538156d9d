/**
 * Telling webhooks what happened: the changes since the last look become notices in the database, and what is due there is
 * sent, until it arrives. For each webhook one program does so at a time; when it is gone, another goes on.
 */
import { Clock, type Deferred, Duration, Effect, Option, Schema, Stream } from "effect"
import type { FailureGroup } from "../../domain/archive/FailureGroup.ts"
import type { ImageSummary } from "../../domain/archive/Image.ts"
import { Event, givenUpAfter, pauseAfter, type Webhook, wants } from "../../domain/Webhook.ts"
import { idsOf } from "../../domain/ServiceCatalog.ts"
import { Archive } from "../../services/Archive.ts"
import { Catalog } from "../../services/Catalog.ts"
import { type Notice, Outbox, type Parcel } from "../../services/Outbox.ts"
import { Postman } from "../../services/Postman.ts"
import { duty } from "./Duty.ts"

export interface NotifyOptions {
  readonly every: Duration.Input
  readonly stop: Deferred.Deferred<void>
}

/** Changes that are looked at together. */
const page = 500

/** What is sent before there is a look at what happened meanwhile, how many at once, and failures after which to wait. */
const sending = { limit: 200, atOnce: 4, failures: 5 }

const lease = Duration.seconds(30)

/** Tells the webhooks until told to stop. */
export const notify = (webhooks: ReadonlyArray<Webhook>, { every, stop }: NotifyOptions) =>
  Stream.mergeAll(
    webhooks.map((webhook) =>
      duty({
        name: `webhook ${webhook.name}`,
        lease,
        every,
        isDue: Effect.succeed(true),
        stop,
        onFailure: `${webhook.name} is told later`,
        work: Effect.fn("Notify", { root: true, attributes: { "windmill.webhook": webhook.name } })(function* (keep) {
          while (yield* collect(webhook)) yield* keep
          yield* send(webhook)
        })
      })
    ),
    { concurrency: "unbounded" }
  )

/** Notes what happened since the last look; whether more did. What happened before the first look is not told. */
const collect = Effect.fnUntraced(function* (webhook: Webhook) {
  const archive = yield* Archive
  const outbox = yield* Outbox
  const since = yield* outbox.moment(webhook.name)
  if (Option.isNone(since)) {
    yield* outbox.note(webhook.name, [], yield* archive.now)
    return true
  }
  const { changes, until } = yield* archive.changes(since.value, page)
  const ids = changes.filter(({ isDeleted }) => !isDeleted).map(({ imageId }) => imageId)
  const found = ids.length === 0 ? [] : yield* archive.search({ ids, status: "done" }, { limit: page })
  // An image is known before services are asked about it.
  const done = found.filter(({ requested }) => requested > 0)
  const now = new Date(yield* Clock.currentTimeMillis)
  const notices = [
    ...(wants(webhook, "images") ? done.map(aboutImage) : []),
    ...(wants(webhook, "groups") ? yield* aboutGroups(done) : []),
    ...(wants(webhook, "failures") ? yield* aboutFailures(webhook) : [])
  ].map(({ event, state, subject }): Notice => ({
    subject,
    state,
    body: JSON.stringify(encode({ ...event, timestamp: now }))
  }))
  if (changes.length > 0 || notices.length > 0) yield* outbox.note(webhook.name, notices, until)
  return changes.length === page
})

type Untimed = Event extends infer E ? (E extends Event ? Omit<E, "timestamp"> : never) : never

interface Draft extends Pick<Notice, "subject" | "state"> {
  readonly event: Untimed
}

const encode = Schema.encodeSync(Schema.toCodecJson(Event)) as (event: object) => unknown

const aboutImage = (image: ImageSummary): Draft => ({
  subject: `image ${image.id}`,
  state: String(image.revision),
  event: { type: image.failed > 0 ? "image.failed" : "image.done", data: image }
})

/** The groups of which the last images are done. */
const aboutGroups = Effect.fnUntraced(function* (done: ReadonlyArray<ImageSummary>) {
  const outbox = yield* Outbox
  const services = idsOf(yield* Catalog)
  const groups = new Set(done.flatMap(({ group }) => (group === undefined ? [] : [group])))
  const reports = yield* Effect.forEach(groups, (group) => outbox.doneGroup(group, services))
  return reports.flatMap(Option.toArray).map(({ report, revision }): Draft => ({
    subject: `group ${report.group}`,
    state: `${report.images} ${revision}`,
    event: { type: report.failed > 0 ? "group.failed" : "group.done", data: report }
  }))
})

const failures = "failures "

/** What began to fail, and what fails no more of which that was told. */
const aboutFailures = Effect.fnUntraced(function* (webhook: Webhook) {
  const groups = yield* Archive.use((archive) => archive.failures({ samples: 1 }))
  const told = yield* Outbox.use((outbox) => outbox.told(webhook.name, failures))
  const failing = new Set(groups.map(subjectOf))
  const ended = [...told].filter(([subject, state]) => state === "began" && !failing.has(subject))
  return [
    ...groups.map((group): Draft => ({
      subject: subjectOf(group),
      state: "began",
      event: { type: "failures.began", data: { service: group.service, class: group.class, count: group.count } }
    })),
    ...ended.map(([subject]): Draft => {
      const [, service, kind] = subject.split(" ") as [string, FailureGroup["service"], FailureGroup["class"]]
      return { subject, state: "ended", event: { type: "failures.ended", data: { service, class: kind, count: 0 } } }
    })
  ]
})

const subjectOf = (group: Pick<FailureGroup, "service" | "class">): string =>
  `${failures}${group.service} ${group.class}`

/** Sends what is due. A receiver that fails again and again is left alone until the next turn. */
const send = Effect.fnUntraced(function* (webhook: Webhook) {
  const outbox = yield* Outbox
  let inARow = 0
  const deliver = Effect.fnUntraced(function* (parcel: Parcel) {
    if (inARow >= sending.failures) return
    const result = yield* Effect.result(Postman.use((postman) => postman.deliver(webhook, parcel)))
    if (result._tag === "Success") {
      inARow = 0
      return yield* outbox.arrived(parcel.id)
    }
    inARow++
    const { detail } = result.failure
    const attempts = parcel.attempts + 1
    const again = attempts < givenUpAfter ? Option.some(pauseAfter(attempts)) : Option.none()
    yield* Option.isSome(again)
      ? Effect.logWarning(`${webhook.name} was not told (attempt ${attempts}): ${detail}`)
      : Effect.logError(`${webhook.name} is not told any more, after ${attempts} attempts: ${detail}`)
    yield* outbox.failed(parcel.id, detail, again)
  })
  const parcels = yield* outbox.due(webhook.name, sending.limit)
  yield* Effect.forEach(parcels, deliver, { concurrency: sending.atOnce, discard: true })
})
