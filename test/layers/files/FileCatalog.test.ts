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
})
