/** What webhooks are told: noted in the same place by all programs, so that each thing is told once, by any of them. */
import { Context, type Duration, type Effect, type Option } from "effect"
import type { Moment, ServiceId } from "../domain/Identifiers.ts"
import type { GroupReport } from "../domain/Webhook.ts"
import type { ResultStoreError } from "./ResultStore.ts"

/** What is to be told about a subject. */
export interface Notice {
  /** `image 7`, `group cats`, `failures yolov8 image`. Of a subject only the latest is told. */
  readonly subject: string
  /** What is told only when it is another one than the last time. */
  readonly state: string
  readonly body: string
}

/** A notice on its way. */
export interface Parcel {
  /** The same for every try. */
  readonly id: string
  readonly body: string
  /** Tries so far. */
  readonly attempts: number
}

/** A group whose images are done, and a number that is another one when anything is recorded about them. */
export interface DoneGroup {
  readonly report: GroupReport
  readonly revision: number
}

export class Outbox extends Context.Service<
  Outbox,
  {
    /** Up to which moment the webhook knows what happened; none before it was first noted. */
    readonly moment: (webhook: string) => Effect.Effect<Option.Option<Moment>, ResultStoreError>
    /** Notes what is new among the notices and up to which moment that is all, both or nothing. Says how many were new. */
    readonly note: (
      webhook: string,
      notices: ReadonlyArray<Notice>,
      until: Moment
    ) => Effect.Effect<number, ResultStoreError>
    /** The subjects that begin so, with the state they were told in. */
    readonly told: (webhook: string, prefix: string) => Effect.Effect<ReadonlyMap<string, string>, ResultStoreError>
    /** The group, when all of its images are done. What others than these services owe is not waited for. */
    readonly doneGroup: (
      group: string,
      services: ReadonlyArray<ServiceId>
    ) => Effect.Effect<Option.Option<DoneGroup>, ResultStoreError>
    /** What is due to be sent, longest due first; at most `limit`. */
    readonly due: (webhook: string, limit: number) => Effect.Effect<ReadonlyArray<Parcel>, ResultStoreError>
    /** Notes that it arrived. */
    readonly arrived: (id: string) => Effect.Effect<void, ResultStoreError>
    /** Notes why it did not, and when to try again; `none` gives it up. */
    readonly failed: (
      id: string,
      reason: string,
      again: Option.Option<Duration.Duration>
    ) => Effect.Effect<void, ResultStoreError>
  }
>()("windmill/services/Outbox") {}
