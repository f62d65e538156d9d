/** Unpacking what a service answers, when it was packed without being asked to. */
import { Effect, Schema } from "effect"
import { promisify } from "node:util"
import * as NodeZlib from "node:zlib"
import type { Reply } from "./Exchange.ts"

/** Bytes of a reply that are read, and unpacked, before giving up on it. */
export const maxBytes = 16 * 1024 * 1024

/** The body is larger than any reply, or packed in a way that cannot be read. */
export class UnreadableBody extends Schema.TaggedError<UnreadableBody>()("UnreadableBody", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

type Unpack = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Promise<Uint8Array>

const gunzip: Unpack = promisify(NodeZlib.gunzip)

const encodings: Readonly<Record<string, Unpack>> = {
  gzip: gunzip,
  "x-gzip": gunzip,
  deflate: promisify(NodeZlib.inflate),
  br: promisify(NodeZlib.brotliDecompress)
}

/** The body, unpacked. Encodings are listed in the order in which they were applied. */
export const unpack = ({ bytes, headers }: Reply): Effect.Effect<Uint8Array, UnreadableBody> => {
  const encoding = headers["content-encoding"]
  if (encoding === undefined) return Effect.succeed(bytes)
  const names = encoding
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity")
  return Effect.reduce(
    names.toReversed(),
    () => bytes,
    (packed, name) => {
      const unpackOne = encodings[name]
      if (unpackOne === undefined)
        return new UnreadableBody({ detail: `its content-encoding is ${name}, which is not known` })
      return Effect.tryPromise({
        try: () => unpackOne(packed, { maxOutputLength: maxBytes }),
        catch: (cause) =>
          (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
            ? tooLong
            : new UnreadableBody({ detail: `it cannot be unpacked from ${name}: ${(cause as Error).message}` })
      })
    }
  )
}

/** Why a reply of more bytes is not read. */
export const tooLong = new UnreadableBody({ detail: `more than ${maxBytes / 1024 / 1024} MiB` })
