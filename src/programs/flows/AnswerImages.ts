/**
 * The worker: takes the jobs of one service from its queue, asks the service, and records what it says.
 *
 * Answers are recorded in micro-batches; a job is acknowledged only after the transaction that holds its answer
 * committed. A service that keeps failing is left alone, and its queue with it, until it says that it is well.
 */
import {
  Clock,
  type Deferred,
  Duration,
  Effect,
  Option,
  Ref,
  Result,
  Schedule,
  Schema,
  Stream,
  type Tracer
} from "effect"
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
import * as Metrics from "../../services/Metrics.ts"
import { ResultStore, type StoreRejected } from "../../services/ResultStore.ts"
import * as Ask from "./Ask.ts"
import { consume } from "./Consume.ts"
import * as Hints from "./Hints.ts"
import { untilStored } from "./Persist.ts"
import * as Spans from "./Spans.ts"
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
        // So many that the service has enough to do while pictures are read, and answers wait for their transaction.
        {
          queue: service.queue,
          step: service.id,
          prefetch: 4 * service.concurrency,
          stop: options.stop,
          ready: untilServiceIsWell(service, breaker)
        },
        (deliveries, pause) =>
          deliveries.pipe(
            // The service is asked about a third of these at once, and the next pictures are read meanwhile.
            Stream.mapEffect((delivery) => handle(service, delivery, breaker, pause), {
              concurrency: 3 * service.concurrency,
              unordered: true
            }),
            // Half of what is held, so that a service that is fast never waits for a transaction.
            Stream.groupedWithin(2 * service.concurrency, "25 millis"),
            // A batch is recorded while the one before is told to the stages.
            Stream.mapEffect((handled) => settleAll(options.workerId, handled), { concurrency: 4 }),
            Stream.flattenIterable
          )
      )
    )
  )

/** A delivery and how it is to end. Answers are recorded before their delivery is settled. */
type Handled = Answered | Settled

/** With the span of its processing, which what follows continues. */
type Traced<A extends Handled> = A & { readonly span: Tracer.Span }

interface Answered {
  readonly _tag: "Answered"
  readonly delivery: Delivery
  readonly job: Job
  readonly outcome: Outcome
  /** Seconds from the delivery to the answer. */
  readonly handlingTime: number
}

interface Settled {
  readonly _tag: "Settled"
  readonly delivery: Delivery
  readonly settlement: Settlement
  /** Why it is to be tried again, if it is. */
  readonly reason?: string
  readonly events: ReadonlyArray<PipelineEvent>
}

const decodeJob = Schema.decodeUnknownResult(JobJson)

const handle = (
  service: Service,
  delivery: Delivery,
  breaker: Ref.Ref<CircuitBreaker.CircuitBreaker>,
  pause: Effect.Effect<void>
) =>
  Effect.gen(function* () {
    const decoded = decodeJob(delivery.body)
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

    const [duration, answer] = yield* Ask.aboutImage(service, job.image).pipe(
      Effect.result,
      Effect.timed,
      Effect.annotateLogs("image_id", job.imageId)
    )
    const isDown = Result.isFailure(answer) && answer.failure.reason._tag === "Unavailable"
    const state = yield* Ref.updateAndGet(breaker, (state) => CircuitBreaker.after(state, !isDown))
    const handlingTime = Duration.toSeconds(duration)
    const answered = (outcome: Outcome): Handled => ({
      _tag: "Answered",
      delivery,
      job,
      outcome,
      handlingTime
    })
    if (Result.isSuccess(answer)) return answered(answer.success)

    if (isDown && CircuitBreaker.isOpen(state)) {
      if (CircuitBreaker.hasJustOpened(state)) {
        yield* Effect.logWarning(`${answer.failure.message}; its queue is left alone until it is well`)
      }
      yield* noteBreaker(service, state, answer.failure.message)
      yield* pause
    }
    return Verdict.$match(onFailure(answer.failure, delivery.attempt), {
      Final: ({ outcome }) => answered(outcome),
      Postponed: ({ after, reason }) =>
        settled(delivery, Settlement.Retry({ after }), {
          reason,
          events: [PipelineEvent.Postponed({ imageId: job.imageId, service: service.id, reason })]
        })
    })
  }).pipe(
    Effect.catchDefect((defect) =>
      Effect.as(
        Effect.logError(`A job of ${service.id} cannot be handled`, defect),
        settled(delivery, Settlement.DeadLetter({ reason: `cannot be handled: ${String(defect)}` }))
      )
    ),
    Effect.tap((handled) => Effect.annotateCurrentSpan(endOf(handled))),
    Effect.flatMap((handled) => Effect.map(Effect.orDie(Effect.currentSpan), (span) => ({ ...handled, span }))),
    Spans.processing(delivery)
  )

