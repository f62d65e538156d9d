import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import type { ImageId, ServiceId } from "../../src/domain/Identifiers.ts"
import { HintJson, JobJson } from "../../src/domain/Messages.ts"
import { milliseconds } from "../support/Processor.ts"

const job = {
  version: 1 as const,
  imageId: 7 as ImageId,
  service: "blip" as ServiceId,
  image: { filename: "a.jpg", path: "/pictures/a.jpg" }
}

describe("Job", () => {
  it("is spelled in the original's words on the wire", () => {
    assert.deepEqual(JSON.parse(Schema.encodeSync(JobJson)(job)), {
      version: 1,
      image_id: 7,
      service: "blip",
      image: { filename: "a.jpg", path: "/pictures/a.jpg" }
    })
  })

  it.prop("survives the wire", [Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 }))], ([id]) => {
    const sent = { ...job, imageId: id as ImageId }
    assert.deepEqual(Schema.decodeSync(JobJson)(Schema.encodeSync(JobJson)(sent)), sent)
  })

  it("is refused without a look when it is longer than any", () => {
    const long = ["[".repeat(10_000_000), Schema.encodeSync(JobJson)(job).padEnd(100_000)]
    for (const body of long) {
      const spent = milliseconds(() => {
        const result = Schema.decodeUnknownResult(JobJson)(body)
        assert.include(Result.isFailure(result) ? result.failure.message : "", "at most 65536 characters")
      })
      assert.isBelow(spent, 500)
    }
  })

  it.each([
    "",
    "not json",
    "[]",
    "null",
    '{"version":2,"image_id":7,"service":"blip","image":{"filename":"a.jpg","path":"/a.jpg"}}',
    '{"version":1,"image_id":0,"service":"blip","image":{"filename":"a.jpg","path":"/a.jpg"}}',
    '{"version":1,"image_id":7,"service":"Blip!","image":{"filename":"a.jpg","path":"/a.jpg"}}',
    '{"version":1,"image_id":7,"service":"blip","image":{"filename":"a.jpg"}}',
    '{"version":1,"image_id":7,"service":"blip"}'
  ])("is not %s", (body) => {
    assert.isTrue(Result.isFailure(Schema.decodeUnknownResult(JobJson)(body)))
  })
})

describe("Hint", () => {
  it("is spelled in the original's words on the wire", () => {
    assert.strictEqual(Schema.encodeSync(HintJson)({ version: 1, imageId: 7 as ImageId }), '{"version":1,"image_id":7}')
  })
})
