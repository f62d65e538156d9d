/** Kept pictures for workers. */
import { Effect, FileSystem, Option } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { ContentStore } from "../../../services/ContentStore.ts"
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
    return handlers.handleAll({
      stored: ({ params: { hash } }) =>
        Effect.gen(function* () {
          const path = yield* asProblems(contents.find(hash))
          const bytes = Option.isSome(path) ? yield* Effect.option(fs.readFile(path.value)) : Option.none()
          if (Option.isNone(bytes)) return yield* new NotFound({ detail: `There is no picture ${hash}` })
          return HttpServerResponse.uint8Array(bytes.value, {
            contentType: mediaTypeOf(bytes.value),
            headers: { etag: `"${hash}"`, "cache-control": "public, max-age=31536000, immutable" }
          })
        })
    })
  })
)
