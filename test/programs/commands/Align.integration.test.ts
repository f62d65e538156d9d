import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import type { Finding } from "../../../src/domain/Finding.ts"
import * as PgDatabase from "../../../src/layers/postgres/PgDatabase.ts"
import * as Databases from "../../support/Databases.ts"
import * as Folders from "../../support/Folders.ts"
import * as Programs from "../../support/Programs.ts"
import * as ServerVariables from "../../support/ServerVariables.ts"

/** Boxes of forty pictures. yolov8 draws a tenth inside on the left and the top. */
const drawn = { detectron2: [100, 100, 200, 300], rtdetr: [100, 100, 200, 300], yolov8: [120, 130, 180, 270] }

const rows = Array.from({ length: 40 }, (_, i) =>
  Object.entries(drawn).map(([service, [x, y, width, height]]) =>
    JSON.stringify({
      image_filename: `${i}.jpg`,
      image_path: `/nas/${i}.jpg`,
      service,
      status: "success",
      data: { predictions: [{ label: "person", confidence: 0.9, bbox: { x: x! + i, y, width, height } }] }
    })
  )
).flat()

const labels = {
  images: rows.map((_, i) => ({ id: i, file_name: `${i}.jpg` })),
  annotations: rows.map((_, i) => ({ image_id: i, category_id: 1, bbox: [100 + i, 100, 200, 300] })),
  categories: [{ id: 1, name: "person" }]
}

layer(Databases.address, { excludeTestServices: true })("windmill align", (it) => {
  it.effect(
    "proposes from the database how boxes are to be moved, and windmill check says so until it is accepted",
    () =>
      Effect.gen(function* () {
        const database = yield* PgDatabase.Address
        const home = yield* Folders.temporary
        const { run, succeed } = Programs.inFolder(home, { DATABASE_URL: ServerVariables.databaseUrl(database).href })
        const write = (name: string, content: object | string) =>
          NodeFs.writeFileSync(
            NodePath.join(home, name),
            typeof content === "string" ? content : JSON.stringify(content)
          )
        const check = Effect.map(run("main", "check", "--json"), ({ stdout }) =>
          stdout
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Finding)
            .filter(({ step }) => step === "boxes")
        )
        const services = { detectron2: {}, rtdetr: {}, yolov8: {} }
        write("service_config.json", { services })
        write("rows", rows.join("\n"))
        write("labels.json", labels)
        yield* succeed("main", "import", "rows")

        const found = yield* check
        assert.deepStrictEqual(
          found.map(({ subject, verdict }) => [subject, verdict]),
          [["yolov8", "odd"]]
        )
        const refused = yield* run("main", "align")
        assert.strictEqual(refused.code, 1)
        assert.match(refused.stderr, /Give --reference, the detector that is right, or --gt/)
        assert.match((yield* run("main", "align", "--reference", "ocr")).stderr, /expected one of detectron2, rtdetr/)

        const proposed = yield* succeed("main", "align", "--reference", "rtdetr")
        const accepted = /"yolov8": (\{"align": \{.*\}\})/.exec(proposed)?.[1]
        const offsets = JSON.parse(accepted ?? "{}") as { readonly align: Readonly<Record<string, number>> }
        assert.deepStrictEqual(Object.keys(offsets.align), ["left", "top"])
        assert.approximately(offsets.align.left!, (20 / 180) * (40 / 60), 0.002)
        assert.match(proposed, /^detectron2 +40 +- +- +- +- +1\.000 +1\.000$/m)
        const byLabels = JSON.parse(yield* succeed("main", "align", "--gt", "labels.json", "--json")) as ReadonlyArray<{
          readonly service: string
          readonly offsets: object
        }>
        assert.deepStrictEqual(
          byLabels.map(({ offsets, service }) => [service, offsets]),
          [
            ["detectron2", {}],
            ["rtdetr", {}],
            ["yolov8", offsets.align]
          ]
        )

        write("service_config.json", { services: { ...services, yolov8: { align: { left: 0.111, top: 0.111 } } } })
        assert.deepStrictEqual(yield* check, [])
      }).pipe(Effect.scoped),
    120_000
  )
})
