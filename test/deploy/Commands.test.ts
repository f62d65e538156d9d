/** Every command line, variable and path of what is deployed, and every command of the pages, against the programs. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Exit } from "effect"
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import { fileURLToPath } from "node:url"
import * as Strategies from "../../src/domain/harmonization/Strategies.ts"
import * as PgDatabase from "../../src/layers/postgres/PgDatabase.ts"
import * as RabbitAddress from "../../src/layers/rabbitmq/RabbitAddress.ts"
import * as ApiSettings from "../../src/programs/api/ApiSettings.ts"
import * as CommandLine from "../../src/programs/CommandLine.ts"
import * as IdleCommands from "../support/IdleCommands.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const read = (path: string) => NodeFs.readFileSync(NodePath.join(root, path), "utf8")

type Environment = Readonly<Record<string, string>>

/** A program as something starts it. */
interface Started {
  readonly from: string
  readonly args: ReadonlyArray<string>
  readonly env: Environment
  /** Where something is mounted. */
  readonly mounts: ReadonlyArray<string>
}

/** Of `"a", "b"` or `a, b`: what stands in brackets. */
const listIn = (text: string): ReadonlyArray<string> =>
  text.startsWith('"')
    ? (JSON.parse(`[${text}]`) as ReadonlyArray<string>)
    : text.split(", ").map((item) => item.replace(/^"(.*)"$/, "$1"))

/** What the image sets by itself. */
const imageEnvironment: Environment = Object.fromEntries(
  Array.from(
    /^ENV (.+)$/m.exec(read("Dockerfile"))![1]!.matchAll(/(\w+)=(\S+)/g),
    ([, name, value]) => [name!, value!] as const
  )
)

/** `${NAME:-value}` is the value. */
const withDefaults = (text: string) => text.replace(/\$\{\w+:-([^}]*)\}/g, "$1")

const composed: ReadonlyArray<Started> = (() => {
  const [programs] = withDefaults(read("compose.yaml")).split("  # --- Servers")
  const [common, ...services] = programs!.split(/^ {2}(?=\w+:\n {4}<<: \*windmill)/m)
  const variables = (text: string) =>
    Array.from(text.matchAll(/^ +([A-Z][A-Z_]+): "?([^"\n]+)"?$/gm), ([, name, value]) => [name!, value!] as const)
  const mounts = (text: string) => Array.from(text.matchAll(/^ +- \S+?:(\/[^:\s]+)(?::ro)?$/gm), ([, path]) => path!)
  return services.map((text) => {
    const own = mounts(text)
    return {
      from: `compose.yaml: ${/^\w+/.exec(text)![0]}`,
      args: listIn(/^ {4}command: \[(.*)\]$/m.exec(text)![1]!),
      env: { ...imageEnvironment, ...Object.fromEntries([...variables(common!), ...variables(text)]) },
      mounts: own.length > 0 ? own : mounts(common!)
    }
  })
})()

const secrets: Environment = Object.fromEntries(
  Array.from(
    read("deploy/kubernetes/try/servers.yaml")
      .split("stringData:\n")[1]!
      .split("---")[0]!
      .matchAll(/^ {2}([\w-]+): (\S+)$/gm),
    ([, name, value]) => [name!, value!]
  )
)
const secretsFolder = "/etc/windmill-secrets/"

const clustered: ReadonlyArray<Started> = ["base/windmill.yaml", "try/farm.yaml"].flatMap((file) =>
  read(`deploy/kubernetes/${file}`)
    .split(/^---$/m)
    .filter((text) => /image: "?windmill/.test(text))
    .map((text) => {
      const variables = Array.from(
        text.matchAll(/\{ name: ([A-Z][A-Z_]+), value: "?([^"}]+?)"? \}/g),
        ([, name, value]): readonly [string, string] => {
          if (!name!.endsWith("_FILE")) return [name!, value!]
          assert.isTrue(value!.startsWith(secretsFolder), `${file}: ${name}`)
          return [name!.slice(0, -"_FILE".length), secrets[value!.slice(secretsFolder.length)]!]
        }
      )
      return {
        from: `${file}: ${/^ {2}name: (\S+)$/m.exec(text)![1]}`,
        args: listIn(/args: \[(.*)\]$/m.exec(text)![1]!),
        env: { ...imageEnvironment, ...Object.fromEntries(variables) },
        mounts: Array.from(text.matchAll(/"?mountPath"?: ?"?([^",} ]+)/g), ([, path]) => path!)
      }
    })
)

const unitFolder = "deploy/systemd"
const variablesIn = (text: string): ReadonlyArray<readonly [string, string]> =>
  Array.from(text.matchAll(/^(?:Environment=)?([A-Z][A-Z_]+)=(.*)$/gm), ([, name, value]) => [name!, value!])
