/** Reading what a service answers: within limits, and unpacked when it was packed without being asked to. */
import { Effect, Schema, Stream } from "effect"
import type { HttpClientResponse } from "effect/http"
import { promisify } from "node:util"
import * as NodeZlib from "node:zlib"

/** Bytes of a reply that are read, and unpacked, before giving up on it. */
const maxBytes = 16 * 1024 * 1024

/** The body is larger than any reply, or packed in a way that cannot be read. */
export class UnreadableBody extends Schema.TaggedError<UnreadableBody>()("UnreadableBody", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** The body, unpacked. One whose length is known beforehand is read at once, which is cheaper. */
export const read = (response: HttpClientResponse.HttpClientResponse) =>
  (Number(response.headers["content-length"]) <= maxBytes
    ? Effect.map(response.arrayBuffer, (bytes) => new Uint8Array(bytes))
    : readStream(response)
  ).pipe(Effect.flatMap((bytes) => unpack(bytes, response.headers["content-encoding"])))

const readStream = (response: HttpClientResponse.HttpClientResponse) =>
  response.stream.pipe(
    Stream.runFoldEffect(
      () => ({ chunks: [] as Array<Uint8Array>, size: 0 }),
      (read, chunk) => {
        read.chunks.push(chunk)
        read.size += chunk.length
        return read.size <= maxBytes ? Effect.succeed(read) : tooLarge
      }
    ),
    Effect.map(({ chunks }): Uint8Array => Buffer.concat(chunks))
  )

type Unpack = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Promise<Uint8Array>

const gunzip: Unpack = promisify(NodeZlib.gunzip)

const encodings: Readonly<Record<string, Unpack>> = {
  gzip: gunzip,
  "x-gzip": gunzip,
  deflate: promisify(NodeZlib.inflate),
  br: promisify(NodeZlib.brotliDecompress)
}

/** Encodings are listed in the order in which they were applied. */
const unpack = (bytes: Uint8Array, header = ""): Effect.Effect<Uint8Array, UnreadableBody> => {
  const names = header
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
            ? tooLarge
            : new UnreadableBody({ detail: `it cannot be unpacked from ${name}: ${(cause as Error).message}` })
      })
    }
  )
}

const tooLarge = new UnreadableBody({ detail: `more than ${maxBytes / 1024 / 1024} MiB` })
