/**
 * Operations on many images: what the command line, the API and the dashboard begin, and what works on them.
 *
 * One program at a time works on all that run, a page of each after the other. Pages wait until what the one before asked
 * for is nearly done, so a long operation holds up nothing, and what it has not come to is not begun when it is stopped.
 */
import { type Deferred, Duration, Effect, Option, Schema } from "effect"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import { hintQueue } from "../../domain/Messages.ts"
import { isTooWide, type Operation, OperationId, type Request, words } from "../../domain/Operation.ts"
import * as ServiceCatalog from "../../domain/ServiceCatalog.ts"
import { type Stage, stages } from "../../domain/Staleness.ts"
import { Catalog } from "../../services/Catalog.ts"
import { MessageBroker } from "../../services/MessageBroker.ts"
import { AnyRun, Operations } from "../../services/Operations.ts"
import { ResultStore } from "../../services/ResultStore.ts"
import { known } from "./Actions.ts"
import { duty } from "./Duty.ts"
import * as Hints from "./Hints.ts"
import { note, noteAs } from "./Noting.ts"
import { publishOwed } from "./Submit.ts"

/** There is no such operation. */
export class UnknownOperation extends Schema.TaggedError<UnknownOperation>()("UnknownOperation", { id: OperationId }) {
  override get message() {
    return `There is no operation ${this.id}`
  }
}

/** The request takes away without saying from which images. */
export class TooWide extends Schema.TaggedError<TooWide>()("TooWide", {
  kind: Schema.Literals(["withdraw", "delete"])
}) {
  override get message() {
    return this.kind === "delete"
      ? "Say which images are to be deleted: by group, before or ids"
      : "Say what is to be withdrawn: by group, services or ids"
  }
}

/** How many answers or images a request is about now. Nothing is done. */
export const count = Effect.fn("Operate.count")(function* (request: Request) {
  yield* check(request)
  return yield* Operations.use((operations) => operations.count(request))
})

/** Begins an operation, asked for by `by`. It goes on while a postprocessor runs, whatever becomes of the asking program. */
export const begin = Effect.fn("Operate.begin")(function* (request: Request, by: string) {
  yield* check(request)
  const operation = yield* Operations.use((operations) => operations.begin(request, by))
  yield* noteAs(by, words(request), operation.total)
  return operation
})

/** Stops an operation, and returns it as it is then. One that has ended stays as it is. */
export const stop = Effect.fn("Operate.stop")(function* (id: OperationId) {
  const operations = yield* Operations
  if (yield* operations.stop(id)) yield* note(`stop operation ${id}`)
  return yield* find(id)
})

/** One operation. */
export const find = Effect.fnUntraced(function* (id: OperationId) {
  const found = yield* Operations.use((operations) => operations.find(id))
  return Option.isSome(found) ? found.value : yield* new UnknownOperation({ id })
})

const check = Effect.fnUntraced(function* (request: Request) {
  if (isTooWide(request) && (request.kind === "delete" || request.kind === "withdraw")) {
    return yield* new TooWide({ kind: request.kind })
  }
  // What a service owes that has left the catalog can be withdrawn, too.
  if (request.kind === "rerun") yield* known(request.services)
})

/** Images of one step. */
const page = 500

/** How long whoever works on operations has them to itself. */
const lease = Duration.seconds(15)

/** Works on all operations that run, until told to stop. */
export const operate = ({ stop }: { readonly stop: Deferred.Deferred<void> }) =>
  duty({
    name: "operations",
    lease,
    every: "1 second",
    isDue: Effect.flatten(AnyRun),
    stop,
    onFailure: "Operations are left to the next time",
    work: Effect.fnUntraced(function* (keep) {
      do {
        const running = yield* Operations.use((operations) => operations.running)
        const moved = yield* Effect.forEach(running, advance, { concurrency: 4 })
        if (!moved.includes(true)) return
      } while (yield* keep)
    })
  })

/** Takes an operation a page further, if what it asked for is nearly done. Whether it did. */
const advance = Effect.fn("Operate.advance")(
  function* ({ id, request }: Operation) {
    const operations = yield* Operations
    if (!(yield* isReady(request))) return false
    const step = yield* operations.step(id, page)
    if (Option.isNone(step)) {
      if (yield* operations.finish(id)) yield* Effect.logInfo(`Operation ${id} is done`)
      return false
    }
    yield* publish(request, step.value.images)
    return true
    // A page that was begun is finished, also when the program is to stop.
  },
  Effect.uninterruptible,
  Effect.withTracerEnabled(false)
)

/** Whether little waits in the queues of those who are asked. */
const isReady = Effect.fnUntraced(function* (request: Request) {
  const broker = yield* MessageBroker
  const catalog = yield* Catalog
  const depths = yield* Effect.forEach(queuesOf(request, catalog), (queue) => broker.depth(queue))
  return depths.every((depth) => depth < page)
})

const queuesOf = (request: Request, catalog: ServiceCatalog.ServiceCatalog): ReadonlyArray<string> => {
  switch (request.kind) {
    case "rerun":
      return [
        ...request.services.map((service) => ServiceCatalog.find(catalog, service)?.queue ?? []).flat(),
        hintQueue.enrich
      ]
    case "recompute":
      return (request.stages ?? stages).map((stage) => hintQueue[stage])
    case "withdraw":
    case "delete":
      return []
  }
}

/** Tells those who are to work on the images. What is not told is found by the sweep. */
const publish = Effect.fnUntraced(function* (request: Request, ids: ReadonlyArray<ImageId>) {
  if (request.kind === "withdraw" || request.kind === "delete") return
  const tell = (stages: ReadonlyArray<Stage>) => Hints.tell(ids.map((imageId) => ({ imageId, stages, headers: {} })))
  if (request.kind === "recompute") return yield* tell(request.stages ?? stages)
  const store = yield* ResultStore
  const owed = yield* store.owed({ scope: { _tag: "Images", ids }, limit: ids.length })
  const asked: ReadonlySet<ServiceId> = new Set(request.services)
  yield* publishOwed(owed, (service) => asked.has(service), { isRepeated: true })
  // A crop that is to be asked about again is owed by the stage.
  const catalog = yield* Catalog
  if (request.services.some((service) => ServiceCatalog.find(catalog, service)?.crops !== undefined)) {
    yield* tell(stages)
  }
})
