/** Operations on many images: asking again, deriving again, withdrawing, deleting. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Action, ActionId } from "../../../domain/Action.ts"
import { Operation, OperationId, Request } from "../../../domain/Operation.ts"
import { Pause } from "../../../domain/StepName.ts"
import { NotFoundProblem, UnprocessableProblem } from "./Problems.ts"

const OperationView = Operation.annotate({ identifier: "Operation" })
const ActionView = Action.annotate({ identifier: "Action" })
const request = Request.annotate({ identifier: "OperationRequest" })

/** A page of operations. `next` is the `before` of the next page; absent on the last. */
export const OperationPage = Schema.Struct({
  operations: Schema.Array(OperationView),
  next: Schema.optionalKey(OperationId),
  /** How many there are on all pages. */
  total: Schema.Int
}).annotate({ identifier: "OperationPage" })

const list = HttpApiEndpoint.get("list", "/operations", {
  query: {
    before: Schema.optionalKey(OperationId),
    limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))),
    /** Whether to answer with a page, which says how many there are. */
    total: Schema.optionalKey(Schema.Boolean)
  },
  success: Schema.Union([Schema.Array(OperationView), OperationPage])
}).annotateMerge(
  OpenApi.annotations({
    summary: "See operations, and how far they are",
    description:
      "Newest first; `before` is the id after which the next page begins. A list or, with `total=true`, a page that says how many there are."
  })
)

const get = HttpApiEndpoint.get("get", "/operations/:id", {
  params: { id: OperationId },
  success: OperationView,
  error: NotFoundProblem
}).annotateMerge(OpenApi.annotations({ summary: "See how far an operation is" }))

const begin = HttpApiEndpoint.post("begin", "/operations", {
  payload: Schema.Struct({
    request,
    /** Who asks for it; where the request comes from when left out. */
    by: Schema.optionalKey(Pause.fields.by)
  }),
  success: OperationView.pipe(HttpApiSchema.status(202)),
  error: UnprocessableProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Begin an operation on many images",
    description:
      "`rerun` asks services again; an answer stays until the new one takes its place. `recompute` derives again. `withdraw` " +
      "asks no more for what is owed. `delete` deletes images. A postprocessor works on it, page by page."
  })
)

const count = HttpApiEndpoint.post("count", "/operations/count", {
  payload: Schema.Struct({ request }),
  success: Schema.Struct({ count: Schema.Int }),
  error: UnprocessableProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Count what an operation would be about",
    description: "Answers of `rerun` and `withdraw`, images of `recompute` and `delete`. Nothing is done."
  })
)

const stop = HttpApiEndpoint.post("stop", "/operations/:id/stop", {
  params: { id: OperationId },
  success: OperationView,
  error: NotFoundProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Stop an operation",
    description: "What is done stays; an answer that was asked for again and has not come counts as before."
  })
)

/** A page of actions. `next` is the `before` of the next page; absent on the last. */
export const ActionPage = Schema.Struct({
  actions: Schema.Array(ActionView),
  next: Schema.optionalKey(ActionId),
  /** How many there are on all pages. */
  total: Schema.Int
}).annotate({ identifier: "ActionPage" })

const actions = HttpApiEndpoint.get("actions", "/actions", {
  query: {
    before: Schema.optionalKey(ActionId),
    limit: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))),
    /** Whether to answer with a page, which says how many there are. */
    total: Schema.optionalKey(Schema.Boolean)
  },
  success: Schema.Union([Schema.Array(ActionView), ActionPage])
}).annotateMerge(
  OpenApi.annotations({
    summary: "See who did what",
    description:
      "Newest first; `before` is the id after which the next page begins. A list or, with `total=true`, a page that says how many there are. " +
      "Kept as long as KEEP_HISTORY says."
  })
)

export class Operations extends HttpApiGroup.make("operations")
  .add(list, get, begin, count, stop, actions)
  .annotateMerge(OpenApi.annotations({ title: "Operations", description: "Do something to many images at once." })) {}
