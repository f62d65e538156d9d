/** Reading lists and tables inside a prediction: what can be read counts, the rest is left out with a word why. */
import { Result } from "effect"
import * as Fields from "./Fields.ts"
import * as Sanitize from "./Sanitize.ts"

/** Notes that one part of a prediction could not be read and was left out. */
export type Omit = (part: string, problem: string) => void

/** Items of one list, or values of one table, that are read. No service sends as many. */
const mostParts = 1000

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
  const all = Sanitize.entries(table)
  if (all.length > mostParts) omit(name, `${all.length - mostParts} of ${all.length} values are left out`)
  return Object.fromEntries(
    all.slice(0, mostParts).flatMap(([key, value]) => {
      const result = read(value)
      if (result !== undefined) return [[key, result]]
      omit(`${name}.${key}`, "no x and y")
      return []
    })
  )
}
