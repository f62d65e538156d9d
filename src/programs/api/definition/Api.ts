/**
 * The HTTP API of windmill as a value: what is served, what clients are generated from, what the documentation shows.
 *
 * Nothing here runs on a server only, so a page can import it. Every answer that is not a stream or a picture is JSON;
 * times are ISO 8601 in UTC.
 */
import { HttpApi, OpenApi } from "effect/http-api"
import { Corrections } from "./Corrections.ts"
import { Access, Faults } from "./Guards.ts"
import * as Description from "./Description.ts"
import { Fusion } from "./Fusion.ts"
import { Images } from "./Images.ts"
import { Operations } from "./Operations.ts"
import { Pipeline } from "./Pipeline.ts"
import { Session } from "./Session.ts"
import { Events, Exports } from "./Streams.ts"
import { Uploads } from "./Uploads.ts"

/** A name that nothing has is a slip of the pen: ignored, it would do something else than was meant. */
const strict = { onExcessProperty: "error" } as const

export class Api extends HttpApi.make("windmill")
  .add(Images, Corrections, Pipeline, Operations, Events, Exports, Fusion)
  .middleware(Access)
  .add(Session, Uploads)
  .middleware(Faults)
  .annotate(HttpApi.QueryParseOptions, { ...strict, errors: "all" })
  // A body of a mebibyte can hold hundreds of thousands of errors, whose description takes seconds.
  .annotate(HttpApi.PayloadParseOptions, { ...strict, errors: "first" })
  .annotateMerge(
    OpenApi.annotations({
      title: "Windmill",
      version: "1",
      description:
        "Sends every image through many ML services and keeps improving one picture of it. Errors are problem details " +
        "(RFC 9457) with a `code`. Answers carry ETags.",
      transform: Description.complete
    })
  ) {}
