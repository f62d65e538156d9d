/** Kept pictures for workers. */
import { Effect, FileSystem, Option } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import type { ContentHash } from "../../../domain/Identifiers.ts"
import { ContentStore } from "../../../services/ContentStore.ts"
import { PictureLinks } from "../../../services/PictureLinks.ts"
import { Api } from "../definition/Api.ts"
import { NotFound } from "../definition/Problems.ts"
import { asProblems } from "../Failures.ts"
import { mediaTypeOf } from "../MediaTypes.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "uploads",
  Effect.fnUntraced(function* (handlers) {
    const contents = yield* ContentStore
    const fs = yield* FileSystem.FileSystem
    const links = yield* PictureLinks

    const nothing = (hash: ContentHash) => new NotFound({ detail: `There is no picture ${hash}` })

    const stored = Effect.fnUntraced(function* (hash: ContentHash) {
      const path = yield* asProblems(contents.find(hash))
      const bytes = Option.isSome(path) ? yield* Effect.option(fs.readFile(path.value)) : Option.none()
      if (Option.isNone(bytes)) return yield* nothing(hash)
      return HttpServerResponse.uint8Array(bytes.value, {
        contentType: mediaTypeOf(bytes.value),
        headers: { etag: `"${hash}"`, "cache-control": "private, max-age=31536000, immutable" }
      })
    })

    return handlers.handleAll({
      stored: ({ params: { hash } }) => stored(hash),
      // A wrong key and a missing picture are answered alike.
      shared: ({ params: { hash, key } }) =>
        Effect.flatMap(links.isKeyOf(hash, key), (isKey) => (isKey ? stored(hash) : Effect.fail(nothing(hash))))
    })
  })
)
