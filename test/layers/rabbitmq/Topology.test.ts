import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { namesOf } from "../../../src/layers/rabbitmq/Topology.ts"

describe("Topology", () => {
  it("puts the prefix before every name", () => {
    assert.deepStrictEqual(namesOf("eu.", "queue_blip").retries, [
      "eu.queue_blip.retry.1s",
      "eu.queue_blip.retry.5s",
      "eu.queue_blip.retry.30s",
      "eu.queue_blip.retry.2m",
      "eu.queue_blip.retry.10m",
      "eu.queue_blip.retry.1h"
    ])
    assert.strictEqual(namesOf("eu.", "queue_blip").work, "eu.queue_blip")
    assert.strictEqual(namesOf("eu.", "queue_blip").dead, "eu.queue_blip.dead")
  })

  it("rounds delays up to the next one there is, at most an hour", () => {
    const { after } = namesOf("", "q")
    const cases: ReadonlyArray<readonly [Duration.Input, string]> = [
      ["0 millis", "q"],
      ["1 millis", "q.retry.1s"],
      ["1 second", "q.retry.1s"],
      ["1001 millis", "q.retry.5s"],
      ["31 seconds", "q.retry.2m"],
      ["1 hour", "q.retry.1h"],
      ["2 days", "q.retry.1h"],
      [Duration.infinity, "q.retry.1h"]
    ]
    for (const [delay, name] of cases) assert.strictEqual(after(Duration.fromInputUnsafe(delay)), name)
  })
})
