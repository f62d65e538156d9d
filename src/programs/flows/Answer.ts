/**
 * Answering: the step of a service. Takes jobs, asks the service, and records what it says in micro-batches.
 *
 * A service that keeps failing is left alone, and its queue with it, until it says that it is well.
 */
import { Duration, Effect, Option, Result, type Scope } from "effect"
import { type Job, JobJson, publishedAt, repeatedHeader } from "../../domain/Messages.ts"
import { PipelineEvent } from "../../domain/PipelineEvent.ts"
import type { Service } from "../../domain/ServiceCatalog.ts"
import * as Tuning from "../../domain/Tuning.ts"
import * as Workflow from "../../domain/Workflow.ts"
import type { ImageSource } from "../../services/ImageSource.ts"
import type { Inference } from "../../services/Inference.ts"
import { type Delivery, Settlement } from "../../services/MessageBroker.ts"
import { Withdrawals } from "../../services/Operations.ts"
import { type ResultRecord, ResultStore, type StoreRejected } from "../../services/ResultStore.ts"
import { CurrentTuning } from "../../services/Tunings.ts"
import * as Ask from "./Ask.ts"
import * as Breaker from "./Breaker.ts"
import * as FailurePolicy from "./FailurePolicy.ts"
import { type Committing, finish } from "./Finish.ts"
import * as Hints from "./Hints.ts"
import { untilStored } from "./Reconnect.ts"
import { type Handled, type Performed, settled, type Step, type Task, type Work } from "./Step.ts"
import * as Together from "./Together.ts"

/**
 * Finishing what was answered: of all services of a process together, so that what they say of an image at nearly the same time is
 * one transaction and leads to one look at it.
 */
export const finishing = Effect.suspend(() =>
  Together.make((answered: ReadonlyArray<Handled<ResultRecord>>) => finish(committing, answered), {
    ...batches,
    size: 64,
    crowded: "50 millis"
  })
)

const batches = { within: "25 millis", crowded: "25 millis", concurrency: 4 } as const

export const answering = (
  service: Service,
  workerId: string,
  others?: Together.Together<Handled<ResultRecord>, PipelineEvent>
): Effect.Effect<Step<Job, ResultRecord, ResultStore | Inference | ImageSource>, never, Inference | Scope.Scope> =>
  Effect.map(Breaker.make(service), (breaker) => ({
    name: service.id,
    queue: service.queue,
    message: JobJson,
    // So many that the service has enough to do while pictures are read, and answers wait for their transaction.
    prefetch: 4 * service.concurrency,
    breaker,
    scale: {
      now: Effect.flatMap(CurrentTuning, ({ of }) => Effect.map(of(service.id), scaleOf(service))),
      untilOther: (than) =>
        Effect.flatMap(CurrentTuning, ({ until }) => until(service.id, (tuning) => scaleOf(service)(tuning) !== than))
    },
    // The service is asked about a third of these at once, and the next pictures are read meanwhile.
    perform: {
      concurrency: 3 * service.concurrency,
      coalesces: false,
      ask: (task) => answer(service, workerId, breaker, task)
    },
    // Half of what is held, so that a service that is fast never waits for a transaction.
    batch: { ...batches, size: 2 * service.concurrency, ...(others && { others }) },
    ...committing
  }))

/** How many times as much as the catalog says is asked at once. */
const scaleOf =
  (service: Service) =>
  ({ concurrency = service.concurrency }: Tuning.Tuning): number =>
    concurrency / service.concurrency

