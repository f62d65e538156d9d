/** Chunks of PNG files. */
import * as NodeZlib from "node:zlib"

/** @see https://www.w3.org/TR/png-3/#5Chunk-layout */
export const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length)
  frame.writeUInt32BE(NodeZlib.crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/** A color profile. */
export const profile = (icc: Uint8Array): Buffer =>
  chunk("iCCP", Buffer.concat([Buffer.from("icc\0\0", "latin1"), NodeZlib.deflateSync(icc)]))

/** The file with chunks after its header. */
export const insert = (png: Buffer, chunks: ReadonlyArray<Buffer>): Buffer =>
  Buffer.concat([png.subarray(0, afterHeader), ...chunks, png.subarray(afterHeader)])

/** The signature and the first chunk. */
const afterHeader = 33
