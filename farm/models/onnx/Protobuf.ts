/**
 * Writes protocol buffers: as much of the format as an ONNX file needs.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */

/** Pieces of a message, in order. */
export type Bytes = ReadonlyArray<Uint8Array>

/** An integer field. Negative numbers take ten bytes, as the format wants it. */
export const integer = (field: number, value: number): Bytes => [varint(field * 8), varint(value)]

/** A field of 32-bit floating point. */
export const float = (field: number, value: number): Bytes => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return [varint(field * 8 + 5), bytes]
}

/** A field of bytes. */
export const bytes = (field: number, value: Uint8Array): Bytes => [varint(field * 8 + 2), varint(value.length), value]

/** A field of text. */
export const text = (field: number, value: string): Bytes => bytes(field, new TextEncoder().encode(value))

/** A field that is a message itself. */
export const message = (field: number, parts: ReadonlyArray<Bytes>): Bytes => {
  const content = parts.flat()
  return [varint(field * 8 + 2), varint(content.reduce((sum, { length }) => sum + length, 0)), ...content]
}

/** All pieces as one. */
export const concat = (parts: ReadonlyArray<Bytes>): Uint8Array => Buffer.concat(parts.flat())

const varint = (value: number): Uint8Array => {
  const digits: Array<number> = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    digits.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  digits.push(Number(rest))
  return Uint8Array.from(digits)
}
