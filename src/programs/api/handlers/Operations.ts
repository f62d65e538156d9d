/** Operations on many images. */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { ActionLog, CurrentPerson } from "../../../services/ActionLog.ts"
import { Operations } from "../../../services/Operations.ts"
import * as Operate from "../../flows/Operate.ts"
import { Api } from "../definition/Api.ts"
import { asProblems } from "../Failures.ts"

/** Operations on a page when the request does not say how many. */
const pageSize = 50

export const layer = HttpApiBuilder.group(
  Api,
  "operations",
  Effect.fnUntraced(function* (handlers) {
    const operations = yield* Operations
    const log = yield* ActionLog
    return handlers.handleAll({
      list: ({ query: { limit = pageSize, ...page } }) => asProblems(operations.list({ limit, ...page })),
      get: ({ params: { id } }) => asProblems(Operate.find(id)),
      begin: ({ payload: { by, request } }) =>
        asProblems(Effect.flatMap(CurrentPerson, (person) => Operate.begin(request, by ?? person))),
      count: ({ payload: { request } }) => asProblems(Effect.map(Operate.count(request), (count) => ({ count }))),
      stop: ({ params: { id } }) => asProblems(Operate.stop(id)),
      actions: ({ query: { limit = pageSize, ...page } }) => asProblems(log.list({ limit, ...page }))
    })
  })
)
