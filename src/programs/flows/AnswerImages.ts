/**
 * The worker: takes the jobs of one service from its queue, asks the service, and records what it says.
 *
 * Answers are recorded in micro-batches; a job is acknowledged only after the transaction that holds its answer
 * committed. A service that keeps failing is left alone, and its queue with it, until it says that it is well.
 */
import { Clock, type Deferred, Duration, Effect, Option, Ref, Result, Schedule, Schema, Stream } from "effect"
import * as CircuitBreaker from "../../domain/CircuitBreaker.ts"
import type { Outcome } from "../../domain/Facts.ts"
import { type Job, JobJson } from "../../domain/Messages.ts"
import { PipelineEvent } from "../../domain/PipelineEvent.ts"
import type { Service } from "../../domain/ServiceCatalog.ts"
import * as TraceContext from "../../domain/TraceContext.ts"
import * as Workflow from "../../domain/Workflow.ts"
import { ActivityLog } from "../../services/ActivityLog.ts"
import { Inference } from "../../services/Inference.ts"
import { type Delivery, Settlement } from "../../services/MessageBroker.ts"
import { ResultStore, type StoreRejected } from "../../services/ResultStore.ts"
import * as Ask from "./Ask.ts"
import { consume } from "./Consume.ts"
import * as Hints from "./Hints.ts"
import { untilStored } from "./Persist.ts"
import { onFailure, Verdict } from "./Verdict.ts"

export interface WorkerOptions {
  /** Names this worker in what it records. */
  readonly workerId: string
  /** Completed when the worker is to stop. */
  readonly stop: Deferred.Deferred<void>
}

/** Answers the jobs of `service` until told to stop. */
export const answerImages = (service: Service, options: WorkerOptions) =>
  Stream.unwrap(
    Effect.map(Ref.make(CircuitBreaker.closed), (breaker) =>
      consume(
        // Twice the concurrency: while answers wait for their transaction, the service is already asked again.
        {
          queue: service.queue,
          step: service.id,
          prefetch: 2 * service.concurrency,
          stop: options.stop,
          ready: untilServiceIsWell(service, breaker)
        },
        (deliveries, pause) =>
          deliveries.pipe(
            Stream.mapEffect((delivery) => handle(service, delivery, breaker, pause), {
              concurrency: service.concurrency,
              unordered: true
            }),
            Stream.groupedWithin(64, "5 millis"),
            Stream.mapEffect((handled) => settleAll(options.workerId, handled)),
            Stream.flattenIterable
          )
      )
    )
  )

/** A delivery and how it is to end. Answers are recorded before their delivery is settled. */
type Handled = Answered | Settled

interface Answered {
  readonly _tag: "Answered"
  readonly delivery: Delivery
  readonly job: Job
  readonly outcome: Outcome
  /** Seconds from the delivery to the answer. */
  readonly handlingTime: number
  /** Trace context for what follows from the answer. */
  readonly headers: Readonly<Record<string, string>>
}

interface Settled {
  readonly _tag: "Settled"
  readonly delivery: Delivery
  readonly settlement: Settlement
  readonly events: ReadonlyArray<PipelineEvent>
}

const handle = (
  service: Service,
  delivery: Delivery,
  breaker: Ref.Ref<CircuitBreaker.CircuitBreaker>,
  pause: Effect.Effect<void>
) =>
  Effect.gen(function* () {
    const decoded = Schema.decodeUnknownResult(JobJson)(delivery.body)
    if (Result.isFailure(decoded))
      return settled(delivery, Settlement.DeadLetter({ reason: `not a job: ${decoded.failure.message}` }))
    const job = decoded.success
    if (job.service !== service.id) {
      return settled(
        delivery,
        Settlement.DeadLetter({ reason: `a job for ${job.service} on the queue of ${service.id}` })
      )
    }
    yield* Effect.annotateCurrentSpan({ "windmill.image_id": job.imageId, "windmill.service": service.id })
    if (delivery.redelivered && (yield* isAnswered(job))) return settled(delivery, Settlement.Ack())

    const headers = TraceContext.headersOf(yield* Effect.orDie(Effect.currentSpan))
    const [duration, answer] = yield* Effect.timed(Effect.result(Ask.aboutImage(service, job.image)))
    const isDown = Result.isFailure(answer) && answer.failure.reason._tag === "Unavailable"
    const state = yield* Ref.updateAndGet(breaker, (state) => CircuitBreaker.after(state, !isDown))
    const handlingTime = Duration.toSeconds(duration)
    const answered = (outcome: Outcome): Handled => ({
      _tag: "Answered",
      delivery,
      job,
      outcome,
      handlingTime,
      headers
    })
    if (Result.isSuccess(answer)) return answered(answer.success)

    if (isDown && CircuitBreaker.isOpen(state)) {
      yield* Effect.logWarning(`${answer.failure.message}; its queue is left alone until it is well`)
      yield* noteBreaker(service, state, answer.failure.message)
      yield* pause
    }
    return Verdict.$match(onFailure(answer.failure, delivery.attempt), {
      Final: ({ outcome }) => answered(outcome),
      Postponed: ({ after, reason }) =>
        settled(delivery, Settlement.Retry({ after }), [
          PipelineEvent.Postponed({ imageId: job.imageId, service: service.id, reason })
        ])
    })
  }).pipe(
    Effect.catchDefect((defect) =>
      Effect.as(
        Effect.logError(`A job of ${service.id} cannot be handled`, defect),
        settled(delivery, Settlement.DeadLetter({ reason: `cannot be handled: ${String(defect)}` }))
      )
    ),
    Effect.withSpan(`process ${delivery.queue}`, {
      kind: "consumer",
      parent: TraceContext.decode(delivery.headers[TraceContext.header]),
      attributes: { "windmill.attempt": delivery.attempt }
    })
  )

