/** What can be done about services and stages. What concerns many things at once asks first, and says how many. */
import type { ComponentChildren } from "preact"
import type { FailureKind } from "../../domain/archive/FailureGroup.ts"
import type { ServiceId } from "../../domain/Identifiers.ts"
import type { StepName } from "../../domain/StepName.ts"
import { listed } from "../../domain/Wording.ts"
import { api, send } from "../Client.ts"
import { Action } from "../parts/Action.tsx"
import { count } from "../parts/Words.ts"

interface Refreshing {
  readonly refresh: () => void
}

export const Resume = ({ refresh, step }: Refreshing & { readonly step: StepName }) => (
  <Action
    class="primary"
    act={async () => {
      await send(api.pipeline.resume({ params: { step } }))
      refresh()
      return ""
    }}
  >
    Resume
  </Action>
)

const questions = (n: number): string => (n === 0 ? "Nothing is missing" : `${count(n, "question")} put`)

/** Asks again for what is owed by the services, or by all. */
export const RunMissing = ({ refresh, services }: Refreshing & { readonly services?: ReadonlyArray<ServiceId> }) => {
  const payload = services === undefined ? {} : { services }
  return (
    <Action
      title="Asks again for answers that are owed although nothing waits in the queue"
      ask={async () => {
        const { count: owed } = await send(api.pipeline.runMissing({ payload: { ...payload, dryRun: true } }))
        if (owed === 0) return undefined
        return {
          title: services === undefined ? "Ask for what is missing?" : `Ask ${listed(services)} for what is missing?`,
          detail: `${count(owed, "answer")} ${owed === 1 ? "is" : "are"} owed although nothing waits in the queue.`,
          verb: "Run missing"
        }
      }}
      act={async () => {
        const { count: asked } = await send(api.pipeline.runMissing({ payload }))
        refresh()
        return questions(asked)
      }}
    >
      Run missing
    </Action>
  )
}

/** Asks a service about every image it has not answered. */
export const RunOnEveryImage = ({ refresh, service }: Refreshing & { readonly service: ServiceId }) => {
  const payload = { services: [service], everyImage: true }
  return (
    <Action
      title={`Asks ${service} about every image, also where it was not requested`}
      ask={async () => {
        const { count: asked } = await send(api.pipeline.runMissing({ payload: { ...payload, dryRun: true } }))
        if (asked === 0) return undefined
        return {
          title: `Ask ${service} about every image?`,
          detail: `${count(asked, "image")} ${asked === 1 ? "has" : "have"} no answer of ${service} and no request is on its way.`,
          verb: "Run on every image"
        }
      }}
      act={async () => {
        const { count: asked } = await send(api.pipeline.runMissing({ payload }))
        refresh()
        return questions(asked)
      }}
    >
      Run on every image
    </Action>
  )
}

/** Forgets failures of the services, or of all, and asks again. */
export const RetryFailed = ({
  children = "Retry failed",
  refresh,
  ...request
}: Refreshing & {
  readonly services?: ReadonlyArray<StepName>
  readonly class?: FailureKind
  readonly children?: ComponentChildren
}) => (
  <Action
    title="Forgets these failures, and asks again"
    ask={async () => {
      const { count: failed } = await send(api.pipeline.retryFailed({ payload: { ...request, dryRun: true } }))
      if (failed === 0) return undefined
      return {
        title: `Ask ${request.services === undefined ? "all services" : listed(request.services)} again?`,
        detail: `${count(failed, "failure")} will be forgotten.`,
        verb: "Retry"
      }
    }}
    act={async () => {
      const { count: retried } = await send(api.pipeline.retryFailed({ payload: request }))
      refresh()
      return `${count(retried, "failure")} tried again`
    }}
  >
    {children}
  </Action>
)
