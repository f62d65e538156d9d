import { assert, describe, it } from "@effect/vitest"
import { Brand, Schema } from "effect"
import { ImageId, type ServiceId } from "../../src/domain/Identifiers.ts"
import * as Publication from "../../src/domain/Publication.ts"

const names = ["blip", "clip", "face"].map(Brand.nominal<ServiceId>())
const services = Schema.Array(Schema.Literals(["blip", "clip", "face"]))
const owing = Schema.Array(Schema.Struct({ imageId: ImageId, owed: services })) as unknown as Schema.Schema<
  ReadonlyArray<Publication.Owing>
>
const idle = services as unknown as Schema.Schema<ReadonlyArray<ServiceId>>

describe("due", () => {
  it.prop("is all that is owed when nothing was published", [owing], ([images]) => {
    assert.deepStrictEqual(Publication.due(images, { idle: new Set(), isPublished: () => false }), images)
  })

  it.prop("is of what was published just what an idle service owes", [owing, idle], ([images, idle]) => {
    const due = Publication.due(images, { idle: new Set(idle), isPublished: () => true })
    assert.deepStrictEqual(
      due,
      Publication.only(images, (service) => idle.includes(service))
    )
  })

  it.prop("never is what is not owed, and counts each job once", [owing, idle], ([images, idle]) => {
    const isPublished = (imageId: ImageId) => imageId % 2 === 0
    const due = Publication.due(images, { idle: new Set(idle), isPublished })
    images.forEach(({ owed }, i) => assert.includeMembers([...owed], [...due[i]!.owed]))
    const later = Publication.due(images, { idle: new Set(names), isPublished })
    assert.strictEqual(Publication.count(later), Publication.count(images))
    assert.isAtMost(Publication.count(due), Publication.count(images))
  })
})
