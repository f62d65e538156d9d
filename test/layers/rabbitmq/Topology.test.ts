import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { hintQueue } from "../../../src/domain/Messages.ts"
import * as ServiceCatalog from "../../../src/domain/ServiceCatalog.ts"
import { declarations, namesOf, sharedDeclarations, sharedNames } from "../../../src/layers/rabbitmq/Topology.ts"

describe("Topology", () => {
  it("puts the prefix before every name", () => {
    const { bulk, express } = namesOf("eu.", "queue_blip")
    assert.deepStrictEqual([bulk, express], ["eu.queue_blip", "eu.queue_blip.express"])
    assert.deepStrictEqual(sharedNames("eu."), {
      dead: "eu.windmill.dead",
      look: "eu.windmill.dead.look",
      home: "eu.windmill.home",
      retries: [
        "eu.windmill.retry.1s",
        "eu.windmill.retry.5s",
        "eu.windmill.retry.30s",
        "eu.windmill.retry.2m",
        "eu.windmill.retry.10m",
        "eu.windmill.retry.1h"
      ]
    })
  })

  it("has two queues for each step, and at most eight for the whole installation", () => {
    const shared = sharedNames("")
    const queues = [...ServiceCatalog.standard.map(({ queue }) => queue), ...Object.values(hintQueue)]
    const names = [
      ...queues.flatMap((queue) => declarations(namesOf("", queue), shared)),
      ...sharedDeclarations(shared)
    ].map(({ name }) => name)
    assert.strictEqual(new Set([...names, shared.look]).size, 2 * queues.length + 8)
  })

  it("rounds delays up to the next one there is, at most an hour, and notes where the message belongs", () => {
    const { after } = namesOf("", "q")
    const cases: ReadonlyArray<readonly [Duration.Input, string]> = [
      ["0 millis", ""],
      ["1 millis", "windmill.retry.1s"],
      ["1 second", "windmill.retry.1s"],
      ["1001 millis", "windmill.retry.5s"],
      ["31 seconds", "windmill.retry.2m"],
      ["1 hour", "windmill.retry.1h"],
      ["2 days", "windmill.retry.1h"],
      [Duration.infinity, "windmill.retry.1h"]
    ]
    for (const [delay, exchange] of cases) {
      const destination = after("express", Duration.fromInputUnsafe(delay))
      assert.deepStrictEqual(destination, { exchange, routingKey: "q.express" })
    }
  })
})
