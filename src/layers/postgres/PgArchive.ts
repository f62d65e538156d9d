/**
 * What is stored, read for people, from PostgreSQL.
 *
 * The tables are those of the result store, which is built first. Lists and single images are a few indexed queries each,
 * whatever the size of the tables.
 */
import { Effect, Layer, Option, Stream } from "effect"
import type { ImageFilter } from "../../domain/archive/ImageFilter.ts"
import { idsOf } from "../../domain/ServiceCatalog.ts"
import type { ImageId } from "../../domain/Identifiers.ts"
import { Archive } from "../../services/Archive.ts"
import { Catalog } from "../../services/Catalog.ts"
import { ResultStore } from "../../services/ResultStore.ts"
import * as Changes from "./archive/Changes.ts"
import { countFailures, failures } from "./archive/Failed.ts"
import { ordered } from "./archive/Ordered.ts"
import { simulated } from "./archive/Simulated.ts"
import { search } from "./archive/Search.ts"
import { statistics } from "./archive/Statistics.ts"
import { suggestions } from "./archive/Suggestions.ts"
import { summaries } from "./archive/Summaries.ts"
import { countUnasked } from "./archive/Unasked.ts"
import * as Whole from "./archive/Whole.ts"
import { refersTo } from "./archive/References.ts"
import { methodsOf } from "./Methods.ts"

/** Images of which a stream reads the ids, and the contents, at once. */
const page = { ids: 500, records: 50 }

export const layer = Layer.effect(
  Archive,
  Effect.gen(function* () {
    const catalog = yield* Catalog
    const services = idsOf(catalog)
    const store = yield* ResultStore

    const run = yield* methodsOf("Archive")

    const ids = (filter: ImageFilter) =>
      Stream.paginate(undefined as ImageId | undefined, (before) =>
        Effect.map(
          run("ids", search(filter, { limit: page.ids, ...(before === undefined ? {} : { before }) }, services)),
          (found) => [found, found.length < page.ids ? Option.none() : Option.fromUndefinedOr(found.at(-1))] as const
        )
      )

    return Archive.of({
      search: (filter, options) =>
        run(
          "search",
          Effect.flatMap(search(filter, options, services), (ids) => summaries(ids, services))
        ),
      neighbors: (id, filter, order = "newest") =>
        run(
          "neighbors",
          Effect.map(
            order === "newest"
              ? Effect.map(
                  Effect.all([
                    search(filter, { after: id, limit: 1 }, services),
                    search(filter, { before: id, limit: 1 }, services)
                  ]),
                  ([[previous], [next]]) => [previous, next] as const
                )
              : Effect.map(ordered(filter, order, services), (ids) => {
                  const place = ids.indexOf(id)
                  return place < 0 ? [] : ([ids[place - 1], ids[place + 1]] as const)
                }),
            ([previous, next]) => ({
              ...(previous === undefined ? {} : { previous }),
              ...(next === undefined ? {} : { next })
            })
          )
        ),
      ordered: (filter, order, limit) => run("ordered", ordered(filter, order, services, limit)),
      statistics: (group) => run("statistics", statistics(group)),
      ids,
      records: (filter) =>
        ids(filter).pipe(
          Stream.grouped(page.records),
          Stream.mapEffect((some) => store.records(some)),
          Stream.map((records) => records.toReversed()),
          Stream.flattenIterable
        ),
      suggestions: (typed, limit) => run("suggestions", suggestions(typed, limit)),
      image: (id) => run("image", Whole.image(id, catalog)),
      timeline: (id) => run("timeline", Whole.timeline(id)),
      failures: ({ samples }) => run("failures", failures(samples)),
      countFailures: (of) => run("countFailures", countFailures(of)),
      countUnasked: (services, group) => run("countUnasked", countUnasked(services, group)),
      simulated: run("simulated", simulated),
      now: run("now", Changes.now),
      changes: (since, limit) => run("changes", Changes.changes(since, limit)),
      refersTo: (contents) => run("refersTo", refersTo(contents))
    })
  })
)
