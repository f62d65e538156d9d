/** Reading lists and tables inside a prediction: what can be read counts, the rest is left out with a word why. */
import { Result } from "effect"
import * as Fields from "./Fields.ts"
import * as Sanitize from "./Sanitize.ts"
import { mostParts } from "./Sanitize.ts"

/** Notes that one part of a prediction could not be read and was left out. */
export type Omit = (part: string, problem: string) => void

/** The readable objects of an array; the others are left out. `name` is where it is in the prediction, `part` where the item is. */
export const items = <A>(
  list: unknown,
  name: string,
  omit: Omit,
  read: (item: Fields.Fields, part: string) => Fields.Read<A>
): ReadonlyArray<A> => {
  if (list === undefined) return []
  if (!Array.isArray(list)) {
    omit(name, `it is ${Fields.describe(list)}, not an array`)
    return []
  }
  if (list.length > mostParts) omit(name, `${list.length - mostParts} of ${list.length} items are left out`)
  return list.slice(0, mostParts).flatMap((item, position) => {
    const part = `${name}[${position}]`
    const result = Fields.isFields(item)
      ? read(item, part)
      : Result.fail(`it is ${Fields.describe(item)}, not an object`)
    if (Result.isSuccess(result)) return [result.success]
    omit(part, result.failure)
    return []
  })
}

/** The readable values of an object, by their names; the others are left out. */
export const named = <A>(
  table: unknown,
  name: string,
  omit: Omit,
  read: (value: unknown) => A | undefined
): Readonly<Record<string, A>> => {
  if (table === undefined) return {}
  if (!Fields.isFields(table)) {
    omit(name, `it is ${Fields.describe(table)}, not an object`)
    return {}
  }
  noteSurplus(table, name, omit)
  return Object.fromEntries(
    Sanitize.entries(table).flatMap(([key, value]) => {
      const result = read(value)
      if (result !== undefined) return [[key, result]]
      omit(`${name}.${key}`, "no x and y")
      return []
    })
  )
}

/** Notes how many values of a table are not read because there are too many. */
export const noteSurplus = (table: Fields.Fields, name: string, omit: Omit): void => {
  const { length } = Object.keys(table)
  if (length > mostParts) omit(name, `${length - mostParts} of ${length} values are left out`)
}
