/** Stored pictures by the hash of their bytes: what workers read, wherever they are. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { NotFoundProblem } from "./Problems.ts"

/** SHA-256 in lower-case hexadecimal. */
export const ContentHash = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/)).pipe(Schema.brand("ContentHash"))
export type ContentHash = typeof ContentHash.Type

const stored = HttpApiEndpoint.get("stored", "/images/content/:hash", {
  params: { hash: ContentHash },
  success: Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array({ contentType: "image/*" })),
  error: NotFoundProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Get a stored picture by its hash",
    description: "Open to whoever knows the hash, so that workers on other machines need no token."
  })
)

export class Uploads extends HttpApiGroup.make("uploads")
  .add(stored)
  .annotateMerge(OpenApi.annotations({ title: "Stored pictures" })) {}
