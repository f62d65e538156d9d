/** Operations by commands, each a process of its own, while no other program runs. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as NodeFs from "node:fs/promises"
import * as NodePath from "node:path"
import { MessageBroker } from "../../../src/services/MessageBroker.ts"
import { ResultStore } from "../../../src/services/ResultStore.ts"
import * as Archives from "../../support/Archives.ts"
import * as Databases from "../../support/Databases.ts"
import { said } from "../../support/Facts.ts"
import * as Folders from "../../support/Folders.ts"
import * as Programs from "../../support/Programs.ts"
import * as RabbitQueues from "../../support/RabbitQueues.ts"
import * as ServerVariables from "../../support/ServerVariables.ts"

const programs = Effect.gen(function* () {
  const home = yield* Folders.temporary
  return { home, ...Programs.inFolder(home, yield* ServerVariables.make()) }
})

const surroundings = Layer.merge(Databases.store, RabbitQueues.broker.pipe(Layer.provideMerge(RabbitQueues.address)))

layer(surroundings, { excludeTestServices: true })("windmill rerun, cancel, delete and operations", (it) => {
  it.effect(
    "say how much it is, ask, do it, and list and stop what runs",
    () =>
      Effect.gen(function* () {
        const { home, run, succeed } = yield* programs
        const broker = yield* MessageBroker
        const store = yield* ResultStore
        yield* broker.declare(["queue_clip", "queue_spatial_enrichment", "queue_bbox_merge", "queue_consensus"])
        const options = { group: "zoo", unanswered: ["ocr"] }
        const ids = yield* Effect.forEach(["a", "b", "c"], (name) =>
          Archives.answered(`${name}.jpg`, { clip: said() }, options)
        )

        const rerun = ["rerun", "--services", "clip", "--group", "zoo"]
        assert.strictEqual(
          yield* succeed("main", ...rerun, "--dry-run"),
          "Would ask clip again, group zoo: 3 answers\n"
        )
        assert.deepStrictEqual(yield* run("main", ...rerun), {
          code: 1,
          stdout: "",
          stderr: "To ask clip again, group zoo: 3 answers, give --yes.\n"
        })
        assert.strictEqual(
          yield* succeed("main", ...rerun, "--yes", "--detach"),
          "Operation 1: ask clip again, group zoo\n"
        )
        assert.match(
          yield* succeed("main", "operations", "list"),
          /^id +state +what .*\n 1 +running +ask clip again, group zoo +0 +3 /
        )

        assert.strictEqual(yield* succeed("main", "pause", "ocr", "--reason", "too hot"), "ocr is paused\n")
        assert.strictEqual(yield* succeed("main", "resume", "ocr", "clip"), "ocr goes on\nclip was not paused\n")

        // The next command works on both.
        const cancelled = yield* succeed("main", "cancel", "--services", "ocr", "--yes")
        assert.match(cancelled, /^Operation 2: withdraw what ocr owes\nDone: 3 answers in .*\n$/)
        const owed = Effect.map(store.owed({ scope: { _tag: "Images", ids }, limit: 9 }), (images) =>
          images.map(({ owed }) => owed.join())
        )
        assert.deepStrictEqual(yield* owed, ["clip", "clip", "clip"])
        assert.strictEqual(yield* broker.depth("queue_clip"), 3)
        assert.strictEqual(yield* succeed("main", "operations", "stop", "1"), "Stopped: 0 of 3 answers are done\n")
        assert.deepStrictEqual(yield* owed, [])
        assert.deepInclude(yield* run("main", "operations", "stop", "9"), {
          code: 1,
          stderr: "There is no operation 9\n"
        })

        assert.match((yield* run("main", "delete", "--yes")).stderr, /^Say which images are to be deleted/)
        yield* Effect.promise(() => NodeFs.writeFile(NodePath.join(home, "ids"), `${ids[0]}\n${ids[2]}\n`))
        assert.match(
          yield* succeed("main", "delete", "--image-ids-file", "ids", "--before", "2100-01-01", "--yes"),
          /^Operation 3: delete images, 2 named images, before 2100-01-01\nDone: 2 images in .*\n$/
        )
        assert.deepStrictEqual(
          (yield* store.records(ids)).map(({ imageId }) => imageId),
          [ids[1]]
        )
        assert.strictEqual(yield* succeed("main", "delete", "--group", "none", "--yes"), "There is nothing to do.\n")
      }).pipe(Effect.scoped),
    90_000
  )
})
