import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as TerminalDisplay from "../../../src/layers/terminal/TerminalDisplay.ts"

/** A terminal that keeps what is written, and can say what a person would see. */
const screen = (settings: { readonly isTTY?: boolean; readonly getColorDepth?: () => number } = {}) => {
  let written = ""
  return {
    isTTY: true,
    columns: 40,
    rows: 10,
    write: (text: string) => {
      written += text
      return true
    },
    written: () => written,
    rowsShown: () => interpret(written),
    ...settings
  }
}

/** Carries out the control sequences that a display uses. Rows are never wider than the screen here. */
const interpret = (text: string): ReadonlyArray<string> => {
  const rows: Array<string> = [""]
  let row = 0
  for (const [token] of text.matchAll(tokens)) {
    if (token === "\n") {
      row += 1
      rows[row] ??= ""
    } else if (token.endsWith("A")) row -= Number(token.slice(2, -1))
    else if (token === "\u001b[J") rows.splice(row, rows.length, "")
    else if (!token.startsWith("\u001b")) rows[row] = token
  }
  return rows.slice(0, -1)
}

const escape = "\u001b"
const tokens = new RegExp(`${escape}\\[[?0-9]*[A-Za-z]|\n|[^${escape}\n]+`, "g")

const hidden = (text: string) => text.lastIndexOf("\u001b[?25l") > text.lastIndexOf("\u001b[?25h")

describe("TerminalDisplay", () => {
  it.effect("replaces the frame in place", () =>
    Effect.gen(function* () {
      const output = screen()
      const display = yield* TerminalDisplay.make({ output, terminal: "xterm" })
      yield* display.update(["one", "two", "three"])
      yield* display.update(["four", "five"])
      assert.deepStrictEqual(output.rowsShown(), ["four", "five"])
    })
  )

  it.effect("logs above the frame", () =>
    Effect.gen(function* () {
      const output = screen()
      const display = yield* TerminalDisplay.make({ output, terminal: "xterm" })
      yield* display.log("before")
      yield* display.update(["frame"])
      yield* display.log("during")
      yield* display.update(["frame 2"])
      assert.deepStrictEqual(output.rowsShown(), ["before", "during", "frame 2"])
    })
  )

  it.effect("leaves the last frame and begins the next one below it", () =>
    Effect.gen(function* () {
      const output = screen()
      const display = yield* TerminalDisplay.make({ output, terminal: "xterm" })
      yield* display.update(["first"])
      yield* display.finish
      assert.isFalse(hidden(output.written()))
      yield* display.update(["second"])
      assert.isTrue(hidden(output.written()))
      assert.deepStrictEqual(output.rowsShown(), ["first", "second"])
    })
  )

  it.effect("shows the cursor again when it is interrupted", () =>
    Effect.gen(function* () {
      const output = screen()
      const fiber = yield* Effect.scoped(
        Effect.gen(function* () {
          const display = yield* TerminalDisplay.make({ output, terminal: "xterm" })
          yield* display.update(["frame"])
          yield* Effect.never
        })
      ).pipe(Effect.forkChild({ startImmediately: true }))
      assert.isTrue(hidden(output.written()))
      yield* Fiber.interrupt(fiber)
      assert.isFalse(hidden(output.written()))
    })
  )

  it.effect("listens for the end of the process only as long as it lives", () =>
    Effect.gen(function* () {
      const before = process.listenerCount("exit")
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* TerminalDisplay.make({ output: screen(), terminal: "xterm" })
          assert.strictEqual(process.listenerCount("exit"), before + 1)
        })
      )
      assert.strictEqual(process.listenerCount("exit"), before)
    })
  )

  it.effect("writes only the log, without control sequences, to what is not a terminal", () =>
    Effect.gen(function* () {
      for (const [output, terminal] of [
        [screen({ isTTY: false }), "xterm"],
        [screen(), "dumb"]
      ] as const) {
        const display = yield* TerminalDisplay.make({ output, terminal })
        yield* display.update(["frame"])
        yield* display.log("line")
        yield* display.finish
        assert.isFalse(display.isLive)
        assert.strictEqual(display.color, 1)
        assert.strictEqual(output.written(), "line\n")
      }
    })
  )

  it.effect("knows the colors and the room there is", () =>
    Effect.gen(function* () {
      const display = yield* TerminalDisplay.make({ output: screen({ getColorDepth: () => 24 }), terminal: "xterm" })
      assert.strictEqual(display.color, 24)
      assert.deepStrictEqual(yield* display.size, { width: 40, height: 9 })
    })
  )
})
