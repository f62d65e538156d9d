/**
 * What a file is, and what services are to see of it: one upright still picture, 8-bit sRGB.
 *
 * What every decoder sees alike is handed on as it is. All else is decoded here, by one decoder, and handed on as JPEG.
 */
import { Effect } from "effect"
import * as NodeZlib from "node:zlib"
import sharp from "sharp"
import { type ImageReference, pathOf, PictureVersion } from "../../domain/ImageReference.ts"
import type { SourceImage } from "../../services/ImageSource.ts"
import { span } from "../telemetry/Span.ts"
import * as Decoding from "./Decoding.ts"
import * as HeicDecoder from "./HeicDecoder.ts"
import type { Header } from "./PictureHeader.ts"
import { damaged, type Limits, unusable } from "./Problems.ts"

/** Formats that are read. Animations are none: services look at one picture. */
const readable = new Set(["jpeg", "png", "webp", "gif", "tiff", "avif", "heic", "heif"])

/** Bytes of EXIF that fit into a JPEG. */
const largestExif = 65_000

/** Finds out what pictures within `limits` are, and makes them what services are to see. */
export const make = Effect.fnUntraced(function* (limits: Limits) {
  const heic = yield* HeicDecoder.make()
  return Effect.fnUntraced(function* (reference: ImageReference, bytes: Uint8Array, header: Header | undefined) {
    const name = nameOf(reference)
    if (bytes.length === 0) return yield* unusable(name, "is empty (0 bytes): fetch or export it again")
    if (header === undefined) {
      return yield* unusable(
        name,
        "is not a picture in a known format: convert it to JPEG, PNG, WebP, GIF, TIFF or AVIF, or remove it"
      )
    }
    const { format, frames = 1, plain } = header
    if (frames > 1 || format.startsWith("animated ")) return yield* animated(name, frames)
    const remedy = isNone[format]
    if (remedy !== undefined) return yield* unusable(name, remedy)
    if (!isReadable(format)) {
      return yield* unusable(name, `is ${format.toUpperCase()}, which services cannot read: convert it to JPEG or PNG`)
    }
    const version = versionOf(bytes)
    if (plain !== undefined) {
      yield* checkPixels(name, plain, limits)
      const { extensions, mediaType } = handedOn[format]!
      const filename = withExtension(reference.filename, extensions)
      return { bytes, mediaType, filename, ...plain, isOriginal: true, isTurned: false, version } satisfies SourceImage
    }
    const { data, info, isTurned } = yield* convert(name, bytes, limits, heic)
    const { extensions, mediaType } = handedOn.jpeg!
    const filename = withExtension(reference.filename, extensions)
    const { height, width } = info
    return {
      bytes: data,
      mediaType,
      filename,
      width,
      height,
      isOriginal: false,
      isTurned,
      version
    } satisfies SourceImage
  }, span("ImageSource.inspect"))
})

/** What stands in the place of a picture, and what to do about it. */
const isNone: Readonly<Record<string, string | undefined>> = {
  "git lfs": "is a pointer of Git LFS, not a picture: run git lfs pull",
  gzip: "is packed with gzip: unpack it",
  json: "is JSON, not a picture: look into it, it may say why",
  video: "is a video: export a still picture of it",
  "web page": "is a web page, not a picture: take the address of the picture itself, or one that needs no login",
  xml: "is XML, not a picture: look into it, it may say why"
}

/** JPEG 2000 and JPEG XL are read where sharp was built with them. */
const isReadable = (format: string): boolean =>
  readable.has(format) || ((format === "jp2" || format === "jxl") && sharp.format[format].input.buffer)

/** Names the content, as well as that of files that differ by accident needs to be named. */
export const versionOf = (bytes: Uint8Array): PictureVersion =>
  PictureVersion.make(`${bytes.length}-${NodeZlib.crc32(bytes).toString(16)}`)

const checkPixels = (name: string, { height, width }: Pick<SourceImage, "width" | "height">, limits: Limits) =>
  width * height <= limits.pixels
    ? Effect.void
    : unusable(
        name,
        `has ${width} x ${height} pixels, more than the limit of ${limits.pixels}: scale it down, or raise IMAGE_MAX_PIXELS`
      )

const animated = (name: string, frames: number) =>
  unusable(
    name,
    `is animated or has several pages${frames > 1 ? ` (${frames})` : ""}: export the one to analyze as a still picture`
  )

/** Upright, flat, 8-bit sRGB, as JPEG. EXIF stays, and says that the picture is upright. */
const convert = Effect.fn("ImageSource.convert")(function* (
  name: string,
  bytes: Uint8Array,
  limits: Limits,
  heic: HeicDecoder.HeicDecoder
) {
  const asDamaged = Effect.mapError((cause: Error) => damaged(name, cause))
  const {
    compression,
    exif,
    format,
    height,
    icc,
    orientation = 1,
    pages = 1,
    width
  } = yield* asDamaged(Decoding.describe(bytes))
  // What HEIF calls pages are other pictures than the main one.
  if (pages > 1 && format !== "heif") return yield* animated(name, pages)
  yield* checkPixels(name, { width, height }, limits)
  const pixels = width * height
  const isHeic = compression === "hevc"
  if (isHeic && !HeicDecoder.isInstalled()) {
    return yield* unusable(
      name,
      "is HEIC (HEVC), which cannot be decoded here: convert it to JPEG, or install the optional package libheif-js"
    )
  }
  const decodable = isHeic ? yield* asDamaged(Decoding.during(pixels, heic.toPng(bytes, { exif, icc }))) : bytes
  const { data, info } = yield* asDamaged(
    Decoding.run({ bytes: decodable, pixels }, (source) => {
      const upright = source.autoOrient().flatten({ background: "white" }).toColourspace("srgb")
      const kept = (exif?.length ?? 0) <= largestExif ? upright.keepExif() : upright
      return kept.jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer({ resolveWithObject: true })
    })
  )
  return { data, info, isTurned: orientation !== 1 }
})

/** Decodes the picture in a small size, for which all of it has to be there. What was converted is whole. */
export const decodeAll = Effect.fn("ImageSource.decodeAll")(function* (name: string, image: SourceImage) {
  if (!image.isOriginal) return
  const { bytes, height, width } = image
  yield* Decoding.run({ bytes, pixels: width * height }, (source) =>
    source.resize(16, 16, { fit: "fill" }).raw().toBuffer()
  ).pipe(Effect.mapError((cause) => damaged(name, cause)))
})

/** What messages call the picture. */
export const nameOf = (reference: ImageReference): string => pathOf(reference) ?? reference.url ?? reference.filename

/** The formats that services read, with the extensions by which they judge an upload. */
const handedOn: Readonly<
  Record<string, { readonly mediaType: string; readonly extensions: ReadonlyArray<string> } | undefined>
> = {
  jpeg: { mediaType: "image/jpeg", extensions: ["jpg", "jpeg"] },
  png: { mediaType: "image/png", extensions: ["png"] },
  webp: { mediaType: "image/webp", extensions: ["webp"] }
}

/** The name, with an extension that agrees with the format. */
const withExtension = (filename: string, extensions: ReadonlyArray<string>): string => {
  const dot = filename.lastIndexOf(".")
  return extensions.includes(filename.slice(dot + 1).toLowerCase())
    ? filename
    : `${dot > 0 ? filename.slice(0, dot) : filename}.${extensions[0]}`
}
