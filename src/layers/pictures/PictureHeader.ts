/**
 * What a file is, told by its first bytes and by the frame of its container, without decoding anything.
 *
 * Strangers make these bytes, so the work is bounded: a signature names the format, then at most `mostParts` parts are
 * stepped over. What can be handed on as it is must be told with certainty, because services read the same bytes with
 * other decoders; everything else is decoded once, here, and written anew.
 */
import * as NodeZlib from "node:zlib"
import * as Exif from "./Exif.ts"

export interface Header {
  /** `jpeg`, `png`, … or what else the signature says. */
  readonly format: string
  /** Present when every decoder sees the same: one upright still picture of 8-bit colors without transparency. */
  readonly plain?: { readonly width: number; readonly height: number }
  /** Pictures shown one after another. */
  readonly frames?: number
  /** The EXIF block. */
  readonly exif?: Uint8Array
}

/** Parts of a file (segments, chunks) that are stepped over. */
const mostParts = 20_000

/** What the bytes are; `undefined` when no signature fits. */
export const read = (bytes: Uint8Array): Header | undefined => {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const format = signatureOf(data)
  if (format === undefined) return undefined
  switch (format) {
    case "jpeg":
      return { format, ...readJpeg(data) }
    case "png":
      return { format, ...readPng(data) }
    case "webp":
      return { format, ...readWebp(data) }
    default:
      return { format }
  }
}

const signatureOf = (data: Buffer): string | undefined => {
  const starts = (text: string, at = 0) => data.toString("latin1", at, at + text.length) === text
  if (starts("\xff\xd8\xff")) return "jpeg"
  if (starts("\x89PNG\r\n\x1a\n")) return "png"
  if (starts("RIFF") && starts("WEBP", 8)) return "webp"
  if (starts("GIF8")) return "gif"
  if (starts("II*\0") || starts("MM\0*") || starts("II+\0") || starts("MM\0+")) return "tiff"
  if (starts("ftyp", 4)) return brands[data.toString("latin1", 8, 12)] ?? byOtherBrands(data)
  if (starts("\xff\x0a") || starts("\0\0\0\x0cJXL ")) return "jxl"
  if (starts("\0\0\0\x0cjP  ") || starts("\xff\x4f\xff\x51")) return "jp2"
  if (starts("BM")) return "bmp"
  if (starts("8BPS")) return "psd"
  if (starts("%PDF")) return "pdf"
  if (starts("\0\0\x01\0")) return "ico"
  if (starts("\x1f\x8b")) return "gzip"
  return writtenAs(data.toString("utf8", 0, 1024).trimStart())
}

