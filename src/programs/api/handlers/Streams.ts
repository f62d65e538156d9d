/** Events and exports. */
import { Clock, Effect, Layer, Ref, Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Archive } from "../../../services/Archive.ts"
import * as Coco from "../Coco.ts"
import { Api } from "../definition/Api.ts"
import { Unavailable } from "../definition/Problems.ts"
import { asProblems } from "../Failures.ts"
import * as ImageEvents from "../ImageEvents.ts"
import * as JsonLines from "../JsonLines.ts"

/** Readers of events at once; each asks the database twice a second. */
const maxReaders = 100

const events = HttpApiBuilder.group(
  Api,
  "events",
  Effect.fnUntraced(function* (handlers) {
    const archive = yield* Archive
    const readers = yield* Ref.make(0)
    return handlers.handleAll({
      events: ({ headers, query }) =>
        Effect.gen(function* () {
          if ((yield* Ref.get(readers)) >= maxReaders) {
            return yield* new Unavailable({
              detail: `${maxReaders} readers follow the events already: try again later`
            })
          }
          const moment = headers["last-event-id"] ?? query.since ?? (yield* asProblems(archive.now))
          const reader = Effect.acquireRelease(
            Ref.update(readers, (count) => count + 1),
            () => Ref.update(readers, (count) => count - 1)
          )
          return Stream.unwrap(Effect.as(reader, ImageEvents.since(archive, moment)))
        })
    })
  })
)

const exports = HttpApiBuilder.group(
  Api,
  "exports",
  Effect.fnUntraced(function* (handlers) {
    const archive = yield* Archive
    return handlers.handleAll({
      coco: ({ query }) =>
        Effect.map(Clock.currentTimeMillis, (now) =>
          Stream.encodeText(Coco.document(archive.records(query), new Date(now)))
        ),
      jsonLines: ({ query }) => Effect.succeed(Stream.encodeText(Stream.map(archive.records(query), JsonLines.line)))
    })
  })
)

export const layer = Layer.merge(events, exports)
