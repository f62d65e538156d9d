/** Hints: "something about image 7 may be stale". Losing one costs latency, never work. */
import { Clock, Effect, Option, Schema } from "effect"
import type { ImageId } from "../../domain/Identifiers.ts"
import { HintJson, hintQueue, published } from "../../domain/Messages.ts"
import type { Stage } from "../../domain/Staleness.ts"
import * as TraceContext from "../../domain/TraceContext.ts"
import { type Lane, MessageBroker, type OutgoingMessage } from "../../services/MessageBroker.ts"
import type { StaleImage } from "../../services/ResultStore.ts"
import { ServiceSwitch } from "../../services/ServiceSwitch.ts"
import type { Work } from "./Step.ts"

/** An image that stages are to look at, and the trace the look belongs to. */
export interface Look {
  readonly imageId: ImageId
  readonly stages: ReadonlyArray<Stage>
  /** `bulk` unless it says otherwise. */
  readonly lane?: Lane
  readonly headers: Readonly<Record<string, string>>
}

/** A stale image that the store found, to be looked at in its own trace. */
export const lookAt = (stage: Stage, { imageId, traceParent }: StaleImage): Look => ({
  imageId,
  stages: [stage],
  headers: Option.match(traceParent, {
    onNone: () => ({}),
    onSome: (value) => ({ [TraceContext.header]: value })
  })
})

/** An image about which something was found, to be looked at in continuation of the finding. */
export const following = (
  stages: ReadonlyArray<Stage>,
  { deliveries, imageId, span }: Omit<Work<unknown>, "value">
): Look => ({
  imageId,
  stages,
  lane: deliveries.some(({ lane }) => lane === "express") ? "express" : "bulk",
  headers: TraceContext.headersOf(Option.getOrUndefined(span))
})

/**
 * Tells each stage once about each of the images. Whoever harmonizes votes as well, or passes the hint on; so one hint is
 * enough for both, unless harmonizing is switched off. What cannot be told now is left to the sweep.
 */
export const tell = Effect.fnUntraced(function* (looks: ReadonlyArray<Look>) {
  if (looks.length === 0) return
  const broker = yield* MessageBroker
  const isOff = yield* ServiceSwitch.use((switches) => switches.isPaused("harmonize"))
  const now = published(yield* Clock.currentTimeMillis)
  const messages = new Map<string, OutgoingMessage>()
  for (const { headers, imageId, lane = "bulk", stages } of looks) {
    const isPassedOn = !isOff && stages.includes("harmonize")
    const body = encodeHint({ version: 1, imageId })
    for (const stage of stages) {
      const name = `${stage} ${imageId}`
      if ((stage === "consensus" && isPassedOn) || messages.get(name)?.lane === "express") continue
      messages.set(name, { queue: hintQueue[stage], lane, body, headers: { ...headers, ...now } })
    }
  }
  yield* broker
    .publish([...messages.values()])
    .pipe(Effect.catch((error) => Effect.logWarning(`${error.message}; the sweep will find the images`)))
})

const encodeHint = Schema.encodeSync(HintJson)
