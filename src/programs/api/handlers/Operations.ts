/** Operations on many images. */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Operations } from "../../../services/Operations.ts"
import * as Operate from "../../flows/Operate.ts"
import { Api } from "../definition/Api.ts"
import { asProblems } from "../Failures.ts"
import { senderOf } from "../Guards.ts"

/** Operations on a page when the request does not say how many. */
const pageSize = 50

export const layer = HttpApiBuilder.group(
  Api,
  "operations",
  Effect.fnUntraced(function* (handlers) {
    const operations = yield* Operations
    return handlers.handleAll({
      list: ({ query: { limit = pageSize, ...page } }) => asProblems(operations.list({ limit, ...page })),
      get: ({ params: { id } }) => asProblems(Operate.find(id)),
      begin: ({ payload: { by, request: wanted }, request }) =>
        asProblems(Operate.begin(wanted, by ?? `API, from ${senderOf(request)}`)),
      count: ({ payload: { request } }) => asProblems(Effect.map(Operate.count(request), (count) => ({ count }))),
      stop: ({ params: { id } }) => asProblems(Operate.stop(id))
    })
  })
)
