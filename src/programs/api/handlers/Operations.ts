/** Operations on many images. */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { ActionLog, CurrentPerson } from "../../../services/ActionLog.ts"
import { Operations } from "../../../services/Operations.ts"
import type { ResultStoreError } from "../../../services/ResultStore.ts"
import * as Operate from "../../flows/Operate.ts"
import { Api } from "../definition/Api.ts"
import { asProblems } from "../Failures.ts"

/** Operations, or actions, on a page when the request does not say how many. */
const pageSize = 50

export const layer = HttpApiBuilder.group(
  Api,
  "operations",
  Effect.fnUntraced(function* (handlers) {
    const operations = yield* Operations
    const log = yield* ActionLog
    return handlers.handleAll({
      list: ({ query: { limit = pageSize, total = false, ...page } }) =>
        total
          ? asProblems(
              Effect.map(pageOf(operations, { limit, ...page }), ({ items, ...rest }) => ({
                operations: items,
                ...rest
              }))
            )
          : asProblems(operations.list({ limit, ...page })),
      get: ({ params: { id } }) => asProblems(Operate.find(id)),
      begin: ({ payload: { by, request } }) =>
        asProblems(Effect.flatMap(CurrentPerson, (person) => Operate.begin(request, by ?? person))),
      count: ({ payload: { request } }) => asProblems(Effect.map(Operate.count(request), (count) => ({ count }))),
      stop: ({ params: { id } }) => asProblems(Operate.stop(id)),
      actions: ({ query: { limit = pageSize, total = false, ...page } }) =>
        total
          ? asProblems(
              Effect.map(pageOf(log, { limit, ...page }), ({ items, ...rest }) => ({ actions: items, ...rest }))
            )
          : asProblems(log.list({ limit, ...page }))
    })
  })
)

/** What is listed newest first, by id. */
interface Listed<Id, Item extends { readonly id: Id }> {
  readonly list: (page: Page<Id>) => Effect.Effect<ReadonlyArray<Item>, ResultStoreError>
  readonly total: Effect.Effect<number, ResultStoreError>
}

interface Page<Id> {
  readonly before?: Id
  readonly limit: number
}

/** A page, where the next one begins, and how many there are on all. */
const pageOf = <Id, Item extends { readonly id: Id }>(listed: Listed<Id, Item>, page: Page<Id>) =>
  Effect.map(
    Effect.all([listed.list({ ...page, limit: page.limit + 1 }), listed.total], { concurrency: "unbounded" }),
    ([found, total]) => {
      const items = found.slice(0, page.limit)
      const last = items.at(-1)
      return { items, ...(found.length > page.limit && last ? { next: last.id } : {}), total }
    }
  )
