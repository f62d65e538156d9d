/** Hints: "something about image 7 may be stale". Losing one costs latency, never work. */
import { Clock, Effect, Option, Schema } from "effect"
import type { ImageId } from "../../domain/Identifiers.ts"
import { HintJson, hintQueue, published } from "../../domain/Messages.ts"
import type { Stage } from "../../domain/Staleness.ts"
import * as TraceContext from "../../domain/TraceContext.ts"
import { type Lane, MessageBroker } from "../../services/MessageBroker.ts"
import type { StaleImage } from "../../services/ResultStore.ts"
import type { Work } from "./Step.ts"

/** An image to look at, and the trace the look belongs to. */
export interface Look {
  readonly imageId: ImageId
  /** `bulk` unless it says otherwise. */
  readonly lane?: Lane
  readonly headers: Readonly<Record<string, string>>
}

/** A stale image that the store found, to be looked at in its own trace. */
export const lookAt = ({ imageId, traceParent }: StaleImage): Look => ({
  imageId,
  headers: Option.match(traceParent, {
    onNone: () => ({}),
    onSome: (value) => ({ [TraceContext.header]: value })
  })
})

/** An image about which something was found, to be looked at in continuation of the finding. */
export const following = ({ deliveries, imageId, span }: Omit<Work<unknown>, "value">): Look => ({
  imageId,
  lane: deliveries.some(({ lane }) => lane === "express") ? "express" : "bulk",
  headers: TraceContext.headersOf(Option.getOrUndefined(span))
})

/** Tells each of the stages once about each of the images. What cannot be told now is left to the sweep. */
export const tell = Effect.fnUntraced(function* (stages: ReadonlyArray<Stage>, looks: ReadonlyArray<Look>) {
  const once = new Map<ImageId, Look>()
  for (const look of looks) if (once.get(look.imageId)?.lane !== "express") once.set(look.imageId, look)
  if (once.size === 0) return
  const broker = yield* MessageBroker
  const now = published(yield* Clock.currentTimeMillis)
  const messages = stages.flatMap((stage) =>
    [...once.values()].map(({ headers, imageId, lane = "bulk" }) => ({
      queue: hintQueue[stage],
      lane,
      body: encodeHint({ version: 1, imageId }),
      headers: { ...headers, ...now }
    }))
  )
  yield* broker
    .publish(messages)
    .pipe(Effect.catch((error) => Effect.logWarning(`${error.message}; the sweep will find the images`)))
})

const encodeHint = Schema.encodeSync(HintJson)