const installed = "/usr/bin/node /opt/windmill/node_modules/windmill/"

const units: ReadonlyArray<Started> = NodeFs.readdirSync(NodePath.join(root, unitFolder))
  .filter((name) => name.endsWith(".service"))
  .flatMap((name) => {
    const instance = name.startsWith("windmill-worker") ? "yolov8" : "enrich"
    const text = read(`${unitFolder}/${name}`).replaceAll("%i", instance)
    const command = /^ExecStart=(.*)$/m.exec(text)![1]!
    const program = `${installed}${JSON.parse(read("package.json")).bin.windmill} `
    assert.isTrue(command.startsWith(program), command)
    return ["deploy/systemd/windmill.env", "deploy/pi-cluster/windmill.env"].map((file) => ({
      from: `${name} with ${file}`,
      args: command.slice(program.length).split(" "),
      env: Object.fromEntries(
        [...variablesIn(read(file)), ...variablesIn(text)].map(([variable, value]) => [
          variable.replace(/_FILE$/, ""),
          variable.endsWith("_FILE") ? "what the file holds" : value
        ])
      ),
      mounts: ["/etc/windmill", "/var/lib/windmill"]
    }))
  })

const started = [...composed, ...clustered, ...units]

/** Reads what a program reads before it does anything; what it says when it refuses. */
const refusalOf = (args: ReadonlyArray<string>, env: Environment = {}) =>
  Effect.gen(function* () {
    const exit = yield* Effect.exit(IdleCommands.read(args, env))
    if (Exit.isSuccess(exit)) return undefined
    return exit.cause.reasons.map((reason) => ("error" in reason ? CommandLine.inWords(reason.error) : String(reason)))
  })

const known = new Set(Array.from(read(".env.example").matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm), ([, name]) => name!))