const settled = (delivery: Delivery, settlement: Settlement, events: ReadonlyArray<PipelineEvent> = []): Handled => ({
  _tag: "Settled",
  delivery,
  settlement,
  events
})

const isAnswered = (job: Job) =>
  untilStored(ResultStore.use((store) => store.isAnswered(job.imageId, job.service))).pipe(Effect.orDie)

/** Waits, after the circuit opened, until the service says that it is well. */
const untilServiceIsWell = (service: Service, breaker: Ref.Ref<CircuitBreaker.CircuitBreaker>) =>
  Effect.gen(function* () {
    const state = yield* Ref.get(breaker)
    if (!CircuitBreaker.isOpen(state)) return
    const inference = yield* Inference
    yield* Effect.sleep(CircuitBreaker.pause(state))
    yield* inference.isHealthy(service).pipe(
      Effect.repeat({
        until: (healthy) => healthy,
        schedule: Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("30 seconds")]).pipe(
          Schedule.jittered
        )
      })
    )
    yield* Ref.update(breaker, CircuitBreaker.halfOpen)
    const log = yield* ActivityLog
    yield* log.breaker(service.id, Option.none())
  })

/** Lets those who watch know that the circuit opened, and when the service is asked about its health. */
const noteBreaker = Effect.fnUntraced(function* (
  service: Service,
  state: CircuitBreaker.CircuitBreaker,
  reason: string
) {
  const log = yield* ActivityLog
  const now = yield* Clock.currentTimeMillis
  const nextProbe = new Date(now + Duration.toMillis(CircuitBreaker.pause(state)))
  yield* log.breaker(service.id, Option.some({ reason, nextProbe }))
})

/** Records the answers in one transaction, then settles their deliveries and lets the stages know. */
const settleAll = Effect.fnUntraced(function* (workerId: string, handled: ReadonlyArray<Handled>) {
  const recorded = yield* record(
    workerId,
    handled.filter((one) => one._tag === "Answered")
  )
  yield* Hints.tell(
    Workflow.follows.answer,
    recorded.map(({ headers, job }) => ({ imageId: job.imageId, headers }))
  )
  yield* Effect.forEach(recorded, ({ delivery }) => delivery.settle(Settlement.Ack()), { discard: true })
  const rest = handled.filter((one) => one._tag === "Settled")
  yield* Effect.forEach(rest, ({ delivery, settlement }) => delivery.settle(settlement), { discard: true })
  return [...recorded.map(eventOf), ...rest.flatMap(({ events }) => events)]
})

/**
 * Records all answers at once and returns them. When the store refuses one of them, each is recorded on its own, so that
 * it costs no other; what cannot be stored as an answer is stored as a failure.
 */
const record = (
  workerId: string,
  answers: ReadonlyArray<Answered>
): Effect.Effect<ReadonlyArray<Answered>, never, ResultStore> => {
  const [first] = answers
  if (first === undefined) return Effect.succeed([])
  const records = answers.map(({ delivery, handlingTime, job, outcome }) => ({
    imageId: job.imageId,
    service: job.service,
    outcome,
    workerId,
    attempts: delivery.attempt,
    handlingTime
  }))
  return untilStored(ResultStore.use((store) => store.record(records))).pipe(
    Effect.as(answers),
    Effect.catch((rejected) => {
      if (answers.length > 1) {
        return Effect.map(
          Effect.forEach(answers, (answer) => record(workerId, [answer])),
          (each) => each.flat()
        )
      }
      return first.outcome._tag === "Success"
        ? record(workerId, [
            { ...first, outcome: { _tag: "Failure", class: "unreadable-reply", reason: rejected.message } }
          ])
        : Effect.as(Effect.flatMap(settlementOf(first, rejected), first.delivery.settle), [])
    })
  )
}

/** An answer about an image that was deleted meanwhile is of no use to anybody. */
const settlementOf = ({ job }: Answered, rejected: StoreRejected) =>
  untilStored(ResultStore.use((store) => store.reference(job.imageId))).pipe(
    Effect.orDie,
    Effect.map(
      Option.match({
        onNone: () => Settlement.Ack(),
        onSome: () => Settlement.DeadLetter({ reason: rejected.message })
      })
    )
  )

const eventOf = ({ job, outcome }: Answered): PipelineEvent =>
  PipelineEvent.Answered({
    imageId: job.imageId,
    service: job.service,
    succeeded: outcome._tag === "Success",
    ...(outcome._tag === "Failure" ? { reason: outcome.reason } : {})
  })
