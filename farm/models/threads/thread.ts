/**
 * A thread that measures pictures or runs models: either blocks the thread it runs in until it has its answer.
 *
 * What models need is loaded when the first of them is asked, so a thread that measures is there at once.
 */
import { parentPort, workerData } from "node:worker_threads"
import * as Measures from "../../measured/Measures.ts"
import type { Answering } from "./Answering.ts"
import type { Reply, Request, Settings } from "./Messages.ts"

let answering: Promise<Answering> | undefined

const models = () => (answering ??= import("./Answering.ts").then(({ make }) => make(workerData as Settings)))

const predictions = async ({ service, work }: Request): Promise<ReadonlyArray<object>> => {
  if (Measures.isMeasure(service)) return typeof work === "string" ? [] : Measures.predictions(service, work)
  const answering = await models()
  if (typeof work !== "string") return answering.predictions(service, work)
  await answering[work](service)
  return []
}

const answer = async (request: Request): Promise<Reply> => {
  const { id, service } = request
  try {
    return { id, predictions: (await predictions(request)) as never }
  } catch (problem) {
    const { failureOf } = await import("./Runtime.ts")
    return { id, problem: failureOf(service, problem instanceof Error ? problem : new Error(String(problem))) }
  }
}

parentPort!.on("message", async (request: Request) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  parentPort!.postMessage(await answer(request))
})
