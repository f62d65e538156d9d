/** Reading what other servers answer, and writing it as a reply of our own contract. */
import { Result, type Schema } from "effect"
import { isFields, own } from "../reply/Fields.ts"
import * as LenientJson from "../reply/LenientJson.ts"
import type { ProtocolProblem } from "../reply/ReplyProblem.ts"
import type { Answered } from "./Protocol.ts"
import { textOf } from "../Web.ts"

export type Json = Schema.Json
export type JsonObject = { readonly [key: string]: Json }
export type Read<A> = Result.Result<A, ProtocolProblem>

/** A successful reply: predictions in the shapes of our contract, and the server's own words as `original`. */
export const success = (
  predictions: ReadonlyArray<Json>,
  { metadata = {}, original }: { readonly metadata?: JsonObject; readonly original?: Json } = {}
): Json => ({ status: "success", predictions, metadata, ...(original === undefined ? {} : { original }) })

/** The body as JSON. */
export const json = ({ bytes }: Answered): Read<Json> => {
  const text = textOf(bytes)
  const value = LenientJson.parse(text)
  if (value === undefined && LenientJson.isTooMuch(text))
    return unreadable("more texts, lists and objects than are read")
  return value === undefined ? unreadable(`not JSON: ${quote(text)}`) : Result.succeed(value)
}

/** The body as a JSON object. */
export const object = (answered: Answered): Read<JsonObject> =>
  Result.flatMap(json(answered), (value) =>
    isObject(value) ? Result.succeed(value) : unreadable(`Expected a JSON object, got ${kindOf(value)}`)
  )

export const isObject = (value: unknown): value is JsonObject => isFields(value)

/** The own property of that name when the value is an object; `undefined` when absent or null. */
export const at = (value: unknown, name: string): Json | undefined =>
  isFields(value) ? (own(value, name) as Json | undefined) : undefined

/** An object without the properties that are `undefined`. */
export const defined = (fields: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))

/** The words of an error: text, or an object with a `message`. */
export const errorMessage = (error: unknown): string | undefined => {
  const words = isFields(error) ? own(error, "message") : error
  return typeof words === "string" && words.trim() !== "" ? words.slice(0, 500) : undefined
}

export const unreadable = (message: string): Result.Result<never, ProtocolProblem> =>
  Result.fail({ _tag: "Unreadable", message })

export const serviceError = (message: string): Result.Result<never, ProtocolProblem> =>
  Result.fail({ _tag: "ServiceError", message })

export const busy = (message: string): Result.Result<never, ProtocolProblem> => Result.fail({ _tag: "Busy", message })

/** The beginning of a text, quoted. */
export const quote = (text: string): string => JSON.stringify(text.slice(0, 80))

export const kindOf = (value: unknown): string =>
  Array.isArray(value) ? `an array of ${value.length}` : value === null ? "null" : `a ${typeof value}`
