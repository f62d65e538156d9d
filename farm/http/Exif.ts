/**
 * EXIF of pictures that strangers made.
 *
 * A few kilobytes can claim gigabytes of values, by letting every entry point at the same ones; the reader would believe it.
 */
import { Record } from "effect"
import exifReader from "exif-reader"

export type Exif = Readonly<Record<string, Readonly<Record<string, Value>>>>

/** A time is a valid one. */
export type Value = string | number | Date

/**
 * The texts, numbers and times of a block, by group (`Image`, `Photo`, `GPSInfo`). Unreadable EXIF is no EXIF: cameras write
 * much that is wrong.
 */
export const read = (block: Buffer | undefined): Exif => {
  if (block === undefined || claimed(block) > 2 * block.length) return {}
  try {
    const { bigEndian: _, ...groups } = exifReader(block)
    return Record.map(groups as Readonly<Record<string, Readonly<Record<string, unknown>>>>, (tags) =>
      Record.filter(tags, isValue)
    )
  } catch {
    return {}
  }
}

const isValue = (value: unknown): value is Value =>
  typeof value === "string" || typeof value === "number" || (value instanceof Date && !Number.isNaN(value.getTime()))

/** Bytes of a value by the number of its type. */
const sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]

/** Tags whose value is where another directory begins. */
const pointers = new Set([0x8769, 0x8825, 0xa005])

/** Bytes of all values in the directories of a block, as the entries say; infinite when a directory is not inside. */
const claimed = (block: Buffer): number => {
  const start = block.toString("latin1", 0, 6) === "Exif\0\0" ? 6 : 0
  const little = block.toString("latin1", start, start + 2) === "II"
  const view = new DataView(block.buffer, block.byteOffset + start, block.byteLength - start)
  const seen = new Set<number>()
  let total = 0
  const enter = (directory: number): void => {
    if (directory === 0 || seen.has(directory)) return
    seen.add(directory)
    const count = view.getUint16(directory, little)
    for (let at = directory + 2; at < directory + 2 + 12 * count; at += 12) {
      total += view.getUint32(at + 4, little) * (sizes[view.getUint16(at + 2, little)] ?? 1)
      if (pointers.has(view.getUint16(at, little))) enter(view.getUint32(at + 8, little))
    }
  }
  try {
    const first = view.getUint32(4, little)
    enter(first)
    // The directory of the thumbnail.
    enter(view.getUint32(first + 2 + 12 * view.getUint16(first, little), little))
    return total
  } catch {
    return Infinity
  }
}
