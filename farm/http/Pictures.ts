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

/**
 * A reader that knows of each picture what `interpret` makes of its description. Descriptions are remembered by the hundred,
 * pixels (up to 5 MB each) only by the dozen, and uploads not at all.
 */
export const make = <A extends Description>(interpret: (description: Description) => A): PictureReader<A> => {
  const descriptions = remember<A>(256)
  const pixels = remember<Pixels>(12)
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

/** Remembers the values used most recently, up to `capacity`. A failure is forgotten at once. */
const remember = <A>(capacity: number) => {
  const known = new Map<string, Promise<A>>()
  return (key: string, compute: () => Promise<A>): Promise<A> => {
    const value = known.get(key) ?? compute()
    known.delete(key)
    known.set(key, value)
    for (const oldest of known.keys()) {
      if (known.size <= capacity) break
      known.delete(oldest)
    }
    value.catch(() => known.delete(key))
    return value
  }
}
