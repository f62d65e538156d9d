import { assert, describe, it } from "@effect/vitest"
import { PlatformError } from "effect"
import { inWords } from "../../src/programs/CommandLine.ts"

const problem = (cause: unknown) =>
  PlatformError.systemError({
    _tag: "Unknown",
    module: "FileSystem",
    method: "open",
    pathOrDescriptor: "/pictures/found.json",
    cause
  })

describe("what a program says at its end", () => {
  it("of a file names it, and what is wrong with it", () => {
    assert.strictEqual(inWords(problem({ code: "ENOENT" })), "/pictures/found.json: there is no such file or folder")
    assert.strictEqual(inWords(problem({ code: "EISDIR" })), "/pictures/found.json: this is a folder, not a file")
    assert.strictEqual(inWords(problem({ code: "ENOSPC" })), "/pictures/found.json: the disk is full")
    assert.strictEqual(inWords(problem({ code: "EXDEV" })), "/pictures/found.json: cannot be used (EXDEV)")
    assert.strictEqual(inWords(problem(undefined)), "/pictures/found.json: cannot be used (Unknown)")
  })
})
