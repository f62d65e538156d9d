/** What is no message, and gets into queues all the same. */
import { Duration, Effect } from "effect"
import * as Random from "#farm/simulated/Random"
import { MessageBroker } from "../../src/services/MessageBroker.ts"
import * as Scenario from "./Scenario.ts"

const bodies = [
  "",
  "{",
  "null",
  "[]",
  '{"version":1}',
  '{"version":2,"image_id":1,"service":"clip","image":{"filename":"a","path":"/a"}}',
  '{"version":1,"image_id":-1,"service":"clip","image":{"filename":"a","path":"/a"}}',
  '{"version":1,"image_id":"1; DROP TABLE images"}'
] as const

/**
 * Puts some into queues as long as things go wrong. Returns the question what is wrong with what became of them: nothing
 * when just these were set aside, as they were.
 */
export const spread = Effect.fnUntraced(function* ({ faults, seed }: Scenario.Scenario, queues: ReadonlyArray<string>) {
  const broker = yield* MessageBroker
  const random = Random.make(seed, "poison")
  const spread: Array<string> = []
  const maybe = Effect.suspend(() => {
    if (!random.chance(faults.poison)) return Effect.void
    const queue = queues[random.integer(0, queues.length - 1)]!
    const body = random.pick(bodies)
    spread.push(`${queue} ${body}`)
    return broker.publish([{ queue, body }])
  })
  if (faults.poison > 0) {
    yield* Effect.forkScoped(
      Effect.repeat(Effect.andThen(Effect.sleep("1 second"), maybe), { times: Duration.toSeconds(Scenario.calm) - 2 })
    )
  }
  return Effect.gen(function* () {
    const letters = (yield* Effect.forEach(queues, (queue) => broker.deadLetters(queue, 1000))).flat()
    const reasons = letters.map(({ reason }) => reason)
    const found = letters.map(({ body, queue }) => `${queue} ${body}`)
    return JSON.stringify(found.toSorted()) === JSON.stringify(spread.toSorted()) &&
      reasons.every((reason) => reason !== "")
      ? []
      : [`set aside is ${JSON.stringify(found)} for ${JSON.stringify(reasons)} instead of ${JSON.stringify(spread)}`]
  })
})
