import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Unprocessable } from "../../../src/programs/api/definition/Problems.ts"
import * as ApiServers from "../../support/ApiServers.ts"

const result = (x: number, score: number) => ({ image_id: 1, category_id: 1, bbox: [x, 0, 100, 100] as const, score })

const detectors = [
  { name: "yolo", results: [result(0, 0.8)] },
  { name: "detr", results: [result(10, 0.8)] }
]

layer(ApiServers.layer(), { excludeTestServices: true })("fusion", (it) => {
  it.effect("fuses the results of detectors", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const [fused, ...others] = yield* api.fusion.fuse({ payload: { detectors } })
      assert.isEmpty(others)
      assert.deepStrictEqual([fused!.bbox, fused!.status, fused!.members.length], [[5, 0, 100, 100], "confirmed", 2])
    })
  )

  it.effect("takes another strategy, and says what is wrong with one", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const [fused] = yield* api.fusion.fuse({ payload: { detectors, harmonization: "nms" } })
      assert.deepStrictEqual(fused!.bbox, [0, 0, 100, 100])
      const problem = yield* Effect.flip(
        api.fusion.fuse({ payload: { detectors, harmonization: { name: "nms", options: { iou: 2 } } } })
      )
      assert.instanceOf(problem, Unprocessable)
      assert.deepStrictEqual(
        (problem as Unprocessable).problems?.map(({ path }) => path),
        ["harmonization.options.iou"]
      )
    })
  )

  it.effect("refuses two detectors of one name, and what is no request", () =>
    Effect.gen(function* () {
      const api = yield* ApiServers.client
      const twice = [detectors[0]!, detectors[0]!]
      assert.instanceOf(yield* Effect.flip(api.fusion.fuse({ payload: { detectors: twice } })), Unprocessable)
      const response = yield* ApiServers.request("/fuse", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ detectors: [{ name: "a", results: [{ image_id: 1 }] }] })
      })
      assert.strictEqual(response.status, 400)
    })
  )
})