const answer = Effect.fnUntraced(function* (
  service: Service,
  workerId: string,
  breaker: Breaker.Breaker,
  { deliveries: [delivery], message: job }: Task<Job>
): Effect.fn.Return<Performed<ResultRecord>, never, ResultStore | Inference | ImageSource> {
  if (job.service !== service.id) return settled(FailurePolicy.onMisdirected(service.id, job.service))
  yield* Effect.annotateCurrentSpan("windmill.service", service.id)
  if ((mayBeAnswered(delivery) || (yield* mayBeWithdrawn(delivery))) && !(yield* isOwed(job))) {
    yield* Effect.annotateCurrentSpan("windmill.outcome", "not owed")
    return settled(Settlement.Ack())
  }
  const [duration, answered] = yield* breaker
    .guard(String(job.imageId), Ask.aboutImage(service, job.image))
    .pipe(Effect.result, Effect.timed)
  const tuning = yield* Effect.flatMap(CurrentTuning, ({ of }) => of(service.id))
  const resolution = Result.match(answered, {
    onSuccess: ({ outcome }) => FailurePolicy.Resolution.Final({ outcome }),
    onFailure: (error) => FailurePolicy.onFailure(error, delivery.attempt, Tuning.retryPolicy(tuning))
  })
  yield* Effect.annotateCurrentSpan(FailurePolicy.attributesOf(resolution))
  // Given back as it is, to wait in the queue with the others.
  if (resolution._tag === "NotAsked") return settled(Settlement.Requeue())
  if (resolution._tag === "Postponed") {
    const { after, isCounted, reason } = resolution
    const { imageId } = job
    return settled(isCounted ? Settlement.Retry({ after }) : Settlement.Wait({ after }), [
      PipelineEvent.Postponed({ imageId, service: service.id, reason })
    ])
  }
  return {
    commit: Option.some({
      imageId: job.imageId,
      service: service.id,
      outcome: resolution.outcome,
      ...(Result.isSuccess(answered) ? { picture: answered.success.picture } : {}),
      workerId,
      attempts: delivery.attempt,
      handlingTime: Duration.toSeconds(duration)
    }),
    settlement: Settlement.Ack(),
    events: []
  }
})

/** Whether another message, or an earlier delivery, may have led to an answer. */
const mayBeAnswered = ({ attempt, headers, redelivered }: Delivery) =>
  redelivered || attempt > 1 || headers[repeatedHeader] !== undefined

/** Whether it may have been published before the question was withdrawn, or the image deleted. */
const mayBeWithdrawn = Effect.fnUntraced(function* ({ headers }: Delivery) {
  const until = yield* yield* Withdrawals
  return until !== undefined && (publishedAt(headers) ?? 0) <= until
})

const isOwed = (job: Job) =>
  untilStored(ResultStore.use((store) => store.isOwed(job.imageId, job.service))).pipe(Effect.orDie)

const record = Effect.fnUntraced(function* (work: ReadonlyArray<Work<ResultRecord>>) {
  yield* untilStored(ResultStore.use((store) => store.record(work.map(({ value }) => value))))
  return {
    events: work.map(({ value }) => eventOf(value)),
    looks: work.map((one) => Hints.following(Workflow.follows.answer, one))
  }
})

/**
 * What cannot be stored with the reply is stored as a failure without it. An answer about an image that was deleted meanwhile is of no
 * use any more.
 */
const onRejected = Effect.fnUntraced(function* (
  { value }: Work<ResultRecord>,
  rejected: StoreRejected
): Effect.fn.Return<Performed<ResultRecord>, never, ResultStore> {
  if (value.outcome.data !== undefined) {
    const outcome = FailurePolicy.unstorable(rejected)
    return { commit: Option.some({ ...value, outcome }), settlement: Settlement.Ack(), events: [] }
  }
  const reference = yield* untilStored(ResultStore.use((store) => store.reference(value.imageId))).pipe(Effect.orDie)
  return settled(Option.isNone(reference) ? Settlement.Ack() : FailurePolicy.onRejected(rejected))
})

const committing: Committing<ResultRecord, ResultStore> = { commit: record, commitSpan: "record answer", onRejected }

const eventOf = ({ imageId, outcome, service }: ResultRecord): PipelineEvent =>
  PipelineEvent.Answered({
    imageId,
    service,
    succeeded: outcome._tag === "Success",
    ...(outcome._tag === "Failure" ? { reason: outcome.reason } : {})
  })
