/** The protocols windmill speaks, by the name a catalog gives them in `api`. */
import { Result, Schema } from "effect"
import * as Problem from "../Problem.ts"
import * as BoxEncoding from "./BoxEncoding.ts"
import * as Declared from "./Declared.ts"
import * as DeepStack from "./DeepStack.ts"
import * as HuggingFace from "./HuggingFace.ts"
import * as KServe from "./KServe.ts"
import * as Ollama from "./Ollama.ts"
import * as OpenAi from "./OpenAi.ts"
import type { Protocol } from "./Protocol.ts"
import * as Windmill from "./Windmill.ts"

/** Each protocol with its options. */
export const Api = Schema.Union([
  Schema.Struct({ name: Schema.Literal("windmill"), options: Schema.Struct({}) }),
  Schema.Struct({ name: Schema.Literal("ollama"), options: Ollama.Options }),
  Schema.Struct({ name: Schema.Literal("openai"), options: OpenAi.Options }),
  Schema.Struct({ name: Schema.Literal("deepstack"), options: DeepStack.Options }),
  Schema.Struct({ name: Schema.Literal("kserve"), options: KServe.Options }),
  Schema.Struct({ name: Schema.Literal("huggingface"), options: HuggingFace.Options }),
  Schema.Struct({ name: Schema.Literal("json"), options: Declared.Options })
])
export type Api = typeof Api.Type

/** The names of all protocols, that of our own contract first. */
export const names = Api.members.map(({ fields }) => fields.name.literal)
export const Name = Schema.Literals(names as [Api["name"], ...ReadonlyArray<Api["name"]>])

export const standard: Api = { name: "windmill", options: {} }

/** The protocol of that name with options as the catalog has them. `path` is where these are, for problems. */
export const decode = (
  name: Api["name"],
  options: unknown,
  path: ReadonlyArray<string>
): Result.Result<Api, ReadonlyArray<Problem.Problem>> => {
  const schema = Api.members.find(({ fields }) => fields.name.literal === name)!.fields.options
  return Result.mapBoth(
    Schema.decodeUnknownResult(schema as Schema.Codec<unknown>, { errors: "all", onExcessProperty: "error" })(options),
    {
      onSuccess: (options) => ({ name, options }) as Api,
      onFailure: ({ issue }) => Problem.ofIssue(issue, { at: path, unknown: `Unknown option of ${name}` })
    }
  )
}

/** How a service of that protocol is spoken to, when it writes boxes like that. */
export const of = (api: Api, boxes: BoxEncoding.BoxEncoding = BoxEncoding.standard): Protocol => {
  switch (api.name) {
    case "windmill":
      return Windmill.protocol
    case "ollama":
      return Ollama.protocol(api.options, boxes)
    case "openai":
      return OpenAi.protocol(api.options, boxes)
    case "deepstack":
      return DeepStack.protocol(api.options)
    case "kserve":
      return KServe.protocol(api.options)
    case "huggingface":
      return HuggingFace.protocol(api.options)
    case "json":
      return Declared.protocol(api.options, boxes)
  }
}
