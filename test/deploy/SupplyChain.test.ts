import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as NodeFs from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

const read = (path: string): unknown => JSON.parse(NodeFs.readFileSync(`${root}${path}`, "utf8"))

const manifest = read("package.json") as Readonly<Record<string, Readonly<Record<string, unknown>>>>

interface Locked {
  readonly name?: string
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
  readonly integrity?: string
  readonly version: string
}

const locked = Object.entries((read("package-lock.json") as { readonly packages: Record<string, Locked> }).packages)
  .filter(([path]) => path !== "")
  .map(([path, entry]) => ({ ...entry, name: entry.name ?? path.split("node_modules/").at(-1)! }))

const run = (script: string): string =>
  execFileSync(process.execPath, [`${root}scripts/${script}`], { encoding: "utf8", cwd: root })

describe("the packages", () => {
  it("are named by exact versions, and their bytes are known", () => {
    for (const kind of ["dependencies", "optionalDependencies", "devDependencies"]) {
      for (const [name, version] of Object.entries(manifest[kind]!)) {
        assert.match(String(version), /^(npm:@?[\w/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/, name)
      }
    }
    for (const { integrity, name } of locked) assert.match(integrity ?? "", /^sha512-/, name)
  })

  it("run a script when they are installed only if somebody said so", () => {
    const named = Object.keys(manifest["allowScripts"]!).sort()
    const scripted = locked.filter(({ hasInstallScript }) => hasInstallScript === true).map(({ name }) => name)
    assert.deepStrictEqual([...new Set(scripted)].sort(), named)
    assert.include(NodeFs.readFileSync(`${root}.npmrc`, "utf8"), "strict-allow-scripts=true")
  })

  it("have licenses that are allowed", () => {
    const listed = run("licenses.mjs")
    for (const name of ["effect", "sharp", "preact"]) assert.match(listed, new RegExp(`^  ${name} \\d`, "m"))
  })

  it("are listed as CycloneDX, all that are installed without those that only build and test", () => {
    const { bomFormat, components } = JSON.parse(run("sbom.mjs")) as {
      readonly bomFormat: string
      readonly components: ReadonlyArray<{ readonly name: string; readonly version: string; readonly purl: string }>
    }
    assert.strictEqual(bomFormat, "CycloneDX")
    const listed = new Set(components.map(({ name, version }) => `${name}@${version}`))
    for (const { dev, name, version } of locked) {
      if (dev !== true) assert.isTrue(listed.has(`${name}@${version}`), name)
    }
    assert.isFalse(components.some(({ name }) => name === "vitest"))
    const platform = `pkg:npm/%40effect/platform-node@${String(manifest["dependencies"]!["@effect/platform-node"])}`
    assert.include(
      components.map(({ purl }) => purl),
      platform
    )
  })
})
