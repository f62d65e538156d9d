/** One prediction, who made it, and about which part of the image. */
import type { MergedBox } from "../MergedBox.ts"
import type { Observation } from "../Observation.ts"
import type { Prediction } from "../Reply.ts"
import type { Service } from "../ServiceCatalog.ts"
import type { ImageBox } from "../BoundingBox.ts"

export interface Statement {
  readonly service: Service
  readonly prediction: Prediction
  /** The crop the service looked at; `undefined` when it saw the whole image. */
  readonly crop: { readonly of: MergedBox; readonly region: ImageBox } | undefined
}

/** All that was said about the whole image and about crops of these boxes. Crops of boxes that are gone do not count. */
export const statementsOf = (observation: Observation, boxes: ReadonlyArray<MergedBox>): ReadonlyArray<Statement> => {
  const byId = new Map(boxes.map((box) => [box.id, box]))
  return [
    ...observation.image.flatMap(({ reply, service }) =>
      reply.predictions.map((prediction) => ({ service, prediction, crop: undefined }))
    ),
    ...observation.crops.flatMap(({ boxId, region, reply, service }) => {
      const box = byId.get(boxId)
      if (box === undefined) return []
      return reply.predictions.map((prediction) => ({ service, prediction, crop: { of: box, region } }))
    })
  ]
}
