/**
 * What the broker says about itself to its management plugin alone: its limits, and how much of them is used.
 *
 * @see https://www.rabbitmq.com/docs/http-api-reference
 */
import { Config, Effect, Option, Redacted, Schema } from "effect"
import * as NodeHttp from "node:http"
import * as NodeHttps from "node:https"
import type { Address } from "./RabbitAddress.ts"

/** A node, as far as it says it. RabbitMQ 4 no longer counts the files that are open, and says 0. */
const Node = Schema.Struct({
  name: Schema.String,
  fd_total: Schema.optionalKey(Schema.Finite),
  fd_used: Schema.optionalKey(Schema.Finite),
  mem_alarm: Schema.optionalKey(Schema.Boolean),
  disk_free_alarm: Schema.optionalKey(Schema.Boolean)
})

const Overview = Schema.Struct({
  object_totals: Schema.Struct({ queues: Schema.Finite, connections: Schema.Finite })
})

export interface State {
  readonly nodes: ReadonlyArray<typeof Node.Type>
  /** Of the whole broker, whoever they belong to. */
  readonly queues: number
  readonly connections: number
}

/** The plugin cannot be asked; why, and what would help. */
export class NotSaid extends Schema.TaggedError<NotSaid>()("NotSaid", { detail: Schema.String }) {}

/** Milliseconds that an answer may take. */
const timeout = 5000

/** Asks at `QUEUE_MANAGEMENT_URL`, or where the plugin listens unless told otherwise, as the user of the queues. */
export const state = Effect.fn("Management.state")(function* (address: Address["Service"]) {
  const given = yield* Config.option(Config.NonEmptyString("QUEUE_MANAGEMENT_URL"))
  const usual = `${address.tls === undefined ? "http" : "https"}://${hostOf(address)}:${address.tls === undefined ? 15672 : 15671}`
  const base = Option.getOrElse(given, () => usual).replace(/\/+$/, "")
  const [nodes, { object_totals: totals }] = yield* Effect.all([
    ask(address, `${base}/api/nodes`, Schema.Array(Node)),
    ask(address, `${base}/api/overview`, Overview)
  ])
  return { nodes, queues: totals.queues, connections: totals.connections } satisfies State
})

const hostOf = ({ host }: Address["Service"]): string => (host.includes(":") ? `[${host}]` : host)

const ask = <A>(address: Address["Service"], url: string, schema: Schema.Decoder<A>) =>
  Effect.tryPromise({
    try: () => get(url, address),
    catch: (problem) =>
      new NotSaid({
        detail: `the management plugin does not answer at ${shown(url)} (${(problem as Error).message}): rabbitmq-plugins enable rabbitmq_management, or set QUEUE_MANAGEMENT_URL`
      })
  }).pipe(
    Effect.flatMap(({ body, status }) =>
      status === 401 || status === 403
        ? new NotSaid({
            detail: `${address.username} may not see it: rabbitmqctl set_user_tags ${address.username} monitoring`
          })
        : Effect.mapError(
            Schema.decodeUnknownEffect(Schema.fromJsonString(schema))(body),
            () =>
              new NotSaid({
                detail: `${shown(url)} answers HTTP ${status}, not as RabbitMQ does: set QUEUE_MANAGEMENT_URL`
              })
          )
    )
  )

const shown = (url: string): string => url.replace(/\/\/[^/@]*@/, "//")

const get = (url: string, { password, tls, username }: Address["Service"]) =>
  new Promise<{ readonly status: number; readonly body: string }>((resolve, reject) => {
    const { get } = url.startsWith("https:") ? NodeHttps : NodeHttp
    const auth = `${username}:${Redacted.value(password)}`
    const request = get(url, { ...tls, auth, timeout, agent: false }, (response) => {
      let body = ""
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk))
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body })).on("error", reject)
    })
    request.on("timeout", () => request.destroy(new Error(`no answer within ${timeout / 1000} seconds`)))
    request.on("error", reject)
  })
