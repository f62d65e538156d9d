import { assert, describe, it } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { Effect, FileSystem, Result } from "effect"
import * as FileCatalog from "../../../src/layers/files/FileCatalog.ts"

const readText = (text: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/service_config.json`
      yield* fs.writeFileString(path, text)
      return yield* Effect.result(FileCatalog.read(path))
    })
  ).pipe(Effect.provide(NodeServices.layer))

const message = (result: Result.Result<unknown, Error>) => (Result.isFailure(result) ? result.failure.message : "")

describe("read", () => {
  it.live("reads the specification's example", () =>
    Effect.gen(function* () {
      const text =
        '{"services": {"colors": {"port": 7770, "endpoint": "/analyze"}, "yolov8": {"port": 7773, "endpoint": "/analyze"}}}'
      const catalog = Result.getOrThrow(yield* readText(text))
      assert.deepEqual(
        catalog.map(({ id, port }) => [id as string, port]),
        [
          ["colors", 7770],
          ["yolov8", 7773]
        ]
      )
    })
  )

  it.live("says all that is wrong, where, and what to do", () =>
    Effect.gen(function* () {
      const found = message(yield* readText('{"services": {"colors": {"port": "7770"}, "foo": {"port": 1}}}'))
      assert.match(found, /service_config\.json cannot be used:/)
      assert.match(found, /services\.colors\.port: Expected number/)
      assert.match(found, /--config or SERVICE_CONFIG/)
    })
  )

  it.live("says that a file is not JSON, or not there", () =>
    Effect.gen(function* () {
      assert.match(message(yield* readText("{services}")), /it is not JSON/)
      const missing = yield* Effect.result(FileCatalog.read("/no/such/file.json")).pipe(
        Effect.provide(NodeServices.layer)
      )
      assert.match(message(missing), /cannot be read \(NotFound\)/)
    })
  )

  it.live("reads the names of classes from a file beside it", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const folder = yield* fs.makeTempDirectoryScoped()
        const input = { name: "images", width: 8, height: 8 }
        const options = { model: "m", input, head: { type: "classifier", output: "o" }, classesFile: "names.txt" }
        const own = { api: "kserve", port: 8000, kind: "classification", options }
        yield* fs.writeFileString(`${folder}/service_config.json`, JSON.stringify({ services: { own } }))
        const missing = yield* Effect.flip(FileCatalog.read(`${folder}/service_config.json`))
        assert.match(missing.message, /services\.own\.options\.classesFile: names\.txt cannot be read \(NotFound\)/)
        yield* fs.writeFileString(`${folder}/names.txt`, "dog\r\n cat \n\n")
        const [service] = yield* FileCatalog.read(`${folder}/service_config.json`)
        assert.deepInclude(service?.api.options as object, { classes: ["dog", "cat"] })
      })
    ).pipe(Effect.provide(NodeServices.layer))
  )
})
