/** The command line as people meet it: help, mistakes, completion. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as NodeChildProcess from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import * as NodeOs from "node:os"
import manifest from "../../package.json" with { type: "json" }
import { withoutSharp } from "../../src/programs/Windmill.ts"
import { serve } from "../support/HttpServers.ts"
import * as Programs from "../support/Programs.ts"

const { run } = Programs.inFolder(NodeOs.tmpdir(), {})
const windmill = (...args: ReadonlyArray<string>) => run("main", ...args)

const commands = [
  "start",
  "sql",
  "worker",
  "postprocess",
  "producer",
  "rerun",
  "recompute",
  "cancel",
  "delete",
  "pause",
  "resume",
  "service",
  "operations",
  "watch",
  "status",
  "check",
  "dead-letters",
  "export",
  "import",
  "api",
  "fuse",
  "align",
  "appraise",
  "farm",
  "models"
]

/** What a file of the build imports when it is loaded, and what that imports: the files, and the names of packages. */
const importedBy = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
  seen.add(file)
  const text = readFileSync(new URL(`../../dist/programs/${file}`, import.meta.url), "utf8")
  for (const [, name] of text.matchAll(/^import (?:[^"]*? from )?"([^"]+)";$/gm)) {
    if (!name!.startsWith("./")) seen.add(name!)
    else if (!seen.has(name!.slice(2))) importedBy(name!.slice(2), seen)
  }
  return seen
}

describe("the programs of a build", () => {
  it("are few files, which load no command that is not called for", () => {
    const command = readdirSync(new URL("../../dist/programs", import.meta.url)).find((name) =>
      /^Worker-.*js$/.test(name)
    )
    const loaded = [...importedBy("main.js"), ...importedBy(command!)]
    assert.include(loaded, "node:http")
    assert.deepStrictEqual(
      loaded.filter((name) => /^(effect|@effect|@opentelemetry)\b|^(Start|Api|ServeApi|Farm|Export)-/.test(name)),
      []
    )
    assert.isBelow(new Set(loaded.filter((name) => name.endsWith(".js"))).size, 60)
  })
})

describe("windmill", { timeout: 60_000 }, () => {
  it.live("lists its commands, each in one line", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* windmill("--help")
      assert.strictEqual(code, 0)
      const [, listed] = stdout.split("SUBCOMMANDS\n")
      assert.deepEqual(
        listed!
          .trimEnd()
          .split("\n")
          .map((line) => line.trim().split(/ {2,}/)[0]!),
        commands
      )
      assert.strictEqual((yield* windmill()).stdout, stdout)
    })
  )

  it.live("has the version of its package", () =>
    Effect.gen(function* () {
      assert.deepInclude(yield* windmill("--version"), { code: 0, stdout: `windmill v${manifest.version}\n` })
    })
  )

  it.live.each([
    [["staus"], /^Unknown subcommand "staus" for "windmill"\n\n {2}Did you mean this\?\n {4}status\n/],
    [["dead-letters", "lst"], /Unknown subcommand "lst" for "windmill dead-letters"\n\n.*\n {4}list\n/],
    [["producer", "--limt", "3"], /^Unrecognized flag: --limt in command windmill producer\n\n.*\n {4}--limit\n/],
    [["producer", "--limit", "abc"], /^Invalid value for flag --limit: "abc"\. Expected a number\n/],
    [["start", "--limit", "0"], /^Invalid value for flag --limit: "0"\. Expected a value greater than 0\n/],
    [["worker", "now"], /^Unexpected positional argument: "now"\n/],
    [["status", "now"], /^Invalid value for argument <image>: "now"\. Expected a finite number\n/],
    [
      ["rerun", "--services", "ocr", "--before", "soon"],
      /^Invalid value for flag --before: "soon"\. Expected a valid Date\n/
    ],
    [["operations", "stop", "one"], /^Invalid value for argument <id>: "one"\. Expected a finite number\n/],
    [["api", "--port", "99999"], /^Invalid value for flag --port: "99999"\. Expected a value between 0 and 65535\n/]
  ] as const)("says of %j what is wrong, not the whole help, and nothing on stdout", ([args, expected]) =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* windmill(...args)
      assert.deepInclude({ code, stdout }, { code: 1, stdout: "" })
      assert.match(stderr, expected)
      assert.match(stderr, /\n\nwindmill .*--help explains (its flags|the commands)\.\n$/)
    })
  )

  it.live("names the variable that means nothing", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* Programs.inFolder(NodeOs.tmpdir(), { API_PORT: "http" }).run("api")
      assert.strictEqual(code, 1)
      assert.match(stderr, /^API_PORT: Expected a number\n/)
    })
  )

  it.live("names the port that is in use", () =>
    Effect.gen(function* () {
      const port = yield* serve(() => {})
      const { code, stderr } = yield* windmill("farm", "--port-base", "0", "--metrics-port", String(port))
      assert.strictEqual(code, 1)
      assert.strictEqual(
        stderr,
        `Cannot listen on 127.0.0.1:${port}: another program listens there. Stop it, or choose another --metrics-port, 0 for any.\n`
      )
    }).pipe(Effect.scoped)
  )

  it.live("status gives up on a database that is away, and says which", () =>
    Effect.gen(function* () {
      const env = { DATABASE_URL: "postgres://me@127.0.0.1:1/windmill", AMQP_URL: "amqp://127.0.0.1:1" }
      const { code, stderr } = yield* Programs.inFolder(NodeOs.tmpdir(), env).run("status")
      assert.strictEqual(code, 1)
      assert.match(stderr, /The database cannot be used: PostgreSQL at 127\.0\.0\.1:1 cannot be reached: .*\n$/)
    })
  )

  it.live("completes commands, flags and their values in bash", () =>
    Effect.gen(function* () {
      const { stdout: script } = yield* windmill("--completions", "bash")
      const completed = (...words: ReadonlyArray<string>) =>
        NodeChildProcess.execFileSync("bash", ["--norc", "-c", tab, "bash", "windmill", ...words], {
          input: script,
          encoding: "utf8"
        })
          .split("\n")
          .filter((word) => word !== "")
      assert.deepEqual(completed("sta"), ["start", "status"])
      assert.deepEqual(completed("dead-letters", "re"), ["replay"])
      assert.deepEqual(completed("worker", "--serv").toSorted(), ["--service", "--services"])
      assert.deepEqual(completed("postprocess", "--stage", "h"), ["harmonize"])
      assert.deepEqual(completed("re"), ["rerun", "recompute", "resume"])
      assert.deepEqual(completed("recompute", "--stage", "c"), ["consensus"])
      assert.deepEqual(completed("operations", "s"), ["stop"])
    })
  )
})

/** Reads the script, and does what bash does at Tab after the words. */
const tab = `
source <(cat)
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=\${#COMP_LINE}
$(complete -p windmill | sed 's/.*-F \\([^ ]*\\).*/\\1/') windmill "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "\${COMPREPLY[@]}"
`

describe("withoutSharp", () => {
  it("says in a sentence that the library for pictures has no binary, and nothing of other problems", () => {
    const sharp = new Error('Could not load the "sharp" module using the linux-x64 runtime\nPossible solutions:')
    assert.match(
      withoutSharp(sharp) ?? "",
      /^sharp, which reads pictures, has no binary .+: run npm ci without --omit=optional\./
    )
    assert.isUndefined(withoutSharp(new Error("no such file")))
  })
})
