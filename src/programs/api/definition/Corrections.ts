/** Corrections: what people say about the boxes of an image. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Appraisal } from "../../../domain/corrections/Appraisal.ts"
import { Change, Correction, CorrectionId, Person } from "../../../domain/corrections/Correction.ts"
import { ImageId } from "../../../domain/Identifiers.ts"
import { ForbiddenProblem, NotFoundProblem, UnprocessableProblem } from "./Problems.ts"

const image = { id: ImageId.annotate({ description: "The image" }) }
const by = Person.annotate({ description: "The name of the person who says so" })
const CorrectionView = Correction.annotate({ identifier: "Correction" })

const list = HttpApiEndpoint.get("list", "/images/:id/corrections", {
  params: image,
  success: Schema.Array(CorrectionView),
  error: NotFoundProblem
}).annotateMerge(
  OpenApi.annotations({
    summary: "See what people said about the boxes of an image",
    description: "In the order in which it was said, also what was withdrawn."
  })
)

const record = HttpApiEndpoint.post("record", "/images/:id/corrections", {
  params: image,
  payload: Schema.Struct({ by, change: Change.annotate({ identifier: "Change" }) }),
  success: CorrectionView.pipe(HttpApiSchema.status(201)),
  error: [ForbiddenProblem, NotFoundProblem, UnprocessableProblem]
}).annotateMerge(
  OpenApi.annotations({
    summary: "Correct a box of an image",
    description:
      "`confirm` and `reject` what is at `box` and called `label`, `relabel` it to `newLabel`, `move` it to `newBox`, or `add` a " +
      "box that is missing. Coordinates are pixels of the stored image. A correction is about the box with that concept that " +
      "overlaps most, with an IoU of at least 0.5, now and after every recomputation. Needs CORRECTIONS=on."
  })
)

const withdraw = HttpApiEndpoint.delete("withdraw", "/images/:id/corrections/:correction", {
  params: { ...image, correction: CorrectionId.annotate({ description: "The correction" }) },
  query: { by },
  success: CorrectionView,
  error: [ForbiddenProblem, NotFoundProblem]
}).annotateMerge(
  OpenApi.annotations({
    summary: "Undo a correction",
    description: "It counts no more and stays on record as withdrawn. Needs CORRECTIONS=on."
  })
)

const appraisal = HttpApiEndpoint.get("appraisal", "/corrections/appraisal", {
  success: Schema.Struct({
    /** Images with corrections that count. */
    images: Schema.Int,
    services: Schema.Array(Appraisal.annotate({ identifier: "Appraisal" }))
  })
}).annotateMerge(
  OpenApi.annotations({
    summary: "See what the corrections tell about each detector",
    description:
      "Precision and recall on what people ruled on, the numbers they rest on, and from 20 judged detections on a trust that " +
      "could be configured. Nothing is changed."
  })
)

export class Corrections extends HttpApiGroup.make("corrections")
  .add(list, record, withdraw, appraisal)
  .annotateMerge(OpenApi.annotations({ title: "Corrections", description: "Say what is right." })) {}
