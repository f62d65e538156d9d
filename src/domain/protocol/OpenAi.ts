/**
 * Chat completions of OpenAI, which vLLM, llama.cpp, LM Studio and many others speak as well.
 *
 * The `url` is the base address as clients are given it (`https://api.openai.com/v1`); `/chat/completions` is added.
 *
 * @see https://platform.openai.com/docs/api-reference/chat
 */
import { Result, Schema } from "effect"
import type { BoxEncoding } from "./BoxEncoding.ts"
import * as Chat from "./Chat.ts"
import type { Protocol, Shown } from "./Protocol.ts"
import * as Wire from "./Wire.ts"

export const Options = Schema.Struct({
  ...Chat.options,
  /** How closely the model looks, where a server knows the setting. */
  detail: Schema.optionalKey(Schema.Literals(["auto", "low", "high"])),
  /** Further fields of the request, as they are: `{"max_completion_tokens": 500}`. */
  extra: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json))
})
export type Options = typeof Options.Type

export const protocol = (options: Options, encoding: BoxEncoding): Protocol => ({
  endpoint: { path: "/chat/completions", below: true },
  health: "/models",
  inputs: ["upload", "url"],
  form: { _tag: "File" },
  boxes: Chat.boxes,
  request: (shown) => ({
    method: "POST",
    body: {
      _tag: "Json",
      json: (picture) =>
        Wire.defined({
          model: options.model,
          messages: [
            {
              role: "user",
              content: [
                { type: "text", text: Chat.promptOf(options, encoding) },
                {
                  type: "image_url",
                  image_url: Wire.defined({ url: urlOf(shown, picture), detail: options.detail })
                }
              ]
            }
          ],
          temperature: options.temperature,
          max_tokens: options.maxTokens,
          response_format:
            options.structured === false
              ? undefined
              : {
                  type: "json_schema",
                  json_schema: { name: "answer", strict: true, schema: Chat.schemaOf(options) }
                },
          ...options.extra
        })
    }
  }),
  reply: (answered) =>
    Result.gen(function* () {
      const body = yield* Wire.object(answered)
      yield* errorIn(Wire.at(body, "error"))
      const choices = Wire.at(body, "choices")
      const choice: Wire.Json | undefined = Array.isArray(choices) ? choices[0] : undefined
      const message = Wire.at(choice, "message")
      const refusal = Wire.at(message, "refusal")
      if (typeof refusal === "string") return yield* Wire.serviceError(`The model refuses: ${refusal.slice(0, 300)}`)
      const ending = Wire.at(choice, "finish_reason")
      if (ending === "length") {
        return yield* Wire.unreadable('The answer was cut off at the limit of tokens: raise "maxTokens"')
      }
      if (ending === "content_filter") return yield* Wire.serviceError("The answer was withheld by a content filter")
      const content = contentOf(Wire.at(message, "content"))
      if (content === undefined) return yield* Wire.unreadable("Expected choices[0].message.content with the answer")
      const usage = Wire.at(body, "usage")
      const metadata = {
        ...Chat.usage(Wire.at(usage, "prompt_tokens"), Wire.at(usage, "completion_tokens")),
        model_info: Wire.defined({ framework: "OpenAI API", model: Wire.at(body, "model") })
      }
      return Wire.success(yield* Chat.predictions(options, content), { metadata, original: body })
    })
})

const urlOf = (shown: Shown, picture: string): string =>
  shown._tag === "Url" ? shown.url : `data:${shown._tag === "Picture" ? shown.mediaType : ""};base64,${picture}`

/** Some gateways answer HTTP 200 with an error inside; its code says whether to come back. */
const errorIn = (error: Wire.Json | undefined): Wire.Read<void> => {
  if (error === undefined) return Result.void
  const message = Wire.errorMessage(error) ?? "an error without a message"
  const code = Number(Wire.at(error, "code"))
  return code === 429 || code >= 500 ? Wire.busy(message) : Wire.serviceError(message)
}

/** The text of an answer, which some servers send in parts. */
const contentOf = (content: Wire.Json | undefined): string | undefined => {
  if (typeof content === "string") return content
  if (!Array.isArray(content)) return undefined
  const texts = content.flatMap((part: Wire.Json) => {
    const text = Wire.at(part, "text")
    return typeof text === "string" ? [text] : []
  })
  return texts.length === 0 ? undefined : texts.join("")
}
