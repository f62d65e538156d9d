import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import * as Delays from "../../src/domain/Delays.ts"

describe("Delays", () => {
  const delays = [1, 30, 30, 3600].reduce(
    (delays, seconds) => Delays.add(delays, 500, Duration.seconds(seconds)),
    Delays.none
  )

  it("counts what waits, each until its delay is over", () => {
    const at = (seconds: number) => Delays.count(delays, seconds * 1000)
    assert.deepStrictEqual([0, 1, 2, 30, 31, 3600, 3601].map(at), [4, 4, 3, 3, 1, 1, 0])
  })

  it("knows when the last delay is over", () => {
    assert.strictEqual(Delays.end(delays, 0), 3_601_000)
    assert.isUndefined(Delays.end(delays, 3_601_000))
    assert.isUndefined(Delays.end(Delays.none, 0))
  })

  it("forgets what is over", () => {
    assert.strictEqual(Delays.add(delays, 100_000, Duration.seconds(1)).size, 2)
  })
})
