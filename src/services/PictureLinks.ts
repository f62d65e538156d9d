/** Addresses of kept pictures that need no token: whoever was given one may read that picture, and no other. */
import { Context, type Effect } from "effect"
import type { ContentHash } from "../domain/Identifiers.ts"

export class PictureLinks extends Context.Service<
  PictureLinks,
  {
    /** The key to a picture: the same for all programs, as long as the database is. */
    readonly keyOf: (hash: ContentHash) => Effect.Effect<string>
    /** Whether this is the key to the picture, compared in constant time. */
    readonly isKeyOf: (hash: ContentHash, key: string) => Effect.Effect<boolean>
  }
>()("windmill/services/PictureLinks") {}
