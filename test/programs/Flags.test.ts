/** One thing has one flag in every command: its spellings, and what is written behind it. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Option } from "effect"
import { CliOutput, Command, type HelpDoc } from "effect/cli"
import * as Windmill from "../../src/programs/Windmill.ts"

/**
 * Every flag: its shorter spellings, what stands behind it (`folder | file`: either, as the command says), and words that other
 * programs have for the thing. A flag that is not listed is one that means something new; write here what, or use the one that there is.
 */
const flags: Readonly<
  Record<string, { readonly is: string; readonly short?: ReadonlyArray<string>; readonly not?: string }>
> = {
  // What is meant.
  services: { is: "names", short: ["--service", "-s"], not: "only queue queues model detectors" },
  images: { is: "place", not: "image pictures picture files input inputs source sources path paths" },
  "image-ids-file": { is: "file", not: "ids ids-file image-ids" },
  group: { is: "name", short: ["-g"], not: "groups tag set album" },
  search: { is: "query", not: "q query find filter" },
  label: { is: "word", not: "labels class concept" },
  before: { is: "date", not: "until to older-than" },
  stage: { is: "choice", not: "stages step steps" },
  limit: { is: "number", short: ["-l"], not: "max count most top first n" },
  all: { is: "boolean", not: "every everything" },
  missing: { is: "boolean", not: "owed" },
  "retry-failed": { is: "boolean", not: "failed retry" },
  // How it is done.
  priority: { is: "choice", not: "express urgent" },
  yes: { is: "boolean", short: ["-y"], not: "force no-confirm assume-yes" },
  "dry-run": { is: "boolean", not: "simulate plan preview" },
  detach: { is: "boolean", not: "background no-wait" },
  reason: { is: "text", not: "why message comment" },
  follow: { is: "boolean", not: "refresh" },
  poll: { is: "duration", not: "interval poll-every" },
  watch: { is: "folder" },
  // Where things are, and go.
  config: { is: "file", not: "catalog service-config" },
  data: { is: "folder", not: "data-dir data-folder" },
  output: { is: "file | folder", short: ["-o"], not: "out dest destination target out-file" },
  format: { is: "choice", short: ["-f"], not: "as type" },
  json: { is: "boolean", not: "as-json raw" },
  uploads: { is: "folder", not: "upload-dir" },
  "write-config": { is: "file" },
  samples: { is: "folder" },
  gt: { is: "file", not: "truth ground-truth annotations" },
  // How programs run.
  port: { is: "number", not: "listen" },
  host: { is: "address", not: "bind address" },
  "port-base": { is: "number" },
  "metrics-port": { is: "number", not: "prometheus-port" },
  "metrics-host": { is: "address" },
  "worker-id": { is: "name", not: "id worker" },
  "drain-within": { is: "duration", not: "grace timeout drain" },
  "keep-history": { is: "duration", not: "retention history" },
  "crops-wait": { is: "duration" },
  "sweep-every": { is: "duration", not: "sweep" },
  harmonization: { is: "strategy", not: "strategy algorithm" },
  dashboard: { is: "boolean" },
  farm: { is: "choice" },
  models: { is: "boolean" },
  threads: { is: "number", not: "cores" },
  "list-services": { is: "boolean" },
  // How a service is asked, as in the catalog; of one run of `fuse`.
  concurrency: { is: "number", not: "parallel jobs in-flight" },
  rate: { is: "rate", not: "rate-limit" },
  retries: { is: "number" },
  attempts: { is: "number", not: "max-attempts deliveries" },
  delay: { is: "duration", not: "backoff" },
  threshold: { is: "number" },
  probe: { is: "duration" },
  reset: { is: "boolean" },
  trust: { is: "name=number", not: "weight weights" },
  align: { is: "name=offsets", not: "offset offsets" },
  reference: { is: "service" },
  confirmed: { is: "boolean" },
  plain: { is: "boolean" },
  // How the simulation misbehaves.
  latency: { is: "number" },
  "error-rate": { is: "number" },
  "error-status": { is: "numbers" },
  hang: { is: "services" },
  garbage: { is: "services" },
  drip: { is: "services" },
  down: { is: "services" },
  seed: { is: "number" }
}

interface Documented {
  readonly name: string
  readonly doc: HelpDoc.HelpDoc
}

/** Each command with its help as data, also those below others. */
const commands = Effect.gen(function* () {
  const windmill = yield* Effect.promise(() => Windmill.commandFor(["--completions"]))
  const documented: Array<Documented> = []
  const visit = (path: ReadonlyArray<string>): Effect.Effect<void, unknown, NodeServices.NodeServices> =>
    Effect.gen(function* () {
      const shown: Array<HelpDoc.HelpDoc> = []
      yield* Command.runWith(windmill, { version: "0", renderErrors: false })([...path, "--help"]).pipe(
        Effect.provideService(Console.Console, { ...console, log: () => {} }),
        Effect.provide(
          CliOutput.layer({ ...CliOutput.defaultFormatter(), formatHelpDoc: (doc) => (shown.push(doc), "") })
        )
      )
      const doc = shown[0]!
      documented.push({ name: ["windmill", ...path].join(" "), doc })
      for (const { commands } of doc.subcommands ?? []) for (const { name } of commands) yield* visit([...path, name])
    })
  yield* visit([])
  return documented
})

describe("the flags of all commands", { timeout: 60_000 }, () => {
  it.live("are spelled, and take, the same everywhere", () =>
    Effect.gen(function* () {
      const documented = yield* commands
      assert.isAbove(documented.length, 25)
      const used = new Set<string>()
      for (const { doc, name } of documented) {
        for (const flag of doc.flags) {
          const known = flags[flag.name]
          const instead = Object.keys(flags).find((other) => flags[other]!.not?.split(" ").includes(flag.name))
          assert.isDefined(
            known,
            `${name} --${flag.name}: ${instead === undefined ? "say here what it is" : `this is --${instead} elsewhere`}`
          )
          used.add(flag.name)
          assert.include(known.is.split(" | "), flag.type, `${name} --${flag.name}`)
          assert.sameMembers([...flag.aliases], [...(known.short ?? [])], `${name} --${flag.name}`)
        }
      }
      assert.sameMembers(Object.keys(flags), [...used], "a flag that no command has")
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.live("and arguments say what they are", () =>
    Effect.gen(function* () {
      for (const { doc, name } of yield* commands) {
        for (const { description, name: flag } of [...doc.flags, ...(doc.args ?? [])]) {
          assert.isAbove(Option.getOrElse(description, () => "").length, 0, `${name} ${flag}`)
        }
      }
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it("have one name for one thing, and a short spelling one meaning", () => {
    const spelled = Object.entries(flags).flatMap(([name, { not = "", short = [] }]) => [
      `--${name}`,
      ...short,
      ...not
        .split(" ")
        .filter((word) => word !== "")
        .map((word) => `--${word}`)
    ])
    assert.deepEqual(
      spelled.filter((word, i) => spelled.indexOf(word) < i),
      []
    )
  })
})
