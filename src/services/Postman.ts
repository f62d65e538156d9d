/** Bringing notices to those who want them. */
import { Context, type Effect, Schema } from "effect"
import type { Webhook } from "../domain/Webhook.ts"

/** It did not arrive, as far as is known. */
export class NotDelivered extends Schema.TaggedError<NotDelivered>()("NotDelivered", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

export class Postman extends Context.Service<
  Postman,
  {
    /** Sends the body, signed, under an id by which the receiver knows it again. Public places only, unless allowed. */
    readonly deliver: (
      webhook: Webhook,
      letter: { readonly id: string; readonly body: string }
    ) => Effect.Effect<void, NotDelivered>
  }
>()("windmill/services/Postman") {}
