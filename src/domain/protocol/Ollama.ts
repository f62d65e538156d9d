/**
 * Ollama: a model that sees, asked by `/api/chat`.
 *
 * A model that is not in memory is loaded while the request waits, which may take minutes: that is what `timeout` is for.
 *
 * @see https://docs.ollama.com/api/chat
 */
import { Result, Schema } from "effect"
import type { BoxEncoding } from "./BoxEncoding.ts"
import * as Chat from "./Chat.ts"
import type { Protocol } from "./Protocol.ts"
import * as Wire from "./Wire.ts"

export const Options = Schema.Struct({
  ...Chat.options,
  /** How long the model stays in memory after an answer: `"10m"`, seconds, or `-1` for ever. */
  keepAlive: Schema.optionalKey(Schema.Union([Schema.NonEmptyString, Schema.Finite]))
})
export type Options = typeof Options.Type

export const protocol = (options: Options, encoding: BoxEncoding): Protocol => ({
  endpoint: { path: "/api/chat", below: true },
  health: "/api/version",
  inputs: ["upload"],
  form: { _tag: "File" },
  boxes: Chat.boxes,
  request: () => ({
    method: "POST",
    body: {
      _tag: "Json",
      json: (picture) =>
        Wire.defined({
          model: options.model,
          messages: [{ role: "user", content: Chat.promptOf(options, encoding), images: [picture] }],
          stream: false,
          format: options.structured === false ? undefined : Chat.schemaOf(options),
          keep_alive: options.keepAlive,
          options: Wire.defined({ temperature: options.temperature ?? 0, num_predict: options.maxTokens })
        })
    }
  }),
  reply: (answered) =>
    Result.gen(function* () {
      const body = yield* Wire.object(answered)
      const error = Wire.errorMessage(Wire.at(body, "error"))
      if (error !== undefined) return yield* Wire.serviceError(error)
      const content = Wire.at(Wire.at(body, "message"), "content") ?? Wire.at(body, "response")
      if (Wire.at(body, "done_reason") === "length") {
        return yield* Wire.unreadable('The answer was cut off at the limit of tokens: raise "maxTokens"')
      }
      if (typeof content !== "string") return yield* Wire.unreadable("Expected message.content with the answer")
      const nanoseconds = Wire.at(body, "total_duration")
      const metadata = Wire.defined({
        ...(typeof nanoseconds === "number" ? { processing_time: nanoseconds / 1e9 } : {}),
        ...Chat.usage(Wire.at(body, "prompt_eval_count"), Wire.at(body, "eval_count")),
        model_info: Wire.defined({ framework: "Ollama", model: Wire.at(body, "model") })
      })
      return Wire.success(yield* Chat.predictions(options, content), { metadata, original: body })
    })
})
