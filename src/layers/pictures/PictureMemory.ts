/**
 * Memory for the bytes of pictures that are needed for a moment, used again and again.
 *
 * Memory that is new for every picture costs a worker a quarter of its time: the system clears it page by page, and the
 * garbage collector counts it and runs ten times as often.
 */

export interface PictureMemory {
  /** That many bytes, of any content. */
  readonly take: (size: number) => Buffer<ArrayBuffer>
  /** Gives back what was taken, when nothing reads or writes it any more. What never comes back is collected as garbage. */
  readonly give: (bytes: Buffer<ArrayBuffer>) => void
}

const mebibyte = 1024 * 1024

/** Keeps up to `most` bytes that are not in use. */
export const make = (most = 32 * mebibyte): PictureMemory => {
  const unused = new Map<number, Array<ArrayBuffer>>()
  let kept = 0
  return {
    take: (size) => {
      const capacity = capacityFor(size)
      const memory = unused.get(capacity)?.pop()
      if (memory === undefined) return Buffer.allocUnsafeSlow(capacity).subarray(0, size)
      kept -= capacity
      return Buffer.from(memory, 0, size)
    },
    give: ({ buffer }) => {
      const capacity = buffer.byteLength
      if (kept + capacity > most) return
      kept += capacity
      const alike = unused.get(capacity)
      if (alike === undefined) unused.set(capacity, [buffer])
      else alike.push(buffer)
    }
  }
}

/** A power of two, so that pictures of different sizes share what there is. */
const capacityFor = (size: number): number => 2 ** Math.ceil(Math.log2(Math.max(size, 16 * 1024)))
