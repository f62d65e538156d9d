import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as NodeFs from "node:fs/promises"
import * as NodePath from "node:path"
import * as PgDatabase from "../../../src/layers/postgres/PgDatabase.ts"
import * as Databases from "../../support/Databases.ts"
import * as Folders from "../../support/Folders.ts"
import * as Programs from "../../support/Programs.ts"
import * as ServerVariables from "../../support/ServerVariables.ts"

const row = (image_filename: string, service: string, image_group = "old") =>
  JSON.stringify({
    image_filename,
    image_path: `/nas/${image_filename}`,
    image_group,
    service,
    status: "success",
    data: { predictions: [{ dimensions: { width: 640, height: 480 } }] }
  })

layer(Databases.address, { excludeTestServices: true })("windmill import and windmill export", (it) => {
  it.effect(
    "take over answers of the earlier system, and write them to files, without a broker",
    () =>
      Effect.gen(function* () {
        const database = yield* PgDatabase.Address
        const home = yield* Folders.temporary
        const { run, succeed } = Programs.inFolder(home, { DATABASE_URL: ServerVariables.databaseUrl(database).href })
        const write = (name: string, ...lines: ReadonlyArray<string>) =>
          Effect.promise(() => NodeFs.writeFile(NodePath.join(home, name), lines.join("\n")))
        const read = (name: string) => Effect.promise(() => NodeFs.readFile(NodePath.join(home, name), "utf8"))
        yield* write("rows", row("a.jpg", "metadata"), "", row("b.jpg", "metadata", "new"), row("b.jpg", "yolo99"))
        assert.strictEqual(
          yield* succeed("main", "import", "rows"),
          "2 answers recorded, 0 known before, 1 rows without use\n"
        )
        yield* write("bad", row("a.jpg", "metadata"), "{}")
        const refused = yield* run("main", "import", "bad")
        assert.strictEqual(refused.code, 1)
        assert.match(refused.stderr, /^Line 2 is no row of results: /)

        assert.strictEqual(yield* succeed("main", "export", "--format", "coco", "--group", "old"), "windmill.json\n")
        const coco = JSON.parse(yield* read("windmill.json"))
        assert.deepStrictEqual(coco.images, [
          { id: 1, file_name: "a_1.jpg", width: 640, height: 480, path: "/nas/a.jpg" }
        ])
        const lines = (yield* succeed("main", "export", "-f", "jsonl", "-o", "-")).trimEnd().split("\n")
        assert.deepStrictEqual(
          lines.map((line) => JSON.parse(line).filename),
          ["b.jpg", "a.jpg"]
        )
        const found = yield* succeed("main", "export", "-f", "jsonl", "-o", "-", "--search", "jpg -old")
        assert.deepStrictEqual(
          found
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line).filename),
          ["b.jpg"]
        )
        const misread = yield* run("main", "export", "-f", "jsonl", "--search", "b OR")
        assert.strictEqual(misread.code, 1)
        assert.match(misread.stderr, /^Invalid value for flag --search: "b OR"\. A word is missing after OR/)
        const nowhere = yield* run("main", "export", "-f", "csv", "-o", "nowhere/boxes.csv")
        assert.strictEqual(nowhere.code, 1)
        assert.deepStrictEqual((yield* Effect.promise(() => NodeFs.readdir(home))).toSorted(), [
          "bad",
          "rows",
          "windmill.json"
        ])
      }).pipe(Effect.scoped),
    120_000
  )
})
