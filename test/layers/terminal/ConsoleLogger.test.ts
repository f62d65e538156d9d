import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Console, Effect, Layer } from "effect"
import * as TraceContext from "../../../src/domain/TraceContext.ts"
import * as ConsoleLogger from "../../../src/layers/terminal/ConsoleLogger.ts"

/** What a program writes to stdout and stderr. */
const written = <A, E>(program: Effect.Effect<A, E>, env: Record<string, string>) =>
  Effect.gen(function* () {
    const lines = { stdout: [] as Array<string>, stderr: [] as Array<string> }
    const console: Console.Console = {
      ...globalThis.console,
      log: (line: string) => void lines.stdout.push(line),
      error: (line: string) => void lines.stderr.push(line)
    }
    yield* program.pipe(
      Effect.provide(ConsoleLogger.layer.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))),
      Effect.provideService(Console.Console, console)
    )
    return lines
  })

const traceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

describe("ConsoleLogger", () => {
  it.effect("writes an object per line to stderr, with the trace and the image it is about", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const span = yield* Effect.currentSpan
        yield* Effect.logWarning("busy:", new Error("HTTP 503\nagain"))
        return { trace_id: span.traceId, span_id: span.spanId }
      }).pipe(Effect.annotateLogs("image_id", 7), Effect.withSpan("work"))
      const { stderr, stdout } = yield* written(program, { LOG_FORMAT: "json" })
      assert.isEmpty(stdout)
      assert.lengthOf(stderr, 1)
      const { span_id, time, trace_id, ...rest } = JSON.parse(stderr[0]!)
      assert.deepEqual(rest, { level: "warn", message: "busy: HTTP 503\nagain", image_id: 7 })
      assert.match(time, /^\d{4}-\d\d-\d\dT/)
      assert.match(`${trace_id} ${span_id}`, /^[0-9a-f]{32} [0-9a-f]{16}$/)
    })
  )

  it.effect("names the trace that came in where nothing is traced, and none where there is none", () =>
    Effect.gen(function* () {
      const inTrace = Effect.withSpan(Effect.logInfo("in"), "work", { parent: TraceContext.decode(traceParent) })
      const program = Effect.andThen(inTrace, Effect.logInfo("out"))
      const { stderr } = yield* written(Effect.withTracerEnabled(program, false), { LOG_FORMAT: "json" })
      const [inside, outside] = stderr.map((line) => JSON.parse(line))
      assert.strictEqual(inside.trace_id, traceParent.slice(3, 35))
      assert.notProperty(outside, "trace_id")
    })
  )

  it.effect("shows no less than the level, and for people by default", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(Effect.logInfo("quiet"), Effect.logError("loud"))
      const { stderr } = yield* written(program, { LOG_LEVEL: "ERROR" })
      assert.lengthOf(stderr, 1)
      assert.match(stderr[0]!, /ERROR.*loud/)
    })
  )

  it.effect("gives a program that draws the warnings, or what the variables say", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        yield* Effect.logInfo("quiet")
        yield* Effect.logWarning("busy:", new Error("HTTP 503"))
      })
      const drawn = Effect.fnUntraced(function* (env: Record<string, string>) {
        const lines: Array<string> = []
        const beside = ConsoleLogger.besideDrawing((line) => Effect.sync(() => void lines.push(line)))
        const { stderr, stdout } = yield* written(
          Effect.provide(program, beside.pipe(Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))))),
          {}
        )
        assert.deepStrictEqual([stdout, stderr], [[], []])
        return lines
      })
      assert.deepStrictEqual(yield* drawn({}), ["Warn: busy: HTTP 503"])
      assert.deepStrictEqual(yield* drawn({ LOG_LEVEL: "info" }), ["Info: quiet", "Warn: busy: HTTP 503"])
      const [line, ...others] = yield* drawn({ LOG_FORMAT: "json" })
      assert.isEmpty(others)
      assert.deepInclude(JSON.parse(line!), { level: "warn", message: "busy: HTTP 503" })
    })
  )

  it.effect("has no line, color or cursor movement that is not its own", () =>
    Effect.gen(function* () {
      const forged = "a.jpg\n[12:00:00.000] INFO: all is well\r\u001b[2J\u009b31m\u202e\u2028\ud800"
      const program = Effect.logError(`Cannot read ${forged}`, new Error(forged), { reply: forged }).pipe(
        Effect.annotateLogs("image", forged)
      )
      for (const LOG_FORMAT of ["pretty", "json"]) {
        const { stderr } = yield* written(program, { LOG_FORMAT })
        assert.lengthOf(stderr, 1)
        const lines = stderr[0]!.split("\n")
        assert.isTrue(
          lines.slice(1).every((line) => line.startsWith("    ")),
          stderr[0]
        )
        assert.notMatch(stderr[0]!.replaceAll("\n", ""), /[\p{Cc}\p{Cs}\u202e\u2028]/u)
        assert.include(lines[0], "\\u001b[2J")
      }
      const [line] = (yield* written(program, { LOG_FORMAT: "json" })).stderr
      assert.strictEqual(JSON.parse(line!).image, forged)
      const drawn: Array<string> = []
      const beside = ConsoleLogger.besideDrawing((line) => Effect.sync(() => void drawn.push(line)))
      yield* Effect.provide(program, beside)
      assert.notMatch(drawn.join(), /[\p{Cc}\p{Cs}\u202e\u2028]/u)
    })
  )

  it.effect("refuses a format that does not exist", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(written(Effect.void, { LOG_FORMAT: "xml" }))
      assert.strictEqual(error.message, "LOG_FORMAT is none of pretty, json")
    })
  )
})
