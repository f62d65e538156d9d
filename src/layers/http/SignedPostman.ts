/** Webhooks by HTTP: signed, never redirected, to the public internet unless a network is allowed. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Clock, Effect, Layer } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import * as NodeCrypto from "node:crypto"
import type { Webhook } from "../../domain/Webhook.ts"
import { NotDelivered, Postman } from "../../services/Postman.ts"
import * as GuardedAgents from "./GuardedAgents.ts"
import type { Networks } from "./Networks.ts"
import * as TransportProblem from "./TransportProblem.ts"

/** How long a receiver may take to answer. */
const timeout = "10 seconds"

/** `allowed`: networks that receivers may be in though they are not public. */
export const layer = (allowed: Networks) =>
  Layer.effect(
    Postman,
    Effect.gen(function* () {
      const agents = yield* GuardedAgents.make(allowed)
      const client = yield* NodeHttpClient.makeNodeHttp.pipe(
        Effect.provideService(NodeHttpClient.HttpAgent, agents as unknown as NodeHttpClient.HttpAgent["Service"])
      )
      const deliver = Effect.fn("Postman.deliver")(
        function* (webhook: Webhook, { body, id }: { readonly id: string; readonly body: string }) {
          const timestamp = Math.floor((yield* Clock.currentTimeMillis) / 1000)
          const request = HttpClientRequest.post(webhook.url).pipe(
            HttpClientRequest.setHeaders({
              "webhook-id": id,
              "webhook-timestamp": String(timestamp),
              "webhook-signature": signature(webhook.secret, `${id}.${timestamp}.${body}`),
              "user-agent": "windmill"
            }),
            HttpClientRequest.bodyText(body, "application/json")
          )
          const { status } = yield* client
            .execute(request)
            .pipe(Effect.mapError((error) => new NotDelivered({ detail: TransportProblem.describe(error) })))
          if (status < 200 || status > 299) return yield* new NotDelivered({ detail: `it answers HTTP ${status}` })
        },
        Effect.scoped,
        Effect.timeoutOrElse({
          duration: timeout,
          orElse: () => Effect.fail(new NotDelivered({ detail: `it does not answer within ${timeout}` }))
        }),
        Effect.provideService(HttpClient.TracerPropagationEnabled, false)
      )
      return Postman.of({ deliver })
    })
  )

/**
 * Version 1 of the scheme: HMAC-SHA256 in base64.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const signature = (secret: string, content: string): string => {
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : secret
  return `v1,${NodeCrypto.createHmac("sha256", key).update(content).digest("base64")}`
}