/** What text is: servers and programs answer with some where a picture was asked for. */
const writtenAs = (text: string): string | undefined => {
  if (/^(<\?xml[^>]*>|<!--.*?-->|\s)*(<!doctype svg[^>]*>\s*)?<(\w+:)?svg\b/is.test(text)) return "svg"
  if (/^(<\?xml[^>]*>|<!--.*?-->|\s)*<(!doctype html|html|head|title|meta|body)\b/is.test(text)) return "web page"
  if (text.startsWith("<")) return "xml"
  if (/^[[{]\s*["\]}[{\d]/.test(text)) return "json"
  return text.startsWith("version https://git-lfs") ? "git lfs" : undefined
}

/**
 * What the brand of an ISO base media file says that it is; those of sequences are animations.
 *
 * @see ISO/IEC 23008-12 (HEIF), annex B; AV1 Image File Format, section 8
 */
const brands: Readonly<Record<string, string>> = {
  avif: "avif",
  avis: "animated avif",
  heic: "heic",
  heix: "heic",
  heim: "heic",
  heis: "heic",
  hevc: "animated heic",
  hevx: "animated heic",
  msf1: "animated heif"
}

/** `mif1` says only that there is a picture; how it is coded is among the brands that follow. */
const byOtherBrands = (data: Buffer): string => {
  const end = data.length < 20 ? 0 : Math.min(data.readUInt32BE(0), data.length, 512)
  for (let at = 16; at + 4 <= end; at += 4) {
    const format = brands[data.toString("latin1", at, at + 4)]
    if (format === "avif" || format === "heic") return format
  }
  return data.toString("latin1", 8, 12) === "mif1" ? "heif" : "video"
}

type Found = Omit<Header, "format">

/** Collects what parts say about how the picture is to be turned and what its colors are. */
class Remarks {
  exif: Uint8Array | undefined
  /** Whether all readers agree that the pixels are upright and sRGB. */
  isPlain = true

  addExif(block: Uint8Array) {
    if (this.exif !== undefined || Exif.read(block).orientation !== 1) this.isPlain = false
    this.exif ??= block
  }

  /** XMP, in which some readers look for an orientation that EXIF does not give. */
  addXmp(packet: Buffer) {
    const at = packet.indexOf("tiff:Orientation")
    if (at !== -1 && !/^tiff:Orientation(="|>)1["<]/.test(packet.toString("latin1", at, at + 24))) this.isPlain = false
  }

  /** The colors of other profiles than sRGB mean something else to whoever does not look at profiles. */
  addProfile(profile: Buffer) {
    if (profile.indexOf("sRGB") === -1 && profile.indexOf("s\0R\0G\0B", 0, "latin1") === -1) this.isPlain = false
  }

  found(size: Header["plain"], isPlain = true): Found {
    return {
      ...(this.isPlain && isPlain && size !== undefined && size.width > 0 && size.height > 0 ? { plain: size } : {}),
      ...(this.exif === undefined ? {} : { exif: this.exif })
    }
  }
}

const exifMark = "Exif\0\0"
const xmpMark = "http://ns.adobe.com/xap/1.0/\0"
const profileMark = "ICC_PROFILE\0"

/**
 * The segments up to the first scan. Only frames that every decoder knows are plain: one, of Huffman codes, with three
 * components of 8 bits.
 *
 * @see ITU-T T.81, annex B
 */
const readJpeg = (data: Buffer): Found => {
  const remarks = new Remarks()
  let size: Header["plain"]
  let isPlain = true
  let at = 2
  for (let parts = 0; parts < mostParts && at + 4 <= data.length; parts++) {
    if (data[at] !== 0xff) return remarks.found(undefined)
    const marker = data[at + 1]!
    if (marker === 0xff) {
      at += 1
      continue
    }
    const length = data.readUInt16BE(at + 2)
    const segment = data.subarray(at + 4, at + 2 + length)
    if (marker === 0xda) return remarks.found(size, isPlain)
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9) || length < 2) return remarks.found(undefined)
    const says = (mark: string) => segment.length >= mark.length && segment.toString("latin1", 0, mark.length) === mark
    if (isFrame(marker)) {
      if (size !== undefined || segment.length < 6 || marker > 0xc2 || segment[0] !== 8 || segment[5] !== 3)
        isPlain = false
      else size = { height: segment.readUInt16BE(1), width: segment.readUInt16BE(3) }
    } else if (marker === 0xe1 && says(exifMark)) remarks.addExif(Exif.blockOf(segment))
    else if (marker === 0xe1 && says(xmpMark)) remarks.addXmp(segment)
    // The first part of a profile has its name.
    else if (marker === 0xe2 && says(profileMark) && segment[profileMark.length] === 1) remarks.addProfile(segment)
    at += 2 + length
  }
  return remarks.found(undefined)
}

/** Start of frame, except for the markers among them that mean tables. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

/** @see https://www.w3.org/TR/png-3/ */
const readPng = (data: Buffer): Found & Pick<Header, "frames"> => {
  const remarks = new Remarks()
  let size: Header["plain"]
  let isPlain = true
  let frames = 1
  let at = 8
  for (let parts = 0; parts < mostParts && at + 12 <= data.length; parts++) {
    const length = data.readUInt32BE(at)
    const type = data.toString("latin1", at + 4, at + 8)
    const chunk = data.subarray(at + 8, at + 8 + length)
    if ((parts === 0) !== (type === "IHDR")) return remarks.found(undefined)
    switch (type) {
      case "IHDR": {
        if (length !== 13 || chunk.length < 13) return remarks.found(undefined)
        size = { width: chunk.readUInt32BE(0), height: chunk.readUInt32BE(4) }
        const [depth, color] = chunk.subarray(8)
        isPlain = depth === 8 && color === 2
        break
      }
      case "acTL":
        frames = chunk.length < 8 ? 1 : chunk.readUInt32BE(0)
        break
      case "eXIf":
        remarks.addExif(chunk)
        break
      case "iCCP":
        remarks.addProfile(inflated(chunk.subarray(chunk.indexOf(0) + 2)))
        break
      case "iTXt":
        if (chunk.toString("latin1", 0, 17) === "XML:com.adobe.xmp") remarks.addXmp(chunk)
        break
      case "tRNS":
        isPlain = false
        break
      case "tEXt":
      case "zTXt":
        // Where EXIF was before it had a chunk of its own.
        if (chunk.toString("latin1", 0, 16) === "Raw profile type") isPlain = false
        break
      case "IEND":
        return { ...remarks.found(size, isPlain), frames }
    }
    at += 12 + length
  }
  return { ...remarks.found(undefined), frames }
}

/** Bytes of a color profile that are looked at. */
const largestProfile = 1024 * 1024

const inflated = (data: Buffer): Buffer => {
  try {
    return NodeZlib.inflateSync(data, { maxOutputLength: largestProfile })
  } catch {
    return Buffer.alloc(0)
  }
}

/** @see RFC 9649 */
const readWebp = (data: Buffer): Found & Pick<Header, "frames"> => {
  const remarks = new Remarks()
  let size: Header["plain"]
  let isPlain = true
  let frames = 0
  let at = 12
  for (let parts = 0; parts < mostParts && at + 8 <= data.length; parts++) {
    const type = data.toString("latin1", at, at + 4)
    const length = data.readUInt32LE(at + 4)
    const chunk = data.subarray(at + 8, at + 8 + length)
    switch (type) {
      case "VP8 ":
        if (size !== undefined || chunk.length < 10) isPlain = false
        else size = { width: chunk.readUInt16LE(6) & 0x3fff, height: chunk.readUInt16LE(8) & 0x3fff }
        break
      case "ANMF":
        frames++
        break
      case "EXIF":
        remarks.addExif(Exif.blockOf(chunk))
        break
      case "XMP ":
        remarks.addXmp(chunk)
        break
      case "ICCP":
        remarks.addProfile(chunk)
        break
      case "ALPH":
      case "VP8L":
        // Lossless pictures may be transparent, and are written anew with little loss.
        isPlain = false
    }
    at += 8 + length + (length % 2)
  }
  return { ...remarks.found(size, isPlain && at >= data.length), frames: Math.max(1, frames) }
}
