/** What a deployment decides about its API. */
import { Config, Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import type { Strategy } from "../../domain/Harmonization.ts"
import { isLoopback } from "./Hosts.ts"

export interface Settings {
  /** The address to listen on. */
  readonly host: string
  readonly port: number
  /** Without one, whoever can reach the address may do everything. */
  readonly token: Option.Option<Redacted.Redacted>
  /** Another one, with which one may look at everything and change nothing. */
  readonly readToken: Option.Option<Redacted.Redacted>
  /** Tokens with which people and programs may do everything, each under the name of whoever has it. */
  readonly namedTokens: ReadonlyArray<NamedToken>
  /** Where others reach the API; the address it listens on when none is given. */
  readonly publicUrl: Option.Option<string>
  /** Whether stored pictures are handed to workers by their path, because all of them run on this machine. */
  readonly sharesFiles: boolean
  /** What of the storage those who submit may have read with our login: `bucket`, or `bucket/prefix`. */
  readonly buckets: ReadonlyArray<string>
  /** Where a trace can be seen, with `{traceId}` in the place of its id. */
  readonly traceUrl: Option.Option<string>
  /** The folder with the files of the dashboard. */
  readonly dashboard: string
  /** Whether people may correct boxes. */
  readonly corrects: boolean
  /** What is not asked: which services, or what they would say, and how to have them, a sentence each. */
  readonly absent: ReadonlyArray<string>
  /** What harmonizes in the programs that run. */
  readonly strategy: Strategy
}

export interface NamedToken {
  readonly name: string
  readonly token: Redacted.Redacted
}

export class ApiSettings extends Context.Service<ApiSettings, Settings>()("windmill/programs/api/ApiSettings") {}

/** The API would be open to a network without a login. */
export class OpenToEverybody extends Schema.TaggedError<OpenToEverybody>()("OpenToEverybody", { host: Schema.String }) {
  override get message() {
    return [
      `The API would listen on ${this.host}, where other machines reach it, without a login.`,
      `  - Set API_TOKEN to a long random text (openssl rand -hex 32), or`,
      `  - listen on this machine only: --host 127.0.0.1`
    ].join("\n")
  }
}

/** A token protects nothing: it can be guessed, or lets in whoever may only read. */
export class TokenUnusable extends Schema.TaggedError<TokenUnusable>()("TokenUnusable", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** Characters of a token. Of random ones, so many cannot be guessed. */
const shortest = 16

const tokenIn = Effect.fnUntraced(function* (variable: string) {
  const token = yield* Config.option(Config.Redacted(variable))
  if (Option.isSome(token) && Redacted.value(token.value).length < shortest) {
    return yield* new TokenUnusable({
      detail: `${variable} has less than ${shortest} characters: take a random one (openssl rand -hex 32)`
    })
  }
  return token
})

/** What `API_TOKENS` holds: `Ada=token,CI=token`. */
const namedTokens = Effect.gen(function* () {
  const written = yield* Config.option(Config.Redacted("API_TOKENS"))
  if (Option.isNone(written)) return []
  const tokens = Redacted.value(written.value)
    .split(",")
    .map((entry): NamedToken => {
      const [name = "", ...token] = entry.split("=")
      return { name: name.trim(), token: Redacted.make(token.join("=").trim()) }
    })
  const isWrong = tokens.some(({ name, token }) => name === "" || Redacted.value(token).length < shortest)
  if (isWrong || new Set(tokens.map(({ name }) => name)).size < tokens.length) {
    return yield* new TokenUnusable({
      detail:
        "API_TOKENS is to be NAME=TOKEN,NAME=TOKEN: each name once, each token random and of at least " +
        `${shortest} characters (openssl rand -hex 32)`
    })
  }
  return tokens
})

/** What a program decides, rather than the environment. */
export type Choices = Pick<Settings, "host" | "port" | "sharesFiles" | "dashboard" | "absent" | "strategy">

/** The settings from `API_TOKEN`, `API_READ_TOKEN`, `API_TOKENS`, `API_PUBLIC_URL`, `API_FETCH_BUCKETS`, `CORRECTIONS` and `TRACE_URL`. */
export const layer = (choices: Choices) =>
  Layer.effect(
    ApiSettings,
    Effect.gen(function* () {
      const token = yield* tokenIn("API_TOKEN")
      const readToken = yield* tokenIn("API_READ_TOKEN")
      const named = yield* namedTokens
      const publicUrl = yield* Config.option(Config.NonEmptyString("API_PUBLIC_URL"))
      const buckets = yield* Config.Array(Schema.NonEmptyString, "API_FETCH_BUCKETS").pipe(Config.withDefault([]))
      const corrections = yield* Config.Literals(["off", "on"], "CORRECTIONS").pipe(Config.withDefault("off"))
      const traceUrl = yield* Config.option(Config.NonEmptyString("TRACE_URL"))
      if (Option.isNone(token) && !isLoopback(choices.host)) return yield* new OpenToEverybody({ host: choices.host })
      if (Option.isNone(token) && (Option.isSome(readToken) || named.length > 0)) {
        return yield* new TokenUnusable({ detail: "API_READ_TOKEN and API_TOKENS need an API_TOKEN besides them" })
      }
      const all = [...Option.toArray(token), ...Option.toArray(readToken), ...named.map(({ token }) => token)]
      if (new Set(all.map(Redacted.value)).size < all.length) {
        return yield* new TokenUnusable({
          detail: "API_TOKEN, API_READ_TOKEN and those of API_TOKENS are to be different from each other"
        })
      }
      return {
        ...choices,
        token,
        readToken,
        namedTokens: named,
        traceUrl,
        corrects: corrections === "on",
        buckets,
        publicUrl: Option.map(publicUrl, (url) => url.replace(/\/+$/, ""))
      }
    })
  )
