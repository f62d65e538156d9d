import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import * as Runtime from "#farm/models/threads/Runtime"
import * as Threads from "#farm/models/threads/Threads"
import type { Measured } from "#farm/measured/Measures"

const folder = mkdtempSync(join(tmpdir(), "windmill-threads-"))

/** A thread that answers but about faces: for these it takes memory without end. */
const hoarder = join(folder, "hoarder.mjs")
writeFileSync(
  hoarder,
  `import { parentPort } from "node:worker_threads"
   parentPort.on("message", ({ id, service }) => {
     const hoard = []
     while (service === "face") hoard.push(new Array(10_000).fill(id))
     parentPort.postMessage({ id, predictions: [{ service }] })
   })`
)

const picture: Measured = {
  data: new Uint8Array(3),
  width: 1,
  height: 1,
  full: { width: 1, height: 1, byteLength: 3, format: "jpeg", exif: {} }
}

describe("a thread", () => {
  it.live(
    "that has no memory left says so, and is started anew for the other services",
    Effect.fnUntraced(function* () {
      const heap = 32 * 1024 * 1024
      const threads = yield* Threads.make({ models: folder, count: 1, heap, program: pathToFileURL(hoarder) })
      const hoarding = yield* Effect.forkChild(Effect.flip(threads.analyze("face", picture)))
      const { message } = yield* Fiber.join(hoarding)
      assert.match(
        message,
        /^The thread that runs models died: there is not enough memory, so ask fewer services .+ anew for the next picture\.$/
      )
      assert.deepStrictEqual(yield* threads.analyze("pose", picture), [{ service: "pose" }])
    }, Effect.scoped),
    30_000
  )
})

describe("failureOf", () => {
  it("tells in words that the runtime found no memory, and leaves other problems as they are", () => {
    const runtime =
      "Non-zero status code returned while running Conv node. Status Message: bfc_arena.cc Failed to allocate memory for requested buffer of size 1638400"
    assert.match(
      Runtime.failureOf("ocr", new Error(runtime)),
      /^There is not enough memory for ocr now: ask fewer services/
    )
    assert.match(
      Runtime.failureOf("ocr", new RangeError("Array buffer allocation failed")),
      /^There is not enough memory/
    )
    assert.strictEqual(Runtime.failureOf("ocr", new Error("no such input")), "no such input")
  })
})
