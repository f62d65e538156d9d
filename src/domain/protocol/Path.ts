/** Places in JSON: `predictions`, `outputs[0].items`, or nothing for the whole. */
import type { Json } from "./Wire.ts"

export type Path = ReadonlyArray<string | number>

export const pattern = /^$|^(?:[^.[\]\s]+|\[\d+\])(?:\.[^.[\]\s]+|\[\d+\])*$/

/**
 * @example
 * parse("outputs[0].items") // => ["outputs", 0, "items"]
 */
export const parse = (path: string): Path =>
  [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([name, index]) => (index === undefined ? name : Number(index)))

/** The value at a path; `undefined` when there is none. */
export const get = (value: Json | undefined, path: Path): Json | undefined =>
  path.reduce<Json | undefined>((inside, step) => {
    if (Array.isArray(inside)) return (inside as ReadonlyArray<Json>)[Number(step)]
    if (typeof inside !== "object" || inside === null || !Object.hasOwn(inside, step)) return undefined
    return (inside as { readonly [key: string]: Json })[step]
  }, value)

/** The value with another one at a path; what is missing on the way is made. */
export const set = (value: Json | undefined, path: Path, leaf: Json): Json => {
  const [step, ...rest] = path
  if (step === undefined) return leaf
  if (typeof step === "number") {
    const list = Array.isArray(value) ? [...(value as ReadonlyArray<Json>)] : []
    list[step] = set(list[step], rest, leaf)
    return Array.from(list, (item) => item ?? null)
  }
  const fields = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {}
  return { ...fields, [step]: set((fields as { readonly [key: string]: Json })[step], rest, leaf) }
}
