/**
 * The two things that are asked of an EXIF block, read with bounds.
 *
 * Whoever made the picture made the block: counts and offsets in it are claims. Only the first directory is looked at,
 * and nothing in it that is not inside the block.
 *
 * @see CIPA DC-008 (Exif 3.0), section 4.6
 */

export interface Exif {
  /**
   * How the stored pixels are to be turned to stand upright, 1 to 8; 1 when nothing is said. `unclear` when readers may
   * take it for different things: not a number of two bytes, out of range, said twice, or the block is not well formed.
   */
  readonly orientation: number | "unclear"
  /** The `ImageDescription`. */
  readonly description?: string
}

const orientationTag = 0x0112
const descriptionTag = 0x010e
const asciiType = 2
const shortType = 3

/** Bytes of a description that are read. */
const longestDescription = 65_536

/** What a block (a TIFF header and what follows) says. */
export const read = (block: Uint8Array): Exif => {
  const found = firstDirectory(block)
  if (found === undefined) return { orientation: "unclear" }
  const { entries, little, view } = found
  const orientations: Array<Exif["orientation"]> = []
  let description: string | undefined
  for (const at of entries) {
    const tag = view.getUint16(at, little)
    const type = view.getUint16(at + 2, little)
    const count = view.getUint32(at + 4, little)
    if (tag === orientationTag) {
      const value = view.getUint16(at + 8, little)
      orientations.push(type === shortType && count === 1 && value >= 1 && value <= 8 ? value : "unclear")
    }
    if (tag === descriptionTag && type === asciiType && count <= longestDescription) {
      const start = count <= 4 ? at + 8 : view.getUint32(at + 8, little)
      if (start + count <= view.byteLength) description = textOf(block.subarray(start, start + count))
    }
  }
  const [orientation = 1, ...others] = orientations
  return {
    orientation: others.length === 0 ? orientation : "unclear",
    ...(description === undefined ? {} : { description })
  }
}

/** A copy that says that the picture is upright, if it says anything. */
export const asUpright = (block: Uint8Array): Uint8Array => {
  const copy = new Uint8Array(block)
  const found = firstDirectory(copy)
  for (const at of found?.entries ?? []) {
    if (found!.view.getUint16(at, found!.little) !== orientationTag) continue
    found!.view.setUint16(at + 2, shortType, found!.little)
    found!.view.setUint16(at + 8, 1, found!.little)
  }
  return copy
}

const mark = "Exif\0\0"

/** The block in what a container calls EXIF: some put a mark before it. */
export const blockOf = (exif: Uint8Array): Uint8Array =>
  Buffer.from(exif.buffer, exif.byteOffset, Math.min(exif.byteLength, mark.length)).toString("latin1") === mark
    ? exif.subarray(mark.length)
    : exif

/** Where the entries of the first directory begin; `undefined` when there is none, whole, in the block. */
const firstDirectory = (block: Uint8Array) => {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
  const order = view.byteLength < 8 ? 0 : view.getUint16(0)
  if (order !== 0x4949 && order !== 0x4d4d) return undefined
  const little = order === 0x4949
  const directory = view.getUint32(4, little)
  if (view.getUint16(2, little) !== 42 || directory + 2 > view.byteLength) return undefined
  const count = view.getUint16(directory, little)
  if (directory + 2 + 12 * count > view.byteLength) return undefined
  return { view, little, entries: Array.from({ length: count }, (_, i) => directory + 2 + 12 * i) }
}

/** Text up to the first zero byte. */
const textOf = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end))
}
