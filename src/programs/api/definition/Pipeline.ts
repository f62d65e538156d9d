/** The pipeline: how it is doing, and what people can do about it. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { FailureGroup, FailureKind } from "../../../domain/archive/FailureGroup.ts"
import { Group, ServiceId } from "../../../domain/Identifiers.ts"
import { PipelineProgress, PipelineState } from "../../../domain/PipelineState.ts"
import { Pause, StepName } from "../../../domain/StepName.ts"
import { Change, Tuning } from "../../../domain/Tuning.ts"
import { Worker } from "../../../domain/Worker.ts"
import * as Workflow from "../../../domain/Workflow.ts"
import { listOf } from "./Lists.ts"
import { NotFoundProblem, UnprocessableProblem } from "./Problems.ts"

const step = { step: StepName }

/** How many things something was done to. */
const Count = Schema.Struct({ count: Schema.Int })

const services = HttpApiEndpoint.get("services", "/services", {
  success: PipelineState.annotate({ identifier: "PipelineState" })
}).annotateMerge(
  OpenApi.annotations({
    summary: "See how every service and stage is doing",
    description: "Health, queue, work in flight, rate, ETA, open circuit breakers, and who paused it and why."
  })
)

const progress = HttpApiEndpoint.get("progress", "/progress", {
  success: PipelineProgress.annotate({ identifier: "PipelineProgress" })
}).annotateMerge(OpenApi.annotations({ summary: "See how far the images are, per service, stage and group" }))

const workers = HttpApiEndpoint.get("workers", "/workers", {
  success: Schema.Array(Worker.annotate({ identifier: "Worker" }))
}).annotateMerge(OpenApi.annotations({ summary: "See which programs run, and what they do" }))

const failures = HttpApiEndpoint.get("failures", "/failures", {
  success: Schema.Array(FailureGroup.annotate({ identifier: "FailureGroup" }))
}).annotateMerge(OpenApi.annotations({ summary: "See failures by service, or stage, and class, with samples" }))

/** The workflow, and what a client needs to derive for itself what the stages derive. */
export const WorkflowView = Schema.Struct({
  ...Workflow.Description.fields,
  /** Services whose latest answers say that they are invented. */
  simulated: Schema.Array(ServiceId),
  /** What is not asked: which services, or what they would say, and how to have them, a sentence each. */
  absent: Schema.Array(Schema.String),
  /** Whether people may correct boxes. */
  corrects: Schema.Boolean,
  /** Where a trace can be seen, with `{traceId}` in the place of its id. */
  traceUrl: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Workflow" })

const workflow = HttpApiEndpoint.get("workflow", "/workflow", {
  success: WorkflowView
}).annotateMerge(
  OpenApi.annotations({
    summary: "See the graph the programs execute",
    description: "Services and stages, their queues, and who looks at an image again after whom."
  })
)

const pause = HttpApiEndpoint.post("pause", "/services/:step/pause", {
  params: step,
  payload: Schema.Struct({ by: Pause.fields.by, reason: Pause.fields.reason }),
  success: Pause,
  error: NotFoundProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Pause a service or a stage",
    description: "Running programs stop taking its work within a second or two, and keep to it after a restart."
  })
)

const resume = HttpApiEndpoint.post("resume", "/services/:step/resume", {
  params: step,
  success: Schema.Struct({
    /** Whether it had been paused. */
    wasPaused: Schema.Boolean
  }),
  error: NotFoundProblem
}).annotateMerge(OpenApi.annotations({ summary: "Let a paused service or stage go on" }))

const service = { service: ServiceId }

const tune = HttpApiEndpoint.patch("tune", "/services/:service/tuning", {
  params: service,
  payload: Change,
  success: Tuning,
  error: NotFoundProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Change how a service is asked",
    description:
      "What is left out stays as it is, and what is null is as in the catalog from then on. Running programs keep to it within a few seconds, and after a restart. Of `rate` each " +
      "program that asks the service has an equal part."
  })
)

const untune = HttpApiEndpoint.delete("untune", "/services/:service/tuning", {
  params: service,
  success: Schema.Struct({
    /** Whether it had been changed. */
    wasTuned: Schema.Boolean
  }),
  error: NotFoundProblem
}).annotateMerge(OpenApi.annotations({ summary: "Have a service asked as the catalog says" }))

