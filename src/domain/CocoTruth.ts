/** What people drew on pictures, in an annotation file as COCO writes it. */
import { Brand, Schema } from "effect"
import { imageBox } from "./BoundingBox.ts"
import * as Concept from "./Concept.ts"
import type { Detection } from "./Detection.ts"
import type { ServiceId } from "./Identifiers.ts"

/** The file, as far as it is read. */
export const AnnotationFile = Schema.Struct({
  images: Schema.Array(Schema.Struct({ id: Schema.Int, file_name: Schema.String })),
  annotations: Schema.Array(
    Schema.Struct({
      image_id: Schema.Int,
      category_id: Schema.Int,
      bbox: Schema.Tuple([Schema.Finite, Schema.Finite, Schema.Finite, Schema.Finite]),
      iscrowd: Schema.optionalKey(Schema.Union([Schema.Int, Schema.Boolean]))
    })
  ),
  categories: Schema.Array(Schema.Struct({ id: Schema.Int, name: Schema.String }))
})
export type AnnotationFile = typeof AnnotationFile.Type

/** The name under which the people stand beside the services. */
export const people = Brand.nominal<ServiceId>()("people")

/** What is on the picture of each file name. Crowds, which are drawn as one, are left out. */
export const byFile = ({
  annotations,
  categories,
  images
}: AnnotationFile): ReadonlyMap<string, ReadonlyArray<Detection>> => {
  const names = new Map(categories.map(({ id, name }) => [id, name]))
  const files = new Map(images.map(({ file_name, id }) => [id, file_name.split("/").at(-1)!]))
  const drawn = new Map<string, Array<Detection>>()
  for (const [index, { bbox, category_id, image_id, iscrowd }] of annotations.entries()) {
    const file = files.get(image_id)
    const label = names.get(category_id)
    const concept = label === undefined ? undefined : Concept.ofLabel(label)
    if (file === undefined || label === undefined || concept === undefined || iscrowd === 1 || iscrowd === true)
      continue
    const [x, y, width, height] = bbox
    const detection = { service: people, index, concept, label, box: imageBox({ x, y, width, height }), confidence: 1 }
    const known = drawn.get(file)
    if (known === undefined) drawn.set(file, [detection])
    else known.push(detection)
  }
  return drawn
}
