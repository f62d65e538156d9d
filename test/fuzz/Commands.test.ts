/** What people write: the arguments of commands, and the variables that stand for flags, under attack. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import type { Random } from "../../farm/simulated/Random.ts"
import * as CommandLine from "../../src/programs/CommandLine.ts"
import * as IdleCommands from "../support/IdleCommands.ts"
import { attack, timeout } from "./Attack.ts"
import * as Mutation from "./Mutation.ts"

interface Input {
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

const env = {
  WORKER_ID: "one",
  DRAIN_WITHIN: "20 seconds",
  CROPS_WAIT: "30 seconds",
  KEEP_HISTORY: "90 days",
  METRICS_PORT: "9464",
  METRICS_HOST: "127.0.0.1",
  API_HOST: "127.0.0.1",
  API_PORT: "8787",
  UPLOADS_DIR: "/uploads",
  SERVICE_CONFIG: "service_config.json",
  HARMONIZATION: '{"name":"quorum","options":{}}'
}

const lines = [
  "start --images photos --services all --limit 5 --farm models --harmonization quorum --crops-wait 5s --port 0",
  "start --data data --output out --keep-history 90d --no-dashboard --drain-within 20s --worker-id one",
  "worker --service yolov8 --drain-within 20s --metrics-port 0 --metrics-host ::1",
  "postprocess --stage harmonize --sweep-every 1m --crops-wait 30s --keep-history 9d",
  "producer --images photos/**/*.jpg --group zoo --priority high --services clip,blip --limit 9",
  "producer --missing --retry-failed --image-ids-file ids.txt --dry-run",
  "rerun --services yolov8 --group zoo --before 2026-01-01 --yes",
  "recompute --stage consensus --yes --detach",
  "cancel --services clip",
  "delete --group zoo --before 2026-01-01T00:00:00Z --dry-run",
  "pause clip --reason maintenance",
  "resume clip",
  "operations --json",
  "operations stop 7",
  "watch photos --group zoo --poll 5s --priority low",
  "status --follow --json",
  "check --images photos --json",
  "dead-letters list --service clip --limit 3",
  "dead-letters replay --service clip --all",
  "export --format coco --output a.json --group zoo --search dog --label cat",
  "import --dry-run",
  "api --host 127.0.0.1 --port 0 --uploads pictures --harmonization wbf",
  "fuse a.json b.json --harmonization wbf --output c.json",
  "align --gt t.json",
  "farm --port 0 --seed 7",
  "models list",
  "sql SELECT 1"
].map((line) => line.split(" ")) as unknown as readonly [ReadonlyArray<string>, ...ReadonlyArray<ReadonlyArray<string>>]

/** No program is started with more of them. */
const most = 100_000

const make = (random: Random): Uint8Array => {
  const made = JSON.stringify({
    args: random.chance(0.8) ? Mutation.json(random, lines) : random.pick(lines),
    env: random.chance(0.5) ? Mutation.json(random, [env]) : env
  })
  return made.length > most ? make(random) : Buffer.from(made)
}

/** Arguments and variables as a program can be given them: texts without NUL. */
const inputOf = (bytes: Uint8Array): Input => {
  const { args, env } = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>
  return {
    args: (Array.isArray(args) ? args : [args]).map(textOf),
    env: Object.fromEntries(Object.entries(Object(env) as object).map(([name, value]) => [name, textOf(value)]))
  }
}

const textOf = (value: unknown): string =>
  (typeof value === "string" ? value : (JSON.stringify(value) ?? "")).replaceAll("\0", "")

const run = async (bytes: Uint8Array) => {
  const { args, env } = inputOf(bytes)
  // What asks people questions is no input of a script.
  if (args.includes("--wizard")) return
  const exit = await Effect.runPromiseExit(IdleCommands.read(args, env))
  if (Exit.isSuccess(exit)) return
  for (const reason of exit.cause.reasons) {
    if (!Cause.isFailReason(reason)) throw Cause.squash(exit.cause)
    const words = CommandLine.inWords(reason.error)
    assert.notMatch(words, /\n\s+at |SchemaError|\[object |undefined|Duration string/)
    assert.match(words, /--[a-z]|[A-Z]_[A-Z]/, "names no flag and no variable")
  }
}

describe("commands are read", { timeout }, () => {
  it("whatever their arguments and variables are", () => attack({ name: "commands", make, run }))
})
