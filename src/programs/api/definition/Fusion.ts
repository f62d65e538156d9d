/** Fusion alone: what `windmill fuse` does, over HTTP. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { CocoResult, FusedResult } from "../../../domain/Fuse.ts"
import { Offsets } from "../../../domain/harmonization/Alignment.ts"
import { UnprocessableProblem } from "./Problems.ts"

/** One detector and what it claims. It has looked at every image of the request. */
const Detector = Schema.Struct({
  name: Schema.NonEmptyString.check(Schema.isMaxLength(100)),
  results: Schema.Array(CocoResult.annotate({ identifier: "CocoResult" })),
  /** Weight of its word; 1 when left out. */
  trust: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  align: Schema.optionalKey(Offsets),
  /** The categories it can claim; all when left out. */
  categories: Schema.optionalKey(Schema.Array(Schema.Int))
})

const FusionRequest = Schema.Struct({
  detectors: Schema.Array(Detector).check(Schema.isMinLength(1), Schema.isMaxLength(64)),
  /** A name, or `{"name": …, "options": {…}}`; that of the pipeline when left out. */
  harmonization: Schema.optionalKey(
    Schema.Union([Schema.String, Schema.Struct({ name: Schema.String, options: Schema.optionalKey(Schema.Json) })])
  )
})

const fuse = HttpApiEndpoint.post("fuse", "/fuse", {
  payload: FusionRequest,
  success: Schema.Array(FusedResult.annotate({ identifier: "FusedResult" })),
  error: UnprocessableProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "Fuse the results of several detectors",
    description:
      "COCO results in and out, nothing is stored. Each fused result says which results it is made of (`members`), who " +
      "dissents, and whether it is confirmed. For more than 1 MiB use `windmill fuse`."
  })
)

export class Fusion extends HttpApiGroup.make("fusion")
  .add(fuse)
  .annotateMerge(OpenApi.annotations({ title: "Fusion" })) {}
