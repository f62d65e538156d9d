/** How the pipeline is doing, and what people do about it. */
import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Workflow from "../../../domain/Workflow.ts"
import { Archive } from "../../../services/Archive.ts"
import { Catalog } from "../../../services/Catalog.ts"
import { WorkerRegistry } from "../../../services/WorkerRegistry.ts"
import * as Actions from "../../flows/Actions.ts"
import { ApiSettings } from "../ApiSettings.ts"
import { Watching } from "../Watching.ts"
import { Api } from "../definition/Api.ts"
import { asProblems } from "../Failures.ts"

/** Sample images of a group of failures, and dead letters of a queue when no limit is given. */
const samples = 5
const letters = 100

export const layer = HttpApiBuilder.group(
  Api,
  "pipeline",
  Effect.fnUntraced(function* (handlers) {
    const archive = yield* Archive
    const catalog = yield* Catalog
    const registry = yield* WorkerRegistry
    const { absent, corrects, strategy, traceUrl } = yield* ApiSettings
    const monitor = yield* Watching

    const workflow = {
      ...Workflow.describe(catalog, strategy),
      absent,
      corrects,
      ...(Option.isSome(traceUrl) ? { traceUrl: traceUrl.value } : {})
    }

    return handlers.handleAll({
      services: () => asProblems(monitor.pipeline),
      progress: () => asProblems(monitor.progress),
      workers: () => asProblems(registry.workers),
      failures: () => asProblems(archive.failures({ samples })),
      workflow: () => Effect.map(asProblems(archive.simulated), (simulated) => ({ ...workflow, simulated })),

      pause: ({ params: { step }, payload: { by, reason } }) => asProblems(Actions.pause({ step, by, reason })),
      resume: ({ params: { step } }) => asProblems(Effect.map(Actions.resume(step), (wasPaused) => ({ wasPaused }))),

      tune: ({ params: { service }, payload }) => asProblems(Actions.tune(service, payload)),
      untune: ({ params: { service } }) =>
        asProblems(Effect.map(Actions.untune(service), (wasTuned) => ({ wasTuned }))),

      retryFailed: ({ payload }) => asProblems(Effect.map(Actions.retryFailed(payload), counted)),
      runMissing: ({ payload }) => asProblems(Effect.map(Actions.runMissing(payload), counted)),

      deadLetters: ({ query: { limit = letters, step, total = false } }) =>
        total
          ? asProblems(
              Effect.all({ deadLetters: Actions.deadLetters(step, limit), total: Actions.countDeadLetters(step) })
            )
          : asProblems(Actions.deadLetters(step, limit)),
      replay: ({ payload: { ids, step } }) => asProblems(Effect.map(Actions.replay(step, ids ?? "all"), counted)),
      drop: ({ payload: { ids, step } }) => asProblems(Effect.map(Actions.drop(step, ids), counted))
    })
  })
)

const counted = (count: number) => ({ count })
