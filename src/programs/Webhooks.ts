/** The webhooks of this deployment: from `WEBHOOKS`, which is JSON, or from the file that `WEBHOOKS_FILE` names. */
import { Config, Effect, Layer, Option, Redacted, Schema, SchemaIssue, Stream } from "effect"
import { Webhook } from "../domain/Webhook.ts"
import * as SignedPostman from "../layers/http/SignedPostman.ts"
import * as PgArchive from "../layers/postgres/PgArchive.ts"
import * as PgOutbox from "../layers/postgres/PgOutbox.ts"
import * as Distributed from "./Distributed.ts"
import { notify, type NotifyOptions } from "./flows/Notify.ts"
import { BadSetting } from "./Settings.ts"

const Webhooks = Schema.fromJsonString(Schema.Array(Webhook)).check(
  Schema.makeFilter((webhooks) => {
    const names = webhooks.map(({ name }) => name)
    const twice = names.find((name, i) => names.indexOf(name) < i)
    return twice === undefined || `There are two webhooks of the name "${twice}"`
  })
)

const decode = Schema.decodeUnknownEffect(Webhooks, { errors: "all", onExcessProperty: "error" })

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const configured = Effect.gen(function* () {
  const text = yield* Config.option(Config.Redacted("WEBHOOKS"))
  if (Option.isNone(text)) return []
  return yield* decode(Redacted.value(text.value)).pipe(
    Effect.mapError(({ issue }) => {
      const problems = formatIssue(issue).issues.map(({ message, path = [] }) =>
        [path.map(String).join("."), message].filter((part) => part !== "").join(": ")
      )
      return new BadSetting({ detail: `WEBHOOKS cannot be used: ${problems.join("; ")}` })
    })
  )
})

/** Tells the webhooks that are configured, if any are. */
export const telling = (options: NotifyOptions) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const webhooks = yield* configured
      if (webhooks.length === 0) return Stream.empty
      yield* Effect.logInfo(`Webhooks: ${webhooks.map(({ name }) => name).join(", ")}`)
      return notify(webhooks, options).pipe(Stream.provide(Layer.mergeAll(PgArchive.layer, PgOutbox.layer, postman)))
    })
  )

/** Besides those of the public internet, receivers may be in `WEBHOOK_NETWORKS`. */
const postman = Layer.unwrap(Effect.map(Distributed.networksIn("WEBHOOK_NETWORKS"), SignedPostman.layer))
