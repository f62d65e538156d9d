/** Stored pictures by the hash of their bytes: what workers read, wherever they are. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { ContentHash } from "../../../domain/Identifiers.ts"
import { Access } from "./Guards.ts"
import { NotFoundProblem } from "./Problems.ts"

const success = Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array({ contentType: "image/*" }))

const stored = HttpApiEndpoint.get("stored", "/images/content/:hash", {
  params: { hash: ContentHash },
  success,
  error: NotFoundProblem
})
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ summary: "Get a stored picture by its hash" }))

const shared = HttpApiEndpoint.get("shared", "/images/content/:key/:hash", {
  params: { key: ContentHash, hash: ContentHash },
  success,
  error: NotFoundProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Get a stored picture by an address that was handed on",
    description: "Open to whoever was given the address, so that workers and services on other machines need no token."
  })
)

export class Uploads extends HttpApiGroup.make("uploads")
  .add(stored, shared)
  .annotateMerge(OpenApi.annotations({ title: "Stored pictures" })) {}
