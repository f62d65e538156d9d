/** Pictures kept by the hash of their bytes. */
import { Context, type Duration, type Effect, type Option, Schema, type Scope, type Stream } from "effect"
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

/** Bytes that are kept, and where they are on this machine. */
export interface KeptContent {
  readonly hash: ContentHash
  readonly path: string
}

export class ContentStore extends Context.Service<
  ContentStore,
  {
    /** Writes the bytes, as they come and in constant memory, to a file that is deleted with the scope; gives its path. */
    readonly receive: <E>(
      bytes: Stream.Stream<Uint8Array, E>
    ) => Effect.Effect<string, E | ContentTooLarge | ContentUnavailable, Scope.Scope>
    /** Keeps the bytes, and is done when they outlast a loss of power. The same bytes are kept once. */
    readonly put: (bytes: Uint8Array) => Effect.Effect<KeptContent, ContentUnavailable>
    /** Where the bytes are on this machine. */
    readonly find: (hash: ContentHash) => Effect.Effect<Option.Option<string>, ContentUnavailable>
    /** Forgets the bytes, unless they turn out to be used after all, which is asked when they can no longer be found. */
    readonly remove: <E>(
      hash: ContentHash,
      isUsed: Effect.Effect<boolean, E>
    ) => Effect.Effect<void, E | ContentUnavailable>
    /** What is kept, as far as it was put longer ago than that. */
    readonly putBefore: (age: Duration.Duration) => Stream.Stream<ContentHash, ContentUnavailable>
  }
>()("windmill/services/ContentStore") {}
