/** The filters of the list of images, as they stand in the address of the page. */
import { Option, Schema } from "effect"
import { ImageStatus } from "../../domain/archive/Image.ts"
import { ImageFilter } from "../../domain/archive/ImageFilter.ts"
import { ImageOrder } from "../../domain/archive/ImageOrder.ts"
import { FailureClass } from "../../domain/Facts.ts"

/** Names of the filters, in the order of their fields. */
export const names = ["q", "label", "emoji", "group", "service", "status", "error", "confidence"] as const
export type Name = (typeof names)[number]

export const statuses = ImageStatus.literals
export const errors = ["any", ...FailureClass.literals] as const

const decode = Schema.decodeUnknownOption(ImageFilter)

/** The filter of an address; `undefined` when there is a name or a value no filter has. What is empty is left out. */
export const ofQuery = (query: URLSearchParams): ImageFilter | undefined => {
  if ([...query.keys()].some((name) => name !== "order" && !names.some((known) => known === name))) return undefined
  const given = names.flatMap((name) => {
    const value = query.get(name)
    return value === null || value === "" ? [] : [[name, name === "confidence" ? Number(value) : value] as const]
  })
  return Option.getOrUndefined(decode(Object.fromEntries(given)))
}

const decodeOrder = Schema.decodeUnknownOption(ImageOrder)

/** The order of an address, the newest first when it says nothing; `undefined` when it says what is none. */
export const orderOf = (query: URLSearchParams): ImageOrder | undefined =>
  Option.getOrUndefined(decodeOrder(query.get("order") ?? "newest"))

/** The filters of an address for requests to the API. */
export const toQuery = (query: URLSearchParams): URLSearchParams =>
  new URLSearchParams(
    names.flatMap((name) => {
      const value = query.get(name)
      return value === null || value === "" ? [] : [[name, value] as [string, string]]
    })
  )
