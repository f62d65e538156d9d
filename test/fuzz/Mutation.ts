/** Inputs made from good ones: bytes and JSON with something changed, repeated very often, or from another one. */
import type { Random } from "../../farm/simulated/Random.ts"

type Some<A> = readonly [A, ...ReadonlyArray<A>]

/** Bytes that mean much to parsers. */
const telling: Some<number> = [0, 1, 0x22, 0x2d, 0x3a, 0x5c, 0x7f, 0x80, 0xd8, 0xfe, 0xff]

/** Times a part is repeated: now and then more often than anything may be looked at. */
const repetitions: Some<number> = [2, 3, 20, 20, 300, 100_000]

/** Bytes that no input is longer than. */
const longest = 4 * 1024 * 1024

/** One to six changes of a good input. */
export const bytes = (random: Random, seeds: Some<Uint8Array>): Buffer => {
  let made = Buffer.from(random.pick(seeds))
  for (let changes = random.integer(1, 6); changes > 0; changes--) made = changed(random, made, random.pick(seeds))
  return made
}

const changed = (random: Random, input: Buffer, other: Uint8Array): Buffer<ArrayBuffer> => {
  const bytes = Buffer.from(input)
  const at = random.integer(0, Math.max(0, bytes.length - 1))
  const end = Math.min(bytes.length, at + random.integer(1, 64))
  switch (random.integer(0, 6)) {
    case 0:
      if (bytes.length > 0) bytes[at] = random.pick(telling)
      return bytes
    case 1:
      if (bytes.length > 0) bytes[at] = bytes[at]! ^ (1 << random.integer(0, 7))
      return bytes
    case 2: {
      const number = random.pick([0, 1, 0x7fff_ffff, 0xffff_ffff, bytes.length, 100_000])
      if (at + 4 > bytes.length) return bytes
      if (random.chance(0.5)) bytes.writeUInt32BE(number, at)
      else bytes.writeUInt32LE(number, at)
      return bytes
    }
    case 3:
      return bytes.subarray(0, at)
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)])
    case 5: {
      const part = bytes.subarray(at, end)
      const times = Math.min(random.pick(repetitions), Math.floor(longest / Math.max(1, part.length)))
      return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(part.length * times, part), bytes.subarray(at)])
    }
    default: {
      const from = random.integer(0, Math.max(0, other.length - 1))
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + 4096), bytes.subarray(at)])
    }
  }
}

/** Values that stand where others are expected. */
const odd: Some<unknown> = [
  null,
  true,
  "",
  "NaN",
  "\0",
  "\ud800",
  "__proto__",
  "../../etc/passwd",
  "http://169.254.169.254/",
  "$(id)",
  -1,
  0.5,
  1e308,
  -1e-308,
  2 ** 53,
  [],
  {},
  [[]],
  { toString: null }
]

/** A good value with one to four places in it changed; now and then one of them is there a hundred thousand times. */
export const json = (random: Random, seeds: Some<unknown>): unknown => {
  let made: unknown = random.pick(seeds)
  for (let changes = random.integer(1, 4); changes > 0; changes--) made = changedIn(random, made, random.pick(seeds), 0)
  return made
}

const changedIn = (random: Random, value: unknown, other: unknown, depth: number): unknown => {
  const goesOn = typeof value === "object" && value !== null && depth < 12 && random.chance(0.8)
  if (!goesOn) return replaced(random, value, other)
  if (Array.isArray(value)) {
    if (value.length === 0) return replaced(random, value, other)
    const at = random.integer(0, value.length - 1)
    if (random.chance(0.1)) {
      const times = timesOf(random, value[at])
      return [...(value as ReadonlyArray<unknown>), ...Array.from({ length: times }, () => value[at] as unknown)]
    }
    return (value as Array<unknown>).with(at, changedIn(random, value[at], other, depth + 1))
  }
  const entries = Object.entries(value as object)
  if (entries.length === 0) return replaced(random, value, other)
  const at = random.integer(0, entries.length - 1)
  const [key, item] = entries[at]! as [string, unknown]
  if (random.chance(0.05)) {
    const times = timesOf(random, item)
    return { ...value, ...Object.fromEntries(Array.from({ length: times }, (_, i) => [`${key}${i}`, item])) }
  }
  const name = random.chance(0.1) ? random.pick(["", "__proto__", "constructor", "\0", `${key}_`]) : key
  return Object.fromEntries(entries.with(at, [name, changedIn(random, item, other, depth + 1)]))
}

/** So often that all of them fit into an input. */
const timesOf = (random: Random, item: unknown): number =>
  Math.min(random.pick(repetitions), Math.floor(longest / (1 + (JSON.stringify(item) ?? "").length)))

const replaced = (random: Random, value: unknown, other: unknown): unknown => {
  switch (random.integer(0, 4)) {
    case 0:
      return other
    case 1:
      return typeof value === "string" ? value.repeat(Math.min(timesOf(random, value), 10_000)) : [value]
    case 2: {
      let nested = value
      for (let levels = random.pick([1, 40, 1000]); levels > 0; levels--) nested = [nested]
      return nested
    }
    default:
      return random.pick(odd)
  }
}
