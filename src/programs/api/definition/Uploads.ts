/** Stored pictures by the hash of their bytes: what workers read, wherever they are. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { ContentHash } from "../../../domain/Identifiers.ts"
import { NotFoundProblem } from "./Problems.ts"

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
