/**
 * Uploaded bytes as pictures: checked, measured, and with the scene they carry.
 *
 * The same image reaches thirteen services, so what was read is kept for a while, and reading twice at once is one read.
 */
import { createHash } from "node:crypto"
import { Effect, Option, Schema } from "effect"
import exifReader from "exif-reader"
import sharp from "sharp"
import * as BoundingBox from "#domain/BoundingBox"
import * as Scene from "./Scene.ts"
import type { View } from "./View.ts"

/** Rows of red, green and blue bytes. */
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
  /** EXIF by group (`Image`, `Photo`, `GPSInfo`), without the scene. */
  readonly exif: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** What the picture shows, when it is one of ours. */
  readonly view: Option.Option<View>
  /** The pixels, scaled down to at most 1280 on a side. */
  readonly pixels: Effect.Effect<Pixels>
}

/** The bytes are no image that can be read. */
export class Undecodable extends Schema.TaggedError<Undecodable>()("Undecodable", { detail: Schema.String }) {
  override get message() {
    return `cannot identify image file: ${this.detail}`
  }
}

/** Reads pictures, each only once as long as it is remembered. */
export interface PictureReader {
  readonly read: (bytes: Uint8Array) => Effect.Effect<Picture, Undecodable>
}

const maximumSide = 1280

/** Descriptions are remembered by the hundred, pixels (up to 5 MB each) only by the dozen, and uploads not at all. */
export const make = (): PictureReader => {
  const descriptions = remember<Description>(256)
  const pixels = remember<Pixels>(12)
  return {
    read: (bytes) => {
      const digest = createHash("sha1").update(bytes).digest("base64url")
      const decoded = () => pixels(digest, () => decode(bytes))
      return Effect.tryPromise({
        try: async () => ({
          ...(await descriptions(digest, () => describe(bytes, decoded))),
          digest,
          pixels: Effect.promise(decoded)
        }),
        catch: (cause) => new Undecodable({ detail: (cause as Error).message })
      })
    }
  }
}

type Description = Omit<Picture, "digest" | "pixels">

/** Decodes all pixels, so that a damaged image is found here and not by the one service that looks closely. */
const describe = async (bytes: Uint8Array, decoded: () => Promise<Pixels>): Promise<Description> => {
  const [{ exif, format, height, width }] = await Promise.all([sharp(bytes).metadata(), decoded()])
  const { Image = {}, ...groups } = readExif(exif)
  const { ImageDescription, Software, ...tags } = Image
  const scene = Schema.decodeUnknownOption(Scene.SceneJson)(ImageDescription)
  return {
    byteLength: bytes.length,
    format,
    width,
    height,
    exif: { ...groups, Image: Option.isSome(scene) ? tags : Image },
    view: Option.map(scene, (scene) => ({ scene, region: regionOf(scene, Software), width, height }))
  }
}

const decode = async (bytes: Uint8Array): Promise<Pixels> => {
  const { data, info } = await sharp(bytes, { failOn: "truncated" })
    .resize({ width: maximumSide, height: maximumSide, fit: "inside", withoutEnlargement: true })
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/** The part of the scene that the image shows: what the cropper noted in EXIF `Software`, or all of it. */
const regionOf = (scene: Scene.Scene, software: unknown): BoundingBox.ImageBox => {
  const crop = /^windmill crop (\d+),(\d+),(\d+),(\d+)$/.exec(String(software))
  const [x, y, width, height] = crop === null ? [0, 0, scene.width, scene.height] : crop.slice(1).map(Number)
  return BoundingBox.imageBox({ x: x ?? 0, y: y ?? 0, width: width ?? 0, height: height ?? 0 })
}

/** Unreadable EXIF is no EXIF: cameras write much that is wrong. */
const readExif = (exif: Buffer | undefined): Record<string, Record<string, unknown>> => {
  if (exif === undefined) return {}
  try {
    const { bigEndian: _, ...groups } = exifReader(exif)
    return groups as Record<string, Record<string, unknown>>
  } catch {
    return {}
  }
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