/** What the span of a job says about how it ended. */
const endOf = (handled: Handled): Readonly<Record<string, string>> => {
  if (handled._tag === "Answered") {
    const { outcome } = handled
    return outcome._tag === "Success"
      ? { "windmill.outcome": "success" }
      : { "windmill.outcome": "failed", "error.type": outcome.class, "windmill.reason": outcome.reason }
  }
  const { settlement } = handled
  switch (settlement._tag) {
    case "Retry":
      return { "windmill.outcome": "retry", "error.type": "unavailable", "windmill.reason": handled.reason ?? "" }
    case "DeadLetter":
      return { "windmill.outcome": "dead-letter", "error.type": "poison", "windmill.reason": settlement.reason }
    default:
      return { "windmill.outcome": "already answered" }
  }
}

const settled = (
  delivery: Delivery,
  settlement: Settlement,
  more: Pick<Settled, "events" | "reason"> = { events: [] }
): Handled => ({ _tag: "Settled", delivery, settlement, ...more })

const isAnswered = (job: Job) =>
  untilStored(ResultStore.use((store) => store.isAnswered(job.imageId, job.service))).pipe(Effect.orDie)

/**
 * Waits, if the circuit is open, until the service says that it is well. An answer that was under way when it opened may
 * have closed it again: those who watch are told in any case.
 */
const untilServiceIsWell = (service: Service, breaker: Ref.Ref<CircuitBreaker.CircuitBreaker>) =>
  Effect.gen(function* () {
    const state = yield* Ref.get(breaker)
    if (CircuitBreaker.isOpen(state)) {
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
      yield* Effect.logInfo(`${service.id} is well again; its queue is worked on`)
    }
    yield* Metrics.breaker(service.id, false)
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
  yield* Metrics.breaker(service.id, true)
  const now = yield* Clock.currentTimeMillis
  const nextProbe = new Date(now + Duration.toMillis(CircuitBreaker.pause(state)))
  yield* log.breaker(service.id, Option.some({ reason, nextProbe }))
})

/** Records the answers in one transaction, then settles their deliveries and lets the stages know. */
const settleAll = Effect.fnUntraced(function* (workerId: string, handled: ReadonlyArray<Traced<Handled>>) {
  const recorded = yield* settleAnswered(
    workerId,
    handled.filter((one) => one._tag === "Answered")
  )
  const rest = handled.filter((one) => one._tag === "Settled")
  yield* Effect.forEach(
    rest,
    ({ delivery, settlement, span }) => Effect.withParentSpan(delivery.settle(settlement), span),
    { discard: true }
  )
  return [...recorded.map(eventOf), ...rest.flatMap(({ events }) => events)]
})

const settleAnswered = (workerId: string, answers: ReadonlyArray<Traced<Answered>>) =>
  answers.length === 0
    ? Effect.succeed([])
    : record(workerId, answers).pipe(
        Effect.tap((recorded) =>
          Effect.forEach(recorded, ({ delivery }) => delivery.settle(Settlement.Ack()), { discard: true })
        ),
        Effect.tap((recorded) =>
          Hints.tell(
            Workflow.follows.answer,
            recorded.map(({ job, span }) => ({ imageId: job.imageId, headers: TraceContext.headersOf(span) }))
          )
        ),
        Spans.together(
          "record answer",
          answers.map(({ job, span }) => ({ imageId: job.imageId, parent: span }))
        )
      )

/**
 * Records all answers at once and returns them. When the store refuses one of them, each is recorded on its own, so that
 * it costs no other; what cannot be stored as an answer is stored as a failure.
 */
const record = (
  workerId: string,
  answers: ReadonlyArray<Traced<Answered>>
): Effect.Effect<ReadonlyArray<Traced<Answered>>, never, ResultStore> => {
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
