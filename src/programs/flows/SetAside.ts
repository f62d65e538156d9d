/** What is set aside, because trying again would end as before: what stages cannot derive, and jobs that are dead letters. */
import { Effect, Option, Schema } from "effect"
import type { ImageId, ServiceId } from "../../domain/Identifiers.ts"
import { JobJson } from "../../domain/Messages.ts"
import type { Service } from "../../domain/ServiceCatalog.ts"
import type { Derivation, Stage } from "../../domain/Staleness.ts"
import * as Wording from "../../domain/Wording.ts"
import { MessageBroker } from "../../services/MessageBroker.ts"
import { ResultStore } from "../../services/ResultStore.ts"
import { untilStored } from "./Reconnect.ts"

/** Notes why a stage cannot derive its fact of an image, whatever the reason is: a mistake in the program, or in the data. */
export const image = Effect.fnUntraced(function* (
  stage: Stage,
  of: { readonly imageId: ImageId; readonly derivation: Derivation },
  problem: unknown
) {
  yield* Effect.logError(`The stage ${stage} cannot work on image ${of.imageId}`, problem)
  const reason = Wording.cut(problem instanceof Error ? problem.message : String(problem), 500)
  const store = yield* ResultStore
  yield* untilStored(store.setAside(stage, [{ ...of, value: reason }]))
})

/** Tells which jobs of the services are dead letters for a reason of their own: not to be published again unless they are replayed. */
export const jobs = Effect.fnUntraced(function* (services: ReadonlyArray<Service>) {
  const broker = yield* MessageBroker
  const found = yield* Effect.forEach(services, ({ queue }) =>
    Effect.gen(function* () {
      const { dead } = yield* broker.statistics(queue)
      const letters = dead === 0 ? [] : yield* broker.deadLetters(queue, dead)
      return letters
        .filter(({ isLost }) => isLost !== true)
        .flatMap(({ body }) =>
          Option.match(decodeJob(body), { onNone: () => [], onSome: (job) => [nameOf(job.imageId, job.service)] })
        )
    })
  )
  const names = new Set(found.flat())
  return (imageId: ImageId, service: ServiceId) => names.has(nameOf(imageId, service))
})

const decodeJob = Schema.decodeUnknownOption(JobJson)

const nameOf = (imageId: ImageId, service: ServiceId) => `${imageId} ${service}`
