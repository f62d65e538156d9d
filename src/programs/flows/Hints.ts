/** Hints: "something about image 7 may be stale". Losing one costs latency, never work. */
import { Clock, Effect, Option, Result, Schema, Stream } from "effect"
import type { ImageId } from "../../domain/Identifiers.ts"
import { HintJson, hintQueue, published } from "../../domain/Messages.ts"
import type { Stage } from "../../domain/Staleness.ts"
import * as TraceContext from "../../domain/TraceContext.ts"
import { type Delivery, MessageBroker, Settlement } from "../../services/MessageBroker.ts"
import type { StaleImage } from "../../services/ResultStore.ts"
import type { ServiceSwitch } from "../../services/ServiceSwitch.ts"
import { type ConsumeOptions, consume } from "./Consume.ts"

/** An image to look at, and the trace the look belongs to. */
export interface Look {
  readonly imageId: ImageId
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

/** An image to look at, with all the deliveries that asked for it. */
export interface Hinted extends Look {
  readonly deliveries: ReadonlyArray<Delivery>
}

/** Tells each of the stages once about each of the images. What cannot be told now is left to the sweep. */
export const tell = Effect.fnUntraced(function* (stages: ReadonlyArray<Stage>, looks: ReadonlyArray<Look>) {
  const once = new Map(looks.map((look) => [look.imageId, look]))
  if (once.size === 0) return
  const broker = yield* MessageBroker
  const now = published(yield* Clock.currentTimeMillis)
  const messages = stages.flatMap((stage) =>
    [...once.values()].map(({ headers, imageId }) => ({
      queue: hintQueue[stage],
      body: encodeHint({ version: 1, imageId }),
      headers: { ...headers, ...now }
    }))
  )
  yield* broker
    .publish(messages)
    .pipe(Effect.catch((error) => Effect.logWarning(`${error.message}; the sweep will find the images`)))
})

/** The hints of a stage, those of one image that arrive close together as one; what is not a hint is set aside. */
export const hinted = (
  stage: Stage,
  options: Omit<ConsumeOptions<never>, "queue" | "step" | "prefetch"> & { readonly batch: number }
): Stream.Stream<ReadonlyArray<Hinted>, never, MessageBroker | ServiceSwitch> =>
  consume({ ...options, queue: hintQueue[stage], step: stage, prefetch: 2 * options.batch }, (deliveries) =>
    deliveries.pipe(
      Stream.groupedWithin(options.batch, "10 millis"),
      Stream.mapEffect(coalesce),
      Stream.filter((hints) => hints.length > 0)
    )
  )

/** Settles all deliveries that asked for an image. */
export const settle = (hint: Hinted, settlement: Settlement): Effect.Effect<void> =>
  Effect.forEach(hint.deliveries, (delivery) => delivery.settle(settlement), { discard: true })

const encodeHint = Schema.encodeSync(HintJson)
const decodeHint = Schema.decodeUnknownResult(HintJson)

const coalesce = Effect.fnUntraced(function* (deliveries: ReadonlyArray<Delivery>) {
  const byImage = new Map<ImageId, { headers: Readonly<Record<string, string>>; deliveries: Array<Delivery> }>()
  for (const delivery of deliveries) {
    const decoded = decodeHint(delivery.body)
    if (Result.isFailure(decoded)) {
      yield* delivery.settle(Settlement.DeadLetter({ reason: `not a hint: ${decoded.failure.message}` }))
      continue
    }
    const { imageId } = decoded.success
    const known = byImage.get(imageId)
    if (known === undefined) byImage.set(imageId, { headers: delivery.headers, deliveries: [delivery] })
    else known.deliveries.push(delivery)
  }
  return Array.from(byImage, ([imageId, hint]): Hinted => ({ imageId, ...hint }))
})
