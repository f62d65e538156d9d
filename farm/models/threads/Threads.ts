/** Threads that measure pictures or run models, and the work they share. */
import { availableParallelism, freemem } from "node:os"
import { Worker } from "node:worker_threads"
import { Deferred, Effect, Queue, Schema, type Scope } from "effect"
import type { JsonObject } from "../../http/Envelope.ts"
import * as HubModels from "../hub/HubModels.ts"
import type { Measured } from "../../measured/Measures.ts"
import type { Reply, Request, Settings, Work } from "./Messages.ts"
import * as Runtime from "./Runtime.ts"

/** A thread did not answer. The message is a sentence with the remedy. */
export class ModelFailure extends Schema.TaggedError<ModelFailure>()("ModelFailure", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

export interface Threads {
  /** Makes sure that the service can work: that there is a runtime, and that its weights are whole. Loads no network. */
  readonly examine: (service: Service) => Effect.Effect<void, ModelFailure>
  /** Loads what the service answers with in every thread, before a picture needs it. */
  readonly load: (service: Service) => Effect.Effect<void, ModelFailure>
  /** The predictions of the service. What is not waited for any more is not computed. */
  readonly analyze: (service: Service, picture: Measured) => Effect.Effect<ReadonlyArray<JsonObject>, ModelFailure>
  readonly count: number
}

type Service = Request["service"]

export interface Options extends Settings {
  /** How many threads there are. */
  readonly count?: number
  /** Bytes of objects that a thread may have before it is ended, so that one that has no end leaves the others their memory. */
  readonly heap?: number
  /** The program of a thread. */
  readonly program?: URL
}

/** Bytes that a thread with all networks of the install may take. */
const threadMemory = 400 * 1024 * 1024

/** A thread for each core that is to spare, as long as half of the free memory is enough for them and what was added. */
const spare = (models: string): number =>
  Math.max(
    1,
    Math.min(availableParallelism() - 1, Math.floor(freemem() / 2 / (threadMemory + 2 * HubModels.sizeOfAdded(models))))
  )

/** Requests that a thread has in hand: one runs while the picture of another is prepared. */
const inHand = 2

interface Task {
  readonly service: Service
  readonly work: Work
  readonly answer: Deferred.Deferred<ReadonlyArray<JsonObject>, ModelFailure>
}

/** Starts the threads. They end with the scope. */
export const make = Effect.fnUntraced(function* ({
  models,
  count = spare(models),
  heap = 1024 * 1024 * 1024,
  program = new URL("./thread.js", import.meta.url)
}: Options): Effect.fn.Return<Threads, never, Scope.Scope> {
  // Threads can load the runtime only while this one has it, too. Why it cannot be loaded, threads say.
  yield* Effect.promise(() => Runtime.load().catch(() => undefined))
  const tasks = yield* Queue.unbounded<Task>()
  const threads: Array<Thread> = []
  for (let index = 0; index < count; index++) {
    const thread = yield* Effect.acquireRelease(
      Effect.sync(() => open(program, { models }, heap)),
      ({ close }) => Effect.promise(close)
    )
    threads.push(thread)
    const serve = Effect.gen(function* () {
      const { answer, service, work } = yield* Queue.take(tasks)
      if (yield* Deferred.isDone(answer)) return
      yield* Deferred.into(thread.ask(service, work), answer)
    })
    for (let lane = 0; lane < inHand; lane++) yield* Effect.forkScoped(Effect.forever(serve))
  }
  const ask = Effect.fnUntraced(function* (service: Service, work: Work) {
    const answer = yield* Deferred.make<ReadonlyArray<JsonObject>, ModelFailure>()
    yield* Queue.offer(tasks, { service, work, answer })
    return yield* Effect.onInterrupt(Deferred.await(answer), () => Deferred.interrupt(answer))
  })
  return {
    analyze: ask,
    count,
    examine: (service) => Effect.asVoid(ask(service, "examine")),
    // The first converts a network and keeps it, so the others need not.
    load: Effect.fnUntraced(function* (service) {
      const [first, ...others] = threads
      yield* first?.ask(service, "load") ?? Effect.void
      yield* Effect.forEach(others, (thread) => thread.ask(service, "load"), {
        concurrency: "unbounded",
        discard: true
      })
    })
  }
})

type Thread = ReturnType<typeof open>

/** A thread that is started when it is first asked, and anew after it died. */
const open = (program: URL, settings: Settings, heap: number) => {
  const waiting = new Map<number, (reply: Reply) => void>()
  let worker: Worker | undefined
  let ids = 0
  let idle = () => {}
  const start = (): Worker => {
    // What the process was started with, such as conditions of imports, is not for programs that were built.
    const started = new Worker(program, {
      workerData: settings,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(heap / 1024 / 1024) }
    })
    let reason = "it ended"
    started.on("message", (reply: Reply) => waiting.get(reply.id)?.(reply))
    started.on("error", (error: NodeJS.ErrnoException) => {
      reason =
        error.code === "ERR_WORKER_OUT_OF_MEMORY" ? `there is not enough memory, so ${Runtime.needLess}` : error.message
    })
    started.on("exit", () => {
      worker = undefined
      const problem = `The thread that runs models died: ${reason}. It is started anew for the next picture.`
      for (const [id, resume] of waiting) resume({ id, problem })
    })
    return started
  }
  return {
    ask: (service: Service, work: Work) =>
      Effect.callback<ReadonlyArray<JsonObject>, ModelFailure>((resume) => {
        const id = ids++
        waiting.set(id, (reply) => {
          waiting.delete(id)
          if (waiting.size === 0) idle()
          resume(
            "problem" in reply
              ? Effect.fail(new ModelFailure({ detail: reply.problem }))
              : Effect.succeed(reply.predictions)
          )
        })
        worker ??= start()
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
        worker.postMessage({ id, service, work } satisfies Request)
      }),
    /** Ends the thread when it has answered: the process dies with a thread that ends while a network runs. */
    close: async () => {
      if (waiting.size > 0) await new Promise<void>((resume) => (idle = resume))
      await worker?.terminate()
    }
  }
}
