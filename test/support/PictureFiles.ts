/** Picture files for tests: turned ones in every container, and such as nobody means well with. */
import * as NodeZlib from "node:zlib"
import sharp from "sharp"

/** Width and height of the upright picture. */
export const upright = { width: 48, height: 32 }

export const orientations = [1, 2, 3, 4, 5, 6, 7, 8] as const
export type Orientation = (typeof orientations)[number]

export const containers = ["jpeg", "png", "webp", "tiff", "avif"] as const
export type Container = (typeof containers)[number]

/** The quarters of the upright picture: upper left, upper right, lower left, lower right. */
export const quarters = ["red", "green", "blue", "white"] as const

const inks = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255] } as const

/**
 * Where a stored pixel is in the upright picture, by what EXIF says row 0 and column 0 are.
 *
 * @see CIPA DC-008 (Exif 3.0), table 6
 */
const seen: Record<Orientation, (row: number, column: number) => readonly [x: number, y: number]> = (() => {
  const right = upright.width - 1
  const bottom = upright.height - 1
  return {
    1: (row, column) => [column, row],
    2: (row, column) => [right - column, row],
    3: (row, column) => [right - column, bottom - row],
    4: (row, column) => [column, bottom - row],
    5: (row, column) => [row, column],
    6: (row, column) => [right - row, column],
    7: (row, column) => [right - row, bottom - column],
    8: (row, column) => [row, bottom - column]
  }
})()

/** The picture of four colors, stored with an orientation. */
export const turned = async (container: Container, orientation: Orientation): Promise<Buffer> => {
  const [width, height] = orientation < 5 ? [upright.width, upright.height] : [upright.height, upright.width]
  const pixels = new Uint8Array(width * height * 3)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = seen[orientation](row, column)
      const quarter = (x < upright.width / 2 ? 0 : 1) + (y < upright.height / 2 ? 0 : 2)
      pixels.set(inks[quarters[quarter]!], (row * width + column) * 3)
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation })
    .toFormat(container, container === "png" ? {} : { quality: 100, ...(container === "avif" ? { effort: 0 } : {}) })
    .toBuffer()
}

/** The size of a picture, its orientation tag, and the colors in the middle of its quarters, as a decoder sees it that knows no tags. */
export const look = async (bytes: Uint8Array) => {
  const { orientation = 1 } = await sharp(bytes).metadata()
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { channels, height, width } = info
  const colors = [0, 1, 2, 3].map((quarter) => {
    const x = Math.floor(((quarter % 2) * 2 + 1) * (width / 4))
    const y = Math.floor(((quarter >> 1) * 2 + 1) * (height / 4))
    const bright = [...data.subarray((y * width + x) * channels).subarray(0, 3)].map((value) => (value > 128 ? 255 : 0))
    return Object.entries(inks).find(([, ink]) => ink.every((value, i) => value === bright[i]))?.[0]
  })
  return { width, height, orientation, colors }
}

/** A JPEG with segments after its first marker. */
export const withSegments = (jpeg: Buffer, ...segments: ReadonlyArray<Buffer>): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)])

/** A segment of a JPEG: `0xe1` is APP1. */
export const segment = (marker: number, ...content: ReadonlyArray<Uint8Array | string>): Buffer => {
  const data = Buffer.concat(content.map((part) => Buffer.from(part as string, "latin1")))
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(data.length + 2, 2)
  return Buffer.concat([head, data])
}

/** A PNG with chunks after its header, or before its end. */
export const withChunks = (png: Buffer, chunks: ReadonlyArray<Buffer>, place: "first" | "last" = "first"): Buffer => {
  const at = place === "first" ? 33 : png.length - 12
  return Buffer.concat([png.subarray(0, at), ...chunks, png.subarray(at)])
}

/** A chunk of a PNG. */
export const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length)
  frame.writeUInt32BE(NodeZlib.crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/** A PNG of 16 bits for each of its channels, one color all over. */
export const deepPng = (width: number, height: number, color: ReadonlyArray<number>): Buffer => {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([16, color.length === 1 ? 0 : 2], 8)
  const row = Buffer.alloc(1 + width * color.length * 2)
  for (let i = 0; i < width * color.length; i++) row.writeUInt16BE(color[i % color.length]!, 1 + 2 * i)
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", NodeZlib.deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))),
    chunk("IEND", Buffer.alloc(0))
  ])
}

/** EXIF with a tag and its value, of a type of two bytes unless given. */
export const exif = (
  entries: ReadonlyArray<{ readonly tag: number; readonly value: number; readonly type?: number }>
): Buffer => {
  const block = Buffer.alloc(8 + 2 + 12 * entries.length + 4)
  block.write("II*\0", "latin1")
  block.writeUInt32LE(8, 4)
  block.writeUInt16LE(entries.length, 8)
  entries.forEach(({ tag, type = 3, value }, i) => {
    block.writeUInt16LE(tag, 10 + 12 * i)
    block.writeUInt16LE(type, 12 + 12 * i)
    block.writeUInt32LE(1, 14 + 12 * i)
    block.writeUInt32LE(value, 18 + 12 * i)
  })
  return block
}

