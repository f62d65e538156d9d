/** A backup of the database is restored, and the broker has nothing. Takes `pg_dump` and `psql`. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import * as NodeChildProcess from "node:child_process"
import * as ServerVariables from "../support/ServerVariables.ts"
import * as Deployment from "./Deployment.ts"
import * as Scenes from "./Scenes.ts"

const isInstalled = NodeChildProcess.spawnSync("pg_dump", ["--version"]).status === 0

/** Copies a database into one that is empty, as a backup that is restored. */
const restore = (from: Deployment.Servers, to: Deployment.Servers) =>
  Effect.sync(() => {
    const [source, target] = [from, to].map(({ database }) => ServerVariables.databaseUrl(database).href)
    const copy = 'pg_dump "$1" | psql --quiet --set ON_ERROR_STOP=1 --single-transaction "$2"'
    const { status, stderr } = NodeChildProcess.spawnSync("bash", ["-o", "pipefail", "-c", copy, "-", source!, target!])
    assert.strictEqual(status, 0, stderr.toString())
  })

describe.skipIf(!isInstalled)("a backup that is restored beside an empty broker", () => {
  it.live(
    "has what was owed or stale in it done, and asks nothing that was answered (issue 12)",
    () =>
      Effect.gen(function* () {
        const scenario = Scenes.scenario({ takes: () => 30 })
        const servers = yield* Deployment.sharedServers
        const { postprocessor, sql, start, submit, worker } = yield* Deployment.make(scenario, servers)
        const running = [yield* start(worker), yield* start(postprocessor)]
        const ids = yield* submit(Scenes.pictures("kept", 40))
        const results = sql<{ result_id: number; name: string }>`
          SELECT result_id, service || ' ' || image_filename AS name FROM results JOIN images USING (image_id) ORDER BY 1`
        yield* Effect.repeat(results, {
          until: (rows) => rows.length >= 20,
          schedule: Schedule.spaced("10 millis")
        })
        yield* Effect.forEach(running, ({ kill }) => kill)
        const later = yield* Deployment.sharedServers
        yield* restore(servers, later)

        const restored = yield* Deployment.make(scenario, later)
        const kept = yield* restored.sql<{ result_id: number; name: string }>`
          SELECT result_id, service || ' ' || image_filename AS name FROM results JOIN images USING (image_id) ORDER BY 1`
        assert.isAtLeast(kept.length, 20)
        assert.isBelow(kept.length, ids.length * 3)
        yield* restored.start(restored.worker)
        yield* restored.start(restored.postprocessor)
        yield* restored.settled(ids)
        for (const { name } of kept) assert.isFalse(restored.world.asked.has(name), name)
        const asked = [...restored.world.asked.keys()].filter((name) => / kept \d+\.jpg$/.test(name))
        assert.lengthOf(asked, ids.length * 3 - kept.length)
        const still = yield* restored.sql<{ result_id: number }>`
          SELECT result_id FROM results WHERE result_id = ANY (ARRAY(SELECT jsonb_array_elements_text(${JSON.stringify(kept.map(({ result_id }) => result_id))}::text::jsonb)::bigint)) ORDER BY 1`
        assert.deepStrictEqual(
          still.map(({ result_id }) => result_id),
          kept.map(({ result_id }) => result_id)
        )
      }).pipe(Effect.scoped),
    120_000
  )
})
