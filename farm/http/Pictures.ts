/**
 * Uploaded bytes as pictures: checked, and decoded once for all services.
 *
 * The same image reaches every service, so what was read is kept for a while, and reading twice at once is one read.
 */
import { createHash } from "node:crypto"
import { Effect, Schema } from "effect"
import sharp from "sharp"
import * as Exif from "./Exif.ts"

/** Rows of red, green and blue bytes, in memory that threads can share. */
export interface Pixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** A readable image. */
export interface Picture {
  /** Names the content: equal for equal bytes. */
  readonly digest: string
  readonly byteLength: number
  /** `jpeg`, `png`, … */
  readonly format: string
  /** Of the stored grid; EXIF orientation is never applied. */
  readonly width: number
  readonly height: number
  /** EXIF by group (`Image`, `Photo`, `GPSInfo`). */
  readonly exif: Exif.Exif
  /** The pixels, scaled down to at most 1280 on a side. */
  readonly pixels: Effect.Effect<Pixels>
}

/** The bytes are no image that can be read. */
export class Undecodable extends Schema.TaggedError<Undecodable>()("Undecodable", { detail: Schema.String }) {
  override get message() {
    return `cannot identify image file: ${this.detail}`
  }
}

/** What the file says, before its pixels are needed. */
export type Description = Omit<Picture, "digest" | "pixels">

/** Reads pictures, each only once as long as it is remembered. */
export interface PictureReader<A = Description> {
  readonly read: (bytes: Uint8Array) => Effect.Effect<A & Picture, Undecodable>
}

const maximumSide = 1280

// Pictures are decoded beside each other: one thread for each is enough.
sharp.concurrency(1)

/** Bytes of pixels that are remembered: those of a dozen large pictures, or of a hundred crops. */
const remembered = 64 * 1024 * 1024

/** A reader that knows of each picture what `interpret` makes of its description. Uploads are not remembered. */
export const make = <A extends Description>(interpret: (description: Description) => A): PictureReader<A> => {
  const descriptions = remember<A>(1024, () => 1)
  const pixels = remember<Pixels>(remembered, ({ data }) => data.length)
  return {
    read: (bytes) => {
      const digest = createHash("sha1").update(bytes).digest("base64url")
      const decoded = () => pixels(digest, () => decode(bytes))
      return Effect.tryPromise({
        try: async () => ({
          ...(await descriptions(digest, async () => interpret(await describe(bytes, decoded)))),
          digest,
          pixels: Effect.promise(decoded)
        }),
        catch: (cause) => new Undecodable({ detail: (cause as Error).message })
      })
    }
  }
}

/** Decodes all pixels, so that a damaged image is found here and not by the one service that looks closely. */
const describe = async (bytes: Uint8Array, decoded: () => Promise<Pixels>): Promise<Description> => {
  const [{ exif, format, height, width }] = await Promise.all([sharp(bytes).metadata(), decoded()])
  return { byteLength: bytes.length, format, width, height, exif: Exif.read(exif) }
}

const decode = async (bytes: Uint8Array): Promise<Pixels> => {
  const { data, info } = await sharp(bytes, { failOn: "truncated" })
    .resize({ width: maximumSide, height: maximumSide, fit: "inside", withoutEnlargement: true })
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true })
  const shared = new Uint8Array(new SharedArrayBuffer(data.length))
  shared.set(data)
  return { data: shared, width: info.width, height: info.height }
}

/** Remembers the values used most recently, as long as their sizes add up to at most `most`. A failure is forgotten at once. */
const remember = <A>(most: number, sizeOf: (value: A) => number) => {
  const known = new Map<string, Memory<A>>()
  let total = 0
  const forget = (key: string, memory: Memory<A>) => {
    if (known.get(key) !== memory) return
    known.delete(key)
    total -= memory.size
  }
  /** What is computed has no size yet. */
  const begin = (key: string, compute: () => Promise<A>): Memory<A> => {
    const memory: Memory<A> = { value: compute(), size: 0 }
    memory.value.then(
      (value) => {
        if (known.get(key) !== memory) return
        memory.size = sizeOf(value)
        total += memory.size
        for (const [oldest, old] of known) {
          if (total <= most) break
          forget(oldest, old)
        }
      },
      () => forget(key, memory)
    )
    return memory
  }
  return (key: string, compute: () => Promise<A>): Promise<A> => {
    const memory = known.get(key) ?? begin(key, compute)
    known.delete(key)
    known.set(key, memory)
    return memory.value
  }
}

interface Memory<A> {
  readonly value: Promise<A>
  size: number
}