describe("the programs that are deployed", () => {
  it.each(started.map((program) => [program.from, program] as const))(
    "%s: are started as they can be",
    (_, program) => {
      const { args, env, mounts } = program
      const api = ApiSettings.layer({
        host: args.includes("--host") ? args[args.indexOf("--host") + 1]! : "127.0.0.1",
        port: 0,
        dashboard: "",
        sharesFiles: true,
        absent: [],
        strategy: Strategies.defaultStrategy
      })
      const settings = Effect.all([
        ...(args[0] === "api" ? [Effect.asVoid(Effect.provide(ApiSettings.ApiSettings, api))] : []),
        ...(args[0] === "farm"
          ? []
          : [
              Effect.asVoid(Effect.provide(PgDatabase.Address, PgDatabase.addressFromEnvironment)),
              Effect.asVoid(Effect.provide(RabbitAddress.Address, RabbitAddress.addressFromEnvironment))
            ])
      ])
      return Effect.gen(function* () {
        assert.isUndefined(yield* refusalOf(args, env))
        yield* Effect.provide(settings, ConfigProvider.layer(ConfigProvider.fromEnv({ env })))
        assert.deepStrictEqual(
          Object.keys(env).filter((name) => !known.has(name) && name !== "NODE_ENV"),
          []
        )
        const paths = [...args, ...["UPLOADS_DIR", "SERVICE_CONFIG"].map((name) => env[name] ?? "")]
        for (const path of paths.filter((text) => text.startsWith("/") && text !== imageEnvironment["UPLOADS_DIR"])) {
          assert.isTrue(
            mounts.some((mount) => path.startsWith(mount)),
            path
          )
        }
      }).pipe(Effect.runPromise)
    }
  )

  it("are all of them", () => {
    const commands = (some: ReadonlyArray<Started>) => [...new Set(some.map(({ args }) => args[0]))].toSorted()
    assert.deepStrictEqual(commands(composed), ["api", "farm", "postprocess", "producer", "worker"])
    assert.deepStrictEqual(commands(clustered), ["api", "farm", "postprocess", "producer", "worker"])
    assert.deepStrictEqual(commands(units), ["api", "postprocess", "worker"])
  })

  it("are in the image where it starts them, and are asked where they answer", () => {
    const image = read("Dockerfile")
    const { bin } = JSON.parse(read("package.json"))
    assert.include(image, `ENTRYPOINT ["node", "/windmill/${bin.windmill}"]`)
    assert.include(image, "COPY --from=build /windmill/dist /windmill/dist")
    const served = read("src/layers/telemetry/MetricsServer.ts")
    const asked = [
      ...Array.from(image.matchAll(/METRICS_PORT\}(\/\w+)/g), ([, path]) => path!),
      ...["base/windmill.yaml", "try/farm.yaml"].flatMap((file) =>
        Array.from(
          read(`deploy/kubernetes/${file}`).matchAll(/httpGet: \{ path: (\/\w+), port: metrics \}/g),
          ([, path]) => path!
        )
      )
    ]
    assert.isAbove(asked.length, 3)
    for (const path of new Set(asked)) assert.include(served, `"${path}"`)
    for (const file of ["base/windmill.yaml", "try/farm.yaml"]) {
      const ports = Array.from(
        read(`deploy/kubernetes/${file}`).matchAll(/name: metrics, containerPort: (\d+)/g),
        ([, port]) => port
      )
      assert.deepStrictEqual([...new Set(ports)], [imageEnvironment["METRICS_PORT"]])
    }
    const scraped = read("deploy/compose/prometheus.yaml")
    assert.include(scraped, `port: ${imageEnvironment["METRICS_PORT"]}\n`)
    const runs = composed.filter(({ args }) => args[0] !== "producer").map(({ from }) => from.split(": ")[1]!)
    assert.deepStrictEqual(listIn(/names: \[(.*)\]/.exec(scraped)![1]!).toSorted(), runs.toSorted())
  })

  it("are given files that are there", () => {
    const named = Array.from(withDefaults(read("compose.yaml")).matchAll(/^ +- (\.\/[^:]+):/gm), ([, path]) => path!)
    assert.isNotEmpty(named)
    for (const path of named) assert.isTrue(NodeFs.existsSync(NodePath.join(root, path)), path)
  })

  it("find the secrets that docs/kubernetes.md makes", () => {
    const made = Array.from(read("docs/kubernetes.md").matchAll(/--from-literal=([\w-]+)=/g), ([, key]) => key!)
    assert.deepStrictEqual(made.toSorted(), Object.keys(secrets).toSorted())
  })
})

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "compose.yaml",
  "deploy/pi-cluster/README.md",
  ...NodeFs.readdirSync(NodePath.join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`)
]

/** The words of a command line up to where it ends, as a shell reads them. */
const wordsOf = (line: string): ReadonlyArray<string> => {
  const words: Array<string> = []
  const token = /\s*(?:((?:"[^"]*"|'[^']*'|[^\s|&;<>#"'])+)|(\S))/y
  for (let found = token.exec(line); found?.[1] !== undefined; found = token.exec(line)) {
    words.push(found[1].replace(/"([^"]*)"|'([^']*)'/g, "$1$2"))
  }
  return words
}

/** The arguments of each windmill in a text of lines for a shell. */
const commandsIn = (text: string): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from(
    text
      .replaceAll("\\\n", " ")
      .matchAll(
        /(?:^|[|&;(] |sudo -u windmill |\| )(?:npx windmill|(?:\/\S+\/)?windmill|npm (?:run )?(start|sql|farm) --(?= )|node dist\/programs\/(\w[\w-]*)\.js)(?= |$)(.*)$/gm
      ),
    ([, script, program, rest]) => {
      const command = script ?? (program === "main" ? undefined : program)
      return [...(command === undefined ? [] : [command]), ...wordsOf(rest!)]
    }
  )

/** What is refused of the commands, each with what the program says. */
const refusals = (commands: ReadonlyArray<ReadonlyArray<string>>) =>
  Effect.runPromise(
    Effect.map(
      Effect.forEach(commands, (args) =>
        Effect.map(refusalOf(args), (problem) => ({ args, problem: problem?.join() }))
      ),
      (all) => all.filter(({ problem }) => problem !== undefined)
    )
  )

describe("the commands of the pages", () => {
  it.each(pages)("of %s can be given", async (page) => {
    const text = read(page)
    const blocks = Array.from(text.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, block]) => block!)
    const mentioned = Array.from(
      text.matchAll(/`((?:npx )?windmill [a-z][^`]*|npm (?:start|run sql|run farm) -- [^`]*)`/g),
      ([, code]) => code!.replaceAll("\n", " ")
    )
    assert.deepStrictEqual(await refusals(blocks.flatMap(commandsIn)), [])
    // What a sentence mentions need not be whole, and may have a word for what is to be put there.
    const whole = mentioned.filter((code) => !/\b[A-Z]{2,}\b/.test(code)).flatMap(commandsIn)
    assert.deepStrictEqual(
      (await refusals(whole)).filter(({ problem }) => !problem!.startsWith("Missing")),
      []
    )
  })

  it("are found", () => {
    const found = (page: string) => commandsIn(read(page)).length
    assert.isAbove(found("README.md"), 12)
    assert.isAbove(found("deploy/pi-cluster/README.md"), 1)
  })
})
