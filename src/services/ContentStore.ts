/** Pictures kept by the hash of their bytes. */
import { Context, type Effect, type Option, Schema, type Stream } from "effect"
import type { ContentHash } from "../domain/Identifiers.ts"

/** More bytes than are accepted. */
export class ContentTooLarge extends Schema.TaggedError<ContentTooLarge>()("ContentTooLarge", {
  limit: Schema.Int
}) {
  override get message() {
    return `The picture is larger than the limit of ${this.limit} bytes: scale it down, or raise IMAGE_MAX_BYTES`
  }
}

/** The place where pictures are kept cannot be read or written. */
export class ContentUnavailable extends Schema.TaggedError<ContentUnavailable>()("ContentUnavailable", {
  cause: Schema.Defect()
}) {
  override get message() {
    return `Pictures cannot be stored or read now: ${String(this.cause)}`
  }
}

export class ContentStore extends Context.Service<
  ContentStore,
  {
    /** Keeps the bytes, as they come and in constant memory. Nothing is kept when the stream fails. */
    readonly put: <E>(
      bytes: Stream.Stream<Uint8Array, E>
    ) => Effect.Effect<ContentHash, E | ContentTooLarge | ContentUnavailable>
    /** Where the bytes are on this machine. */
    readonly find: (hash: ContentHash) => Effect.Effect<Option.Option<string>, ContentUnavailable>
    /** Forgets the bytes. */
    readonly remove: (hash: ContentHash) => Effect.Effect<void, ContentUnavailable>
  }
>()("windmill/services/ContentStore") {}