/** Counts what would be done, and does nothing. */
const dryRun = Schema.optionalKey(Schema.Boolean)

/** Whose failures are to be tried again. Left out: all. */
const RetryRequest = Schema.Struct({
  /** Services, and stages. */
  services: Schema.optionalKey(listOf(StepName)),
  class: Schema.optionalKey(FailureKind),
  group: Schema.optionalKey(Group),
  dryRun
})

const retryFailed = HttpApiEndpoint.post("retryFailed", "/retry-failed", {
  payload: RetryRequest,
  success: Count.pipe(HttpApiSchema.status(202)),
  error: UnprocessableProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Try again what failed",
    description:
      "Forgets failures, of some services or stages, of a class or of a group, and tries again. `count`: failures forgotten, " +
      "or with `dryRun` to be forgotten."
  })
)

/** What is to be asked again because there is no answer. Left out: all. */
const MissingRequest = Schema.Struct({
  services: Schema.optionalKey(listOf(ServiceId)),
  group: Schema.optionalKey(Group),
  /** Asks the `services` that are named also about images for which they were not requested. */
  everyImage: Schema.optionalKey(Schema.Boolean),
  dryRun
})

const runMissing = HttpApiEndpoint.post("runMissing", "/run-missing", {
  payload: MissingRequest,
  success: Count.pipe(HttpApiSchema.status(202)),
  error: UnprocessableProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Ask for answers that are missing",
    description:
      "Asks again for what is owed although the queue of the service is empty, but not for dead letters; with `services` and " +
      "`everyImage`, asks these about every image of the group or of all. `count`: questions put, or with `dryRun` to be put."
  })
)

/** A message that was set aside. */
export const DeadLetter = Schema.Struct({
  step: StepName,
  id: Schema.String,
  queue: Schema.String,
  reason: Schema.String,
  attempt: Schema.Int,
  body: Schema.String,
  headers: Schema.Record(Schema.String, Schema.String)
}).annotate({ identifier: "DeadLetter" })

/** The first messages of each queue. */
export const DeadLetterPage = Schema.Struct({
  deadLetters: Schema.Array(DeadLetter),
  /** How many there are in these queues. */
  total: Schema.Int
}).annotate({ identifier: "DeadLetterPage" })

const deadLetters = HttpApiEndpoint.get("deadLetters", "/dead-letters", {
  query: {
    step: Schema.optionalKey(StepName),
    /** Per queue. */
    limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))),
    /** Whether to answer with a page, which says how many there are. */
    total: Schema.optionalKey(Schema.Boolean)
  },
  success: Schema.Union([Schema.Array(DeadLetter), DeadLetterPage]),
  error: NotFoundProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "See the messages that were set aside, and why",
    description:
      "Oldest first, queue by queue. A list or, with `total=true`, a page that says how many there are in these queues."
  })
)

const replay = HttpApiEndpoint.post("replay", "/dead-letters/replay", {
  payload: Schema.Struct({
    step: StepName,
    /** All of the step when left out. */
    ids: Schema.optionalKey(listOf(Schema.String))
  }),
  success: Count.pipe(HttpApiSchema.status(202)),
  error: NotFoundProblem
}).annotateMerge(
  OpenApi.annotations({ summary: "Put dead letters back into their queue", description: "`count`: messages put back." })
)

const drop = HttpApiEndpoint.post("drop", "/dead-letters/drop", {
  payload: Schema.Struct({ step: StepName, ids: listOf(Schema.String) }),
  success: Count,
  error: NotFoundProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Forget dead letters",
    description: "The sweep asks again for answers that are still owed. `count`: messages dropped."
  })
)

export class Pipeline extends HttpApiGroup.make("pipeline")
  .add(services, progress, workers, failures, workflow)
  .add(pause, resume, tune, untune, retryFailed, runMissing, deadLetters, replay, drop)
  .annotateMerge(OpenApi.annotations({ title: "Pipeline", description: "See how it is doing, and act on it." })) {}