/** EXIF of `size` bytes whose entries all claim half of it as their value, as fractions. */
export const exifBomb = (size: number): Buffer => {
  const entries = Math.min(65_535, Math.floor(size / 24))
  const block = Buffer.alloc(size)
  block.write("II*\0", "latin1")
  block.writeUInt32LE(8, 4)
  block.writeUInt16LE(entries, 8)
  const data = 14 + 12 * entries
  for (let i = 0; i < entries; i++) {
    const at = 10 + 12 * i
    block.writeUInt16LE(0x0113 + (i % 0x8000), at)
    block.writeUInt16LE(5, at + 2)
    block.writeUInt32LE(Math.floor((size - data) / 8), at + 4)
    block.writeUInt32LE(data, at + 8)
  }
  return block
}

/** A box of an ISO base media file. */
export const box = (type: string, ...content: ReadonlyArray<Uint8Array>): Buffer => {
  const data = Buffer.concat(content)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(data.length + 8)
  head.write(type, 4, "latin1")
  return Buffer.concat([head, data])
}

/** An AVIF whose picture is described by that many sizes. */
export const avifOfSizes = (count: number): Buffer => {
  const size = box("ispe", Buffer.alloc(4), Buffer.from([0, 0, 0, 64, 0, 0, 0, 64]))
  return Buffer.concat([
    box("ftyp", Buffer.from("avif\0\0\0\0avifmif1miaf", "latin1")),
    box("meta", Buffer.alloc(4), box("iprp", box("ipco", ...Array.from({ length: count }, () => size))))
  ])
}

/** The XMP of a picture with another thing behind it in the same file, as phones write it. */
const container = (semantic: string, mime: string, length: number): Buffer =>
  segment(
    0xe1,
    "http://ns.adobe.com/xap/1.0/\0",
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
      xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"
      xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/">
      <Container:Directory><rdf:Seq>
        <rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li>
        <rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="${semantic}" Item:Mime="${mime}" Item:Length="${length}"/></rdf:li>
      </rdf:Seq></Container:Directory></rdf:Description></rdf:RDF></x:xmpmeta>`
  )

/** Pictures behind the first one, and the segment of the first that lists them all. @see CIPA DC-007, Multi-Picture Format */
const followedBy = (
  first: Buffer,
  ...others: ReadonlyArray<{ readonly type: number; readonly jpeg: Buffer }>
): Buffer => {
  const count = 1 + others.length
  const list = Buffer.alloc(50 + 16 * count)
  list.write("MM\0*", "latin1")
  list.writeUInt32BE(8, 4)
  list.writeUInt16BE(3, 8)
  const entries = [
    [0xb000, 7, 4, 0x30313030],
    [0xb001, 4, 1, count],
    [0xb002, 7, 16 * count, 50]
  ] as const
  entries.forEach(([tag, type, length, value], i) => {
    list.writeUInt16BE(tag, 10 + 12 * i)
    list.writeUInt16BE(type, 12 + 12 * i)
    list.writeUInt32BE(length, 14 + 12 * i)
    list.writeUInt32BE(value, 18 + 12 * i)
  })
  // Places are counted from the list: after the first marker, the segment's head and its name.
  const before = 2 + 4 + 4
  let end = first.length + 8 + list.length
  const pictures = [{ type: 0x2003_0000, size: end, place: 0 }]
  for (const { jpeg, type } of others) {
    pictures.push({ type, size: jpeg.length, place: end - before })
    end += jpeg.length
  }
  pictures.forEach(({ place, size, type }, i) => {
    list.writeUInt32BE(type, 50 + 16 * i)
    list.writeUInt32BE(size, 54 + 16 * i)
    list.writeUInt32BE(place, 58 + 16 * i)
  })
  return Buffer.concat([withSegments(first, segment(0xe2, "MPF\0", list)), ...others.map(({ jpeg }) => jpeg)])
}

/** Two pictures of a stereo camera (MPO); the first is the main one. */
export const stereo = (main: Buffer, other: Buffer): Buffer => followedBy(main, { type: 0x0002_0002, jpeg: other })

/** A picture with a map of how much brighter it can be shown (Ultra HDR). @see ISO 21496-1 */
export const ultraHdr = (main: Buffer, grayMap: Buffer): Buffer => {
  const values = `hdrgm:Version="1.0" hdrgm:GainMapMin="0" hdrgm:GainMapMax="3" hdrgm:HDRCapacityMin="0" hdrgm:HDRCapacityMax="3"`
  const map = withSegments(
    grayMap,
    segment(
      0xe1,
      "http://ns.adobe.com/xap/1.0/\0",
      `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
        xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" ${values}/></rdf:RDF></x:xmpmeta>`
    )
  )
  return followedBy(withSegments(main, container("GainMap", "image/jpeg", map.length)), { type: 0, jpeg: map })
}

/** A picture with a map of distances behind it, as portraits have. */
export const withDepth = (main: Buffer, grayMap: Buffer): Buffer =>
  Buffer.concat([withSegments(main, container("Depth", "image/jpeg", grayMap.length)), grayMap])

/** A picture with a film behind it (motion photo). */
export const motionPhoto = (main: Buffer): Buffer => {
  const film = Buffer.concat([
    box("ftyp", Buffer.from("mp42\0\0\0\0isommp42", "latin1")),
    box("mdat", Buffer.alloc(900, 7))
  ])
  return Buffer.concat([withSegments(main, container("MotionPhoto", "video/mp4", film.length)), film])
}
